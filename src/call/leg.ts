import type { Cause, Party } from './party.ts';

export type LegId = string & { readonly brand: 'leg' };

/** Where a leg is: always in exactly one place. What it hears and shows follows from here, and is stored nowhere else. */
export type Place =
  | { readonly in: 'script'; readonly script: string }
  /** Ringing, owned by the dial that rings it. */
  | { readonly in: 'dial'; readonly dial: string }
  | { readonly in: 'bridge'; readonly bridge: string }
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
  /** Who is at its end. */
  party: Party;
  state: 'new' | 'ringing' | 'early' | 'up' | 'gone';
  /** Its phone has put us on hold. */
  held: boolean;
  place: Place;
  /** What its phone shows now: the party it was last told of. */
  shows: Party | undefined;
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
  /** It is over; the leg is in limbo already. */
  gone(leg: Leg, cause: Cause): void;
}
