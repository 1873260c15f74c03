import type { Leg } from './leg.ts';
import type { Cause, Elsewhere } from './party.ts';

/** What ringing one phone came to at once: its leg in limbo, or why it could not even be tried. */
export type Rung =
  | {
      readonly leg: Leg;
      readonly moved?: Moved;
      /** Another way to the same phone, when nothing came back on this one (RFC 5626 §7). */
      readonly otherwise?: Ringer | undefined;
    }
  | { readonly refused: Cause };

/** Who is rung instead when a phone says that its calls go elsewhere; a Cause: nobody. */
export type Moved = (to: readonly Elsewhere[]) => readonly Ringer[] | Cause;

/** One phone to ring: places an out leg and sends its INVITE. */
export type Ringer = () => Rung;

/** Somebody to ring, with all phones that are his. */
export interface Target {
  /** Asked when its turn comes: its phones, or why it is not rung. */
  readonly ringers: () => readonly Ringer[] | Cause;
  /** Its delay, milliseconds from the dial's start; in turn: from the end of the target before. */
  readonly after: number;
  /** Its own ringing time, milliseconds; undefined: as long as the dial rings. */
  readonly for: number | undefined;
}
