import { wholeNumber } from '../fields.ts';
import type { Ending } from '../types.ts';
import type { Session } from './session.ts';

/** RFC 3261 §13.2.1, §13.3.1: after the INVITE's Expires the caller cancels and the callee answers 487. */
export function lapse(session: Session): void {
  const { record, core } = session;
  const length = wholeNumber(record.invite, 'Expires');
  if (length === undefined) return;
  const ending: Ending = { by: 'none', why: 'the invitation expired' };
  const event = record.role === 'uac' ? 'cancel' : 'cancelled';
  session.lapse?.cancel();
  session.lapse = core.kernel.scene.after(length * 1000, () => void session.step(event, { ending }));
}
