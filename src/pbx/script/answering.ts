import { CAUSES, type Cause, type Party } from '../../call/index.ts';
import type { Running } from './running.ts';

/** The `ring` of a script. */
export function ring({ over, leg, around }: Running, shows?: Party): void {
  if (!over && leg.state === 'new') around.board.ring(leg, shows);
}

/** The `progress` of a script. */
export function progress(at: Running): void {
  if (at.over || at.leg.state === 'up') return;
  at.early = true;
  at.around.board.early(at.leg, at.leg.shows);
}

/** The `answer` of a script. */
export function answer(at: Running): Promise<void> {
  return at.verb<void>((done) => {
    at.answered();
    done();
  });
}

/** The `withhold` of a script. */
export function withhold({ over, leg, around }: Running): void {
  if (!over) around.board.withhold(leg);
}

/** The `hangup` of a script. */
export function hangup(at: Running, cause: Cause = CAUSES.normal): Promise<never> {
  return at.verb<never>(() => {
    if (!isFinal(cause.status)) throw new RangeError(`${cause.status} is no final status`);
    at.dismiss(cause);
  });
}

function isFinal(status: number): boolean {
  return Number.isInteger(status) && status >= 200 && status <= 699;
}
