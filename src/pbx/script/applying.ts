import { CAUSES } from '../../call/index.ts';
import { hangup } from './answering.ts';
import type { Call } from './call.ts';
import type { Running } from './running.ts';

/** A part of a dialplan that others run, with options of its own: voicemail, say. What it gives is what its `run` gives. */
export type Application<O = void, R = void> = (call: Call, options: O) => Promise<R> | R;

/** The `run` of a script. One that has ended awaits for ever, as with every verb. */
export async function run(
  at: Running,
  call: Call,
  application: string | Application<never, unknown>,
  options: unknown,
): Promise<unknown> {
  if (at.over) return at.verb<never>(() => undefined);
  const found = typeof application === 'string' ? at.around.applicationOf(application) : application;
  if (found === undefined) throw new RangeError(`no application is named '${String(application)}'`);
  return found(call, options as never);
}

/** The `goto` of a script. */
export async function goTo(at: Running, call: Call, number: string): Promise<void> {
  if (at.over) return at.verb<never>(() => undefined);
  const script = at.around.route(number);
  if (script === undefined) return hangup(at, CAUSES.noSuchNumber);
  if (at.circles()) return hangup(at, CAUSES.loop);
  const before = at.dialed;
  at.dialed = number;
  try {
    await script(call);
  } finally {
    at.dialed = before;
  }
}
