import type { Hears, KeyWay, ProgramEnd, RecordingEnd } from '../media/protocol.ts';
import type { Cause, Party } from './party.ts';

export type LegId = string & { readonly brand: 'leg' };

/** Where a leg is: always in exactly one place. What it hears and shows follows from here, and is stored nowhere else. */
export type Place =
  | { readonly in: 'script'; readonly script: string }
  /** Ringing, owned by the dial that rings it. */
  | { readonly in: 'dial'; readonly dial: string }
  | { readonly in: 'bridge'; readonly bridge: string }
  /** Being transferred, or having transferred its party; owned by the transfer until it is known what came of it. */
  | { readonly in: 'transfer'; readonly transfer: string }
  | { readonly in: 'limbo' };

export const LIMBO: Place = { in: 'limbo' };

/**
 * One party's line in a call. Plain data: who acts on it (driver, owner) is found by its id. Written only in call/.
 *
 * new → ringing → early → up → gone, never back.
 */
export interface Leg {
  readonly id: LegId;
  /** The call it belongs to: the same for every leg that was dialled on behalf of the first one. */
  readonly call: string;
  readonly direction: 'in' | 'out';
  /** The account at its end, for call limits and rights; undefined for a stranger. */
  readonly account: string | undefined;
  /** Accounts that sent the call there: it counts as theirs too, for as long as it lasts. */
  behalf?: readonly string[];
  /** Who is at its end. */
  party: Party;
  state: 'new' | 'ringing' | 'early' | 'up' | 'gone';
  /** Its phone has put us on hold. */
  held: boolean;
  place: Place;
  /** What its phone shows now: the party it was last told of. */
  shows: Party | undefined;
}

/** By which way a key came: in the media, or as SIP INFO. */
export type CameBy = KeyWay | 'info';

/** A key that a leg pressed, and for how long (ms). */
export interface Key {
  readonly digit: string;
  readonly ms: number;
  readonly by: CameBy;
}

/** Who hears the keys of talks first, since some are a code. */
export interface KeyEar {
  /** Whether keys of this leg may be a code: its party gets of them what is passed on, and nothing by the media. */
  holds(leg: Leg): boolean;
  /** `pass` takes the keys that are no code, at once or when that is known, in their order. */
  pressed(leg: Leg, key: Key, pass: (key: Key) => void): void;
}

/** A leg was sent on: it counts as a call of whoever sent it, and of those who had sent him (telephony.md, Rights). */
export function sentBy(leg: Leg, ...senders: readonly Leg[]): void {
  const accounts = senders.flatMap(({ account, behalf = [] }) =>
    account === undefined ? behalf : [account, ...behalf],
  );
  if (accounts.length > 0) leg.behalf = [...new Set([...accounts, ...(leg.behalf ?? [])])];
}

/** A recording of a leg that has ended. */
export interface Recording {
  readonly tap: string;
  /** Its name among the sounds; '' when it could not be written. */
  readonly file: string;
  readonly ms: number;
  readonly endedBy: RecordingEnd;
}

/** What becomes of a leg that was sent somewhere: any number of `heard`, then one of the others, once. */
export interface Errand {
  /** A provisional status of whom it was sent to. */
  heard(status: number): void;
  /** Somebody has answered. */
  reached(): void;
  /** Nobody has; the leg is to be taken back. */
  refused(cause: Cause): void;
  /** The leg itself has gone. */
  lost(): void;
  /** Another leg is on its way in its stead. */
  replaced(by: Leg): void;
  /** Lets who sent it hear that, and shows him a party, if he still listens; `then`: he has heard it, or never will. */
  say?(hears: Hears & { readonly kind: 'file' }, shows: Party, then: () => void): void;
}

/** Who a leg's place answers to. Telling is the last thing a step does. */
export interface LegOwner {
  /** Out legs: the phone rings. */
  ringing(leg: Leg): void;
  /** Out legs: it can be heard before it has answered. */
  early(leg: Leg): void;
  /** Out legs: the call is being forwarded (181) or queued (182). */
  progress(leg: Leg, status: 181 | 182): void;
  answered(leg: Leg): void;
  digit(leg: Leg, digit: string): void;
  played(leg: Leg, token: string): void;
  recorded?(leg: Leg, recording: Recording): void;
  /** The program that it talked to with this token. */
  programEnded?(leg: Leg, token: string, end: ProgramEnd): void;
  /** Its phone put us on hold, or took us back. */
  held?(leg: Leg): void;
  /** It answers to somebody else from now on: it was taken, out of wherever it was. */
  taken?(leg: Leg): void;
  /** Another leg has its place from now on, and answers to this owner in its stead. */
  replaced?(leg: Leg, by: Leg, errand?: Errand): void;
  /** It is over; the leg is in limbo already. */
  gone(leg: Leg, cause: Cause): void;
}
