import { CAUSES, type Cause, type Leg, type Switchboard } from '../call/index.ts';
import type { Directory } from './directory.ts';
import type { Diverted } from './diverted.ts';
import type { Diversions } from './diversions.ts';
import type { PbxEvent } from './events.ts';

/** So often may a call be sent on, whoever did it; circles end sooner. */
const MOST_FORWARDS = 5;

export interface OnwardPorts {
  readonly board: Switchboard;
  readonly directory: Directory;
  readonly diversions: Diversions;
  readonly tell: (event: PbxEvent) => void;
}

/** A call on its way from account to account. */
export interface Journey {
  readonly call: string;
  /** Where it has been: nobody is rung twice. */
  readonly rung: Set<string>;
  /** How often it was sent on before it came to us. */
  readonly before: number;
  /** It is at that account's phones now, or was about to be. */
  readonly at: (number: string, path: readonly Diverted[]) => void;
}

/** Calls an account takes part in, by whatever number and in either direction, those that it sent on too. */
export function callsOf(board: Switchboard, account: string): number {
  return callIdsOf(board, account).size;
}

/** The ids of those calls. */
export function callIdsOf(board: Switchboard, account: string): Set<string> {
  const his = (leg: Leg): boolean => leg.account === account || leg.behalf?.includes(account) === true;
  return new Set(board.legs.filter(his).map((leg) => leg.call));
}

/** Who has sent the call on when `from` does, the last one first; a Cause: it may not (telephony.md, Rights). */
export function onward(
  { board, directory, diversions, tell }: OnwardPorts,
  { call, rung, before }: Journey,
  path: readonly Diverted[],
  from: Diverted,
  to: string,
): readonly Diverted[] | Cause {
  if (!diversions.allows(from.number, to)) return to === from.number ? CAUSES.loop : CAUSES.unavailable;
  if (rung.has(to)) return CAUSES.loop;
  if (path.length + before >= MOST_FORWARDS) return CAUSES.unavailable;
  const most = directory.accounts.get(from.number)?.calls;
  if (from.reason !== 'user-busy' && most !== undefined && callsOf(board, from.number) >= most) return CAUSES.busy;
  rung.add(to);
  tell({ event: 'call.forwarded', call, from: from.number, to, why: from.reason });
  return [from, ...path];
}
