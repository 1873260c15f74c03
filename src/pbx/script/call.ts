import type { Cause, Leg, Outcome, Party } from '../../call/index.ts';
import type { Duration } from '../duration.ts';
import type { Application } from './applying.ts';
import type { BridgeOptions } from './bridging.ts';
import type { Conferred, ConferenceOptions } from './conferring.ts';
import type { Connected, ConnectOptions } from './connecting.ts';
import type { DialOptions, DialTarget } from './dialling.ts';
import type { DigitsOptions, Typed } from './digits.ts';
import type { MenuOptions } from './menu.ts';
import type { Parked, ParkOptions } from './parking.ts';
import type { Playable } from './playing.ts';
import type { RecordOptions, Recorded, RecordingOptions } from './recording.ts';
import type { Delivered } from './texting.ts';

/** Call tones (ITU-T E.180); information: the three that rise before why a call failed is told. */
export type CallTone = 'dial' | 'ringback' | 'busy' | 'congestion' | 'information';

/** Somebody who waits in a script, as others see him. */
export interface Waiting {
  readonly party: Party;
  /** undefined: he has gone, or somebody talks to him. */
  readonly leg: Leg | undefined;
}

/**
 * What a script can do for the leg on whose behalf it runs. Each verb that is awaited ends when what it does has ended, and
 * rejects with `Gone` when the caller goes; one of them at a time.
 */
export interface Call {
  /** As events and records name it. */
  readonly id: string;
  /** What the caller dialled; inside a script that was reached by `goto`: the number it was reached by. */
  readonly dialed: string;
  readonly from: Party;
  /** The account on whose behalf the script runs; undefined: a stranger. */
  readonly account: string | undefined;
  /** The account that sent the caller here, by a transfer; undefined: he dialled it himself, or was forwarded. */
  readonly sentBy: string | undefined;
  /** Tells the caller's phone that it rings. */
  ring(shows?: Party): void;
  /** Lets the caller listen before he is answered (183): from now on verbs that play do not answer. Nothing after an answer. */
  progress(): void;
  /** Answers; does nothing when answered already. */
  answer(): Promise<void>;
  /** From now on only those who are trusted with it are told who calls. */
  withhold(): void;
  /** Rings the phones of an account, or of several. Busy and no answer are values. */
  dial(targets: DialTarget | readonly DialTarget[], options?: DialOptions): Promise<Outcome>;
  /** Talks to the leg that a dial of this script got, until either hangs up. Answers first. */
  bridge(leg: Leg, options?: BridgeOptions): Promise<void>;
  /** By which another script may talk to this caller, wherever he waits. */
  readonly waiting: Waiting;
  /** Talks to somebody who waits in another script, which ends; until either hangs up. Answers first. False: he has gone. */
  meet(waiting: Waiting): Promise<boolean>;
  /** Shows a party to whoever sent the caller here, and lets him hear prompts, if he still listens: before he is told that it went well. */
  tellSender(shows: Party, ...what: readonly Playable[]): Promise<void>;
  /** Plays prompts one after another, without a gap and to the end. Answers first. */
  play(...what: readonly Playable[]): Promise<void>;
  /** Speaks a text (Debian's espeak-ng). Where nothing can speak it is silent, and `sound.missing` says why. Answers first. */
  say(text: string): Promise<void>;
  /** Waits for keys. What was pressed during the verbs before counts first. Answers first. */
  digits(options?: DigitsOptions): Promise<Typed>;
  /** Offers choices by key; the value of the one that was made, undefined after too many tries without one. */
  menu<T>(options: MenuOptions<T>): Promise<T | undefined>;
  /** Records the caller until he presses a terminator, is silent, or the time is over. Answers first. */
  record(options?: RecordOptions): Promise<Recorded>;
  /** Begins to record the call, this leg's two sides in stereo, whatever else it does. The name of the file. */
  startRecording(options?: RecordingOptions): string;
  /** Nothing is recorded until {@link resumeRecording}. */
  pauseRecording(): void;
  resumeRecording(): void;
  stopRecording(): void;
  /**
   * Takes the caller into a conference room until he hangs up, leaves it (`*#`) or is sent away; asks for its PIN before, if it has
   * one. What is not said in `options` is as the room is configured. Answers first.
   */
  conference(room: string, options?: ConferenceOptions): Promise<Conferred>;
  /**
   * Joins the caller with a program at a ws: or wss: address (docs/program-legs.md) until it ends that, or fails: that is a value
   * too. Keys go to the program. Answers first.
   */
  connect(url: string, options?: ConnectOptions): Promise<Connected>;
  /** Lets the caller hear himself until he hangs up. Answers first. */
  echo(): Promise<void>;
  /** A call tone of the caller's country, for so long or until he hangs up. Answers first, unless he listens already. */
  tone(name: CallTone, options?: { readonly for?: Duration }): Promise<void>;
  /** Music until he hangs up, of that folder among the sounds or the house's; with `for` it goes on under what comes next. Answers first. */
  music(folder?: string, options?: { readonly for?: Duration }): Promise<void>;
  wait(duration: Duration): Promise<void>;
  /** Ends the caller's leg: refuses it while it rings, else hangs up. */
  hangup(cause?: Cause): Promise<never>;
  /** Runs what another number does. More than twenty of these within a moment are a loop, which ends the call. */
  goto(number: string): Promise<void>;
  /** Runs an application, and gives what it gives. What goes wrong in it is thrown here. */
  run<R>(application: (call: Call) => Promise<R> | R): Promise<R>;
  run<O, R>(application: Application<O, R>, options: O): Promise<R>;
  /** The same by the name that a feature or the configuration gives it. Throws a RangeError when there is none of that name. */
  run(application: string, options?: unknown): Promise<unknown>;
  /**
   * Parks the caller in a space, the first free one unless it is named: he hears which and then music, answered first. Whoever takes
   * him back from there takes him away from this script, too.
   */
  park(space?: string, options?: ParkOptions): Promise<Parked>;
  /**
   * Sends a text to the caller's phone (MESSAGE, RFC 3428): in the call where the phone takes that, else to all phones of its account.
   * That none has taken it is a value.
   */
  send(text: string): Promise<Delivered>;
}
