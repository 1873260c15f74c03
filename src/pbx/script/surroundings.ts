import type { Dial, Leg, Outcome, Switchboard } from '../../call/index.ts';
import type { Kernel, Timer } from '../../kernel/index.ts';
import type { Tone } from '../../media/protocol.ts';
import type { Rooms } from '../conference/rooms.ts';
import type { Script } from '../dialplan.ts';
import type { Caller, RingingOptions, Wanted } from '../ringing.ts';
import type { Application } from './applying.ts';
import type { TransferRules } from './bridging.ts';
import type { CallTone } from './call.ts';
import type { Park } from './parking.ts';
import type { Delivered } from './texting.ts';

/** What a script reaches beyond its own leg. */
export interface Surroundings {
  readonly kernel: Kernel;
  readonly board: Switchboard;
  /** Rings accounts for a caller. Answers in a later step. */
  readonly dial: (
    caller: Caller,
    wanted: readonly Wanted[],
    options: RingingOptions,
    then: (outcome: Outcome) => void,
  ) => Dial;
  readonly route: (number: string) => Script | undefined;
  /** What `run` finds by name, as it is now. */
  readonly applicationOf: (name: string) => Application<never, unknown> | undefined;
  /** How callers are parked; undefined: there is no parking. */
  readonly parking: () => Park | undefined;
  /** Sends a text to the phone at a leg, or to its account's; `dialed`: who it is from, outside the call. Answers in a later step. */
  readonly text: (leg: Leg, dialed: string, text: string, then: (delivered: Delivered) => void) => void;
  /** What the dialplan says of transfers by either of two who talk. */
  readonly ruleTransfers: (legs: readonly Leg[], rules: TransferRules) => void;
  /** The conference rooms. */
  readonly rooms: Rooms;
  /** The account that sent the leg there. */
  readonly sentBy?: string;
  /** In which prompts are spoken to it (BCP 47); left out: English. */
  readonly languageOf?: (leg: Leg) => string;
  /** The call tone of that name where the leg is. */
  readonly tonesOf: (leg: Leg, name: CallTone) => Tone;
  /** Has a text spoken into a file; undefined: nobody can, which observers have been told. Answers in a later step. */
  readonly speak: (leg: Leg, text: string, then: (file: string | undefined) => void) => Timer;
}
