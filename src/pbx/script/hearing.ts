import type { Hears } from '../../media/protocol.ts';
import { type Duration, milliseconds } from '../duration.ts';
import type { CallTone } from './call.ts';
import type { Running } from './running.ts';

/** The `echo` of a script. */
export function echo(at: Running): Promise<void> {
  return hear(at, { kind: 'echo' });
}

/** The `music` of a script. */
export function music(at: Running, folder?: string, options: { readonly for?: Duration } = {}): Promise<void> {
  const after = options.for === undefined ? undefined : milliseconds(options.for);
  return hear(at, folder === undefined ? { kind: 'music' } : { kind: 'music', folder }, after);
}

/** The `tone` of a script. */
export function tone(at: Running, name: CallTone, options: { readonly for?: Duration } = {}): Promise<void> {
  return at.verb<void>((done) => {
    const { board, kernel, tonesOf } = at.around;
    const after = options.for === undefined ? undefined : milliseconds(options.for);
    at.token = '';
    at.answered();
    board.hear(at.leg, { kind: 'tone', tone: tonesOf(at.leg, name) });
    if (after === undefined) return;
    at.timer = kernel.scene.after(after, () => {
      at.hush();
      done();
    });
  });
}

/** The `wait` of a script. */
export function wait(at: Running, duration: Duration): Promise<void> {
  return at.verb<void>((done) => {
    at.timer = at.around.kernel.scene.after(milliseconds(duration), done);
  });
}

/** What goes on until he hangs up. */
function hear(at: Running, hears: Hears, after?: number): Promise<void> {
  return at.verb<void>((done) => {
    at.token = '';
    at.answered();
    at.around.board.hear(at.leg, hears);
    if (after !== undefined) at.timer = at.around.kernel.scene.after(after, done);
  });
}
