import type { Cause, Leg, Outcome, Party } from '../../call/index.ts';
import type { Duration } from '../duration.ts';
import { answer, hangup, progress, ring, withhold } from './answering.ts';
import { type Application, goTo, run } from './applying.ts';
import { bridge, type BridgeOptions, meet } from './bridging.ts';
import type { Call, CallTone, Waiting } from './call.ts';
import { conference, type ConferenceOptions, type Conferred } from './conferring.ts';
import { connect, type Connected, type ConnectOptions } from './connecting.ts';
import { dial, type DialOptions, type DialTarget } from './dialling.ts';
import { digits, type DigitsOptions, type Typed } from './digits.ts';
import { echo, music, tone, wait } from './hearing.ts';
import { menu, type MenuOptions } from './menu.ts';
import { park, type Parked, type ParkOptions } from './parking.ts';
import { play, type Playable, speak, tellSender } from './playing.ts';
import { record, type Recorded, type RecordingOptions, type RecordOptions } from './recording.ts';
import type { Running } from './running.ts';
import { type Delivered, send } from './texting.ts';

/** A running script as the script itself sees it: each verb is a file's. */
export class Verbs implements Call {
  readonly #at: Running;

  constructor(at: Running) {
    this.#at = at;
  }

  get id(): string {
    return this.#at.leg.call;
  }

  get dialed(): string {
    return this.#at.dialed;
  }

  get from(): Party {
    return this.#at.leg.party;
  }

  get account(): string | undefined {
    return this.#at.leg.account;
  }

  get sentBy(): string | undefined {
    return this.#at.around.sentBy;
  }

  get waiting(): Waiting {
    const at = this.#at;
    return {
      get party() {
        return at.leg.party;
      },
      get leg() {
        return at.over ? undefined : at.leg;
      },
    };
  }

  ring(shows?: Party): void {
    ring(this.#at, shows);
  }

  progress(): void {
    progress(this.#at);
  }

  answer(): Promise<void> {
    return answer(this.#at);
  }

  withhold(): void {
    withhold(this.#at);
  }

  dial(targets: DialTarget | readonly DialTarget[], options?: DialOptions): Promise<Outcome> {
    return dial(this.#at, targets, options);
  }

  bridge(leg: Leg, options?: BridgeOptions): Promise<void> {
    return bridge(this.#at, leg, options);
  }

  meet(waiting: Waiting): Promise<boolean> {
    return meet(this.#at, waiting);
  }

  tellSender(shows: Party, ...what: readonly Playable[]): Promise<void> {
    return tellSender(this.#at, shows, what);
  }

  play(...what: readonly Playable[]): Promise<void> {
    return play(this.#at, what);
  }

  say(text: string): Promise<void> {
    return speak(this.#at, text);
  }

  digits(options?: DigitsOptions): Promise<Typed> {
    return digits(this.#at, options);
  }

  menu<T>(options: MenuOptions<T>): Promise<T | undefined> {
    return menu(this, options);
  }

  record(options?: RecordOptions): Promise<Recorded> {
    return record(this.#at, options);
  }

  startRecording(options: RecordingOptions = {}): string {
    return this.#at.recordings.start(options);
  }

  pauseRecording(): void {
    this.#at.recordings.pause(true);
  }

  resumeRecording(): void {
    this.#at.recordings.pause(false);
  }

  stopRecording(): void {
    this.#at.recordings.stop();
  }

  conference(room: string, options?: ConferenceOptions): Promise<Conferred> {
    return conference(this.#at, this, room, options);
  }

  connect(url: string, options?: ConnectOptions): Promise<Connected> {
    return connect(this.#at, url, options);
  }

  echo(): Promise<void> {
    return echo(this.#at);
  }

  tone(name: CallTone, options?: { readonly for?: Duration }): Promise<void> {
    return tone(this.#at, name, options);
  }

  music(folder?: string, options?: { readonly for?: Duration }): Promise<void> {
    return music(this.#at, folder, options);
  }

  wait(duration: Duration): Promise<void> {
    return wait(this.#at, duration);
  }

  hangup(cause?: Cause): Promise<never> {
    return hangup(this.#at, cause);
  }

  goto(number: string): Promise<void> {
    return goTo(this.#at, this, number);
  }

  run<R>(application: (call: Call) => Promise<R> | R): Promise<R>;
  run<O, R>(application: Application<O, R>, options: O): Promise<R>;
  run(application: string, options?: unknown): Promise<unknown>;
  run(application: string | Application<never, unknown>, options?: unknown): Promise<unknown> {
    return run(this.#at, this, application, options);
  }

  park(space?: string, options?: ParkOptions): Promise<Parked> {
    return park(this.#at, this, space, options);
  }

  send(text: string): Promise<Delivered> {
    return send(this.#at, text);
  }
}
