import type { Hears } from '../media/protocol.ts';
import type { Leg } from './leg.ts';
import type { Cause, Party } from './party.ts';

/** Acts on the wire for a leg. Implemented by line/; every verb does nothing on a leg that is gone. */
export interface LegDriver {
  /** In: the phone is told that the other side rings, and who that is. */
  ring(leg: Leg, shows: Party | undefined): void;
  /** In: the phone is told to listen: what the leg hears goes to it before any answer. */
  early(leg: Leg, shows: Party | undefined): void;
  /** In: the phone is told that the call is being forwarded (181) or queued (182). */
  progress(leg: Leg, status: 181 | 182): void;
  /** In: answers. */
  answer(leg: Leg, shows: Party | undefined): void;
  /** Answered: the phone is told that it now talks to somebody else. */
  connectedTo(leg: Leg, shows: Party): void;
  /** Ends it whatever its state: refuses, cancels or hangs up. */
  end(leg: Leg, cause: Cause): void;
  /** What it hears from now on. */
  hear(leg: Leg, hears: Hears): void;
  /** The media session others hear it by; undefined while it has none. */
  sessionOf(leg: Leg): string | undefined;
}
