import { CAUSES, type Leg, type Switchboard } from '../call/index.ts';
import type { Replaces } from '../sip/usage/index.ts';
import type { Lines } from './lines.ts';
import { type Ended, NO_DIALOG, objectionTo, TOO_LATE } from './transfer.ts';
import type { Admitted, LegLine, LineUser } from './types.ts';

export interface TakeoverParts {
  readonly lines: Lines;
  readonly ended: Ended;
  readonly user: LineUser;
}

/** Whose place an INVITE with Replaces may take (RFC 3891 §3), or why it may not. */
export function replaceable(
  { lines, ended, user }: TakeoverParts,
  replaces: Replaces,
  admission: Admitted,
): LegLine | { readonly status: number; readonly reasonPhrase: string } {
  const old = lines.named(replaces);
  if (old === undefined) return ended.has(replaces) ? TOO_LATE : NO_DIALOG;
  const against = objectionTo(old, replaces);
  if (against !== undefined) return against;
  return user.mayReplace?.(old.leg, admission) === true ? old : { status: 403, reasonPhrase: 'Forbidden' };
}

/** Answered at once, and the replaced one is hung up: nobody is told of a call that he has missed. */
export function takeOver(board: Switchboard, old: Leg, by: Leg): void {
  const cause = old.state === 'up' ? CAUSES.normal : CAUSES.elsewhere;
  board.answer(by, board.peerOf(old)?.party ?? old.shows);
  board.end(board.replace(old, by) ? old : by, cause);
}
