import type { Hears } from '../media/protocol.ts';
import type { Leg } from './leg.ts';
import type { Cause, Party } from './party.ts';

/** Acts on the wire for a leg. Implemented by line/; every verb does nothing on a leg that is gone. */
export interface LegDriver {
  /** In: the phone is told that the other side rings, and who that is. */
  ring(leg: Leg, shows: Party | undefined): void;
  /** In: answers. */
  answer(leg: Leg, shows: Party | undefined): void;
  /** Ends it whatever its state: refuses, cancels or hangs up. */
  end(leg: Leg, cause: Cause): void;
  /** What it hears from now on. */
  hear(leg: Leg, hears: Hears): void;
  /** The media session others hear it by; undefined while it has none. */
  sessionOf(leg: Leg): string | undefined;
}
