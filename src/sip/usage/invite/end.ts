import type { Occasion } from './occasion.ts';
import { dropReoffer } from './reoffer.ts';
import type { Session } from './session.ts';

/** Keeps who ends it and why, and what the BYE says, until it has ended. */
export function mark({ record }: Session, { ending, headers }: Occasion): void {
  record.ending = ending ?? record.ending;
  record.farewell = headers ?? record.farewell;
}

/** Leaves the dialogs, drops what was still wanted and refuses what still waits. */
export function forget(session: Session): void {
  const { core, record } = session;
  dropReoffer(session);
  record.owed = undefined;
  if (record.dialog !== undefined) core.dialogs.leave(record.dialog, session);
  for (const dialog of record.early) core.dialogs.leave(dialog, session);
  record.early = [];
}

export function tellEnded(session: Session): void {
  session.close();
  // What still comes is not told any more: its owner, and all that he holds, need not last as long as the transaction of its INVITE.
  const { user } = session;
  session.user = undefined;
  user?.ended(session, session.record.ending);
}

export function tellEndedNext(session: Session): void {
  session.core.kernel.scene.after(0, () => tellEnded(session));
}
