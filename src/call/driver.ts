import type { Hears, MixerSpec, Tap } from '../media/protocol.ts';
import type { CameBy, Leg, Recording } from './leg.ts';
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
  /** Whether a phone that rings can be told that somebody else calls. */
  showsEarly?(leg: Leg): boolean;
  /** Answered, or ringing where that is possible: the phone is told that its party is somebody else. */
  connectedTo(leg: Leg, shows: Party): void;
  /** Ends it whatever its state: refuses, cancels or hangs up. */
  end(leg: Leg, cause: Cause): void;
  /** What a conference mixes, whole; undefined: it is over. `recorded` is told of what was taken down of it. */
  mix?(conference: string, spec: MixerSpec | undefined, recorded: (recording: Recording) => void): void;
  /** What it hears from now on. */
  hear(leg: Leg, hears: Hears): void;
  /** What is taken down of it: these and no others. */
  tap(leg: Leg, taps: readonly Tap[]): void;
  /** It hears that it is recorded, through whatever else it hears. */
  beep?(leg: Leg): void;
  /** A key that came from the one it talks to, `by` a way that the phone may or may not have heard it by. */
  key(leg: Leg, digit: string, ms: number, by: CameBy): void;
  /** The folder of the music that its phone's hold lets others hear; undefined, or left out: the house's. */
  musicOf?(leg: Leg): string | undefined;
  /** The media session others hear it by; undefined while it has none. */
  sessionOf(leg: Leg): string | undefined;
}
