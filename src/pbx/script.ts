import {
  CAUSES,
  type Cause,
  type Dial,
  type Leg,
  type LegOwner,
  type Outcome,
  type Party,
  type Switchboard,
} from '../call/index.ts';
import type { Deferred, Kernel, Opened, Timer } from '../kernel/index.ts';
import type { Hears } from '../media/protocol.ts';
import type { Script } from './dialplan.ts';
import { type Duration, milliseconds } from './duration.ts';
import { alertFields } from './alert.ts';
import type { RingingOptions, Wanted } from './ringing.ts';

/** The caller's leg went away. Thrown into the script's pending await, once. */
export class Gone extends Error {
  constructor() {
    super('the caller has gone');
    this.name = 'Gone';
  }
}

/** Whom to ring: an account's number; in a list with times of its own. */
export type DialTarget =
  | string
  | {
      readonly number: string;
      /** Its delay, from the start; in turn: from the end of the one before. Cut short when nobody else rings. */
      readonly after?: Duration;
      /** Its own ringing time. */
      readonly for?: Duration;
      /** Only the phone of that instance (RFC 5626), not all of the account's. */
      readonly instance?: string;
    };

export interface DialOptions {
  /** How long it rings, in turn each of them; 20 s unless said. */
  readonly for?: Duration;
  /** `all` at once unless said; `inOrder` and `random`: one after another. */
  readonly strategy?: RingingOptions['strategy'];
  /** More calls than this at the dialled account, in and out, make it busy. */
  readonly callLimit?: number;
  /** The caller is not named, in this dial and whatever comes after it in this call. */
  readonly withhold?: boolean;
  /** A distinctive ring: a name the phones know, or a URI (Alert-Info). */
  readonly alert?: string;
  /** The phones pick up by themselves (intercom). */
  readonly autoAnswer?: boolean;
  /** Whose early media the caller hears: of a phone that rings `alone` unless said, of the `first` that has any, or `never`. */
  readonly earlyMedia?: RingingOptions['earlyMedia'];
  /** How far a decline (6xx) reaches: it ends the `dial` unless said (RFC 3261 §16.7), or spares the other targets. */
  readonly declineEnds?: RingingOptions['declineEnds'];
}

/** What a script can do for the leg on whose behalf it runs. Each verb ends when what it does has ended. */
export interface Call {
  /** What the caller dialled; inside a script that was reached by `goto`: the number it was reached by. */
  readonly dialed: string;
  readonly from: Party;
  /** Tells the caller's phone that it rings. */
  ring(shows?: Party): void;
  /** Answers; does nothing when answered already. */
  answer(): Promise<void>;
  /** From now on only those who are trusted with it are told who calls. */
  withhold(): void;
  /** Rings the phones of an account, or of several. Busy and no answer are values. */
  dial(targets: DialTarget | readonly DialTarget[], options?: DialOptions): Promise<Outcome>;
  /** Talks to the leg that a dial of this script got, until either hangs up. Answers first. */
  bridge(leg: Leg): Promise<void>;
  /** Plays prompts one after another, to the end. Answers first. */
  play(...files: readonly string[]): Promise<void>;
  /** Lets the caller hear himself until he hangs up. Answers first. */
  echo(): Promise<void>;
  /** Music until he hangs up. Answers first. */
  music(): Promise<void>;
  wait(duration: Duration): Promise<void>;
  /** Ends the caller's leg: refuses it while it rings, else hangs up. */
  hangup(cause?: Cause): Promise<never>;
  /** Runs what another number does. More than twenty of these within a moment are a loop, which ends the call. */
  goto(number: string): Promise<void>;
}

/** What a script reaches beyond its own leg. */
export interface Surroundings {
  readonly kernel: Kernel;
  readonly board: Switchboard;
  /** Rings accounts for a caller. Answers in a later step. */
  readonly dial: (
    caller: Leg,
    wanted: readonly Wanted[],
    options: RingingOptions,
    then: (outcome: Outcome) => void,
  ) => Dial;
  readonly route: (number: string) => Script | undefined;
}

/** Runs a script on behalf of a leg: takes the leg into a place of its own, and ends it when the script ends. */
export function runScript(around: Surroundings, leg: Leg, dialed: string, script: Script): void {
  const running = new Running(around, leg, dialed);
  running.start(script);
}

const MOST_GOTOS = 20;
/** People do not choose faster, and what chooses no faster does no harm. */
const MOMENT = 1000;

class Running implements Call, LegOwner {
  readonly #around: Surroundings;
  readonly #leg: Leg;
  readonly #place: { readonly in: 'script'; readonly script: string };
  /** Legs that answered on our behalf: they end with us. */
  readonly #others = new Set<Leg>();
  #counted: Opened | undefined;
  #waiting: Pick<Deferred<unknown>, 'resolve' | 'reject'> | undefined;
  #dial: Dial | undefined;
  #timer: Timer | undefined;
  #token = '';
  #bridged = false;
  #dialed: string;
  #gotos = 0;
  #lastGoto = 0;
  #over = false;

  constructor(around: Surroundings, leg: Leg, dialed: string) {
    this.#around = around;
    this.#leg = leg;
    this.#dialed = dialed;
    this.#place = { in: 'script', script: around.kernel.token() };
  }

  get dialed(): string {
    return this.#dialed;
  }

  get from(): Party {
    return this.#leg.party;
  }

  start(script: Script): void {
    this.#counted = this.#around.kernel.scene.open('script');
    this.#around.board.place(this.#leg, this.#place, this);
    this.#run(script).then(
      () => this.#finish(CAUSES.normal),
      (error: unknown) => this.#finish(this.#failed(error)),
    );
  }

  ring(shows?: Party): void {
    if (!this.#over && this.#leg.state === 'new') this.#around.board.ring(this.#leg, shows);
  }

  answer(): Promise<void> {
    return this.#verb<void>((done) => {
      this.#answered();
      done();
    });
  }

  withhold(): void {
    if (!this.#over) this.#around.board.withhold(this.#leg);
  }

  dial(targets: DialTarget | readonly DialTarget[], options: DialOptions = {}): Promise<Outcome> {
    return this.#verb<Outcome>((done) => {
      const wanted = listed(targets).map(wantedOf);
      const how = howToRing(options);
      if (options.withhold === true) this.withhold();
      this.#dial = this.#around.dial(this.#leg, wanted, how, (outcome) => {
        this.#dial = undefined;
        if (outcome.kind === 'answered') this.#own(outcome.leg);
        done(outcome);
      });
    });
  }

  bridge(leg: Leg): Promise<void> {
    return this.#verb<void>((done) => {
      if (leg.state === 'gone') return done();
      if (!this.#others.has(leg)) throw new Error('a script bridges only what its own dial got');
      this.#answered(leg.party);
      this.#bridged = this.#around.board.bridge(this.#leg, leg);
      if (!this.#bridged) done();
    });
  }

  play(...files: readonly string[]): Promise<void> {
    const token = this.#around.kernel.token();
    return this.#hear({ kind: 'file', files, token }, token);
  }

  echo(): Promise<void> {
    return this.#hear({ kind: 'echo' });
  }

  music(): Promise<void> {
    return this.#hear({ kind: 'music' });
  }

  wait(duration: Duration): Promise<void> {
    return this.#verb<void>((done) => {
      this.#timer = this.#around.kernel.scene.after(milliseconds(duration), done);
    });
  }

  hangup(cause: Cause = CAUSES.normal): Promise<never> {
    return this.#verb<never>(() => {
      if (!isFinal(cause.status)) throw new RangeError(`${cause.status} is no final status`);
      this.#around.board.end(this.#leg, cause);
    });
  }

  async goto(number: string): Promise<void> {
    if (this.#over) return this.#verb<never>(() => undefined);
    const script = this.#around.route(number);
    if (script === undefined) return this.hangup(CAUSES.noSuchNumber);
    if (this.#circles()) return this.hangup(CAUSES.loop);
    const before = this.#dialed;
    this.#dialed = number;
    await script(this);
    this.#dialed = before;
  }

  ringing(): void {}

  early(): void {}

  progress(): void {}

  answered(): void {}

  digit(): void {}

  played(_leg: Leg, token: string): void {
    if (token !== this.#token || token === '') return;
    this.#token = '';
    this.#settle(undefined);
  }

  /** Our own leg went: the pending await rejects. Another one: it left the bridge, and our leg is back with us. */
  gone(leg: Leg): void {
    if (leg === this.#leg) return this.#abandon();
    if (!this.#others.delete(leg) || this.#over) return;
    // What it hears goes on unless it was this leg that it heard.
    if (this.#leg.place.in !== 'limbo') return;
    this.#around.board.place(this.#leg, this.#place, this);
    if (this.#bridged) this.#settle(undefined);
  }

  async #run(script: Script): Promise<void> {
    await script(this);
  }

  #abandon(): void {
    if (this.#over) return;
    this.#over = true;
    this.#counted?.close();
    this.#timer?.cancel();
    this.#dial?.cancel(CAUSES.cancelled);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    const others = [...this.#others];
    this.#others.clear();
    for (const other of others) this.#around.board.end(other, CAUSES.normal);
    waiting?.reject(new Gone());
  }

  /** What an ended or broken script means for its leg. */
  #failed(error: unknown): Cause {
    if (error instanceof Gone) return CAUSES.normal;
    this.#around.kernel.fault('script', error);
    return CAUSES.fault;
  }

  /** The script ended: so does its leg. One that was never answered is refused. */
  #finish(cause: Cause): void {
    if (this.#over) return;
    const unanswered = this.#leg.state !== 'up' && cause === CAUSES.normal;
    this.#around.kernel.input('script', () =>
      this.#around.board.end(this.#leg, unanswered ? CAUSES.unavailable : cause),
    );
  }

  /** Scripts that send the call round and round would never let the exchange do anything else. */
  #circles(): boolean {
    const now = this.#around.kernel.now();
    this.#gotos = now - this.#lastGoto < MOMENT ? this.#gotos + 1 : 1;
    this.#lastGoto = now;
    return this.#gotos > MOST_GOTOS;
  }

  #own(leg: Leg): void {
    this.#others.add(leg);
    this.#around.board.place(leg, this.#place, this);
  }

  #answered(shows?: Party): void {
    if (this.#leg.state !== 'up') this.#around.board.answer(this.#leg, shows ?? this.#leg.shows);
  }

  #hear(hears: Hears, token = ''): Promise<void> {
    return this.#verb<void>(() => {
      this.#token = token;
      this.#answered();
      this.#around.board.hear(this.#leg, hears);
    });
  }

  /** One verb at a time; after the leg has gone a verb never settles, so that a swallowed Gone cannot spin. */
  #verb<T>(act: (done: (value: T) => void) => void): Promise<T> {
    const waiting = this.#around.kernel.deferred<T>();
    if (this.#over) return waiting.promise;
    if (this.#waiting !== undefined) throw new Error('a script awaits one verb of its leg at a time');
    this.#waiting = { resolve: (value) => waiting.resolve(value as T), reject: waiting.reject };
    this.#around.kernel.input('verb', () => {
      try {
        act((value) => this.#settle(value));
      } catch (error) {
        this.#waiting = undefined;
        waiting.reject(error);
      }
    });
    return waiting.promise;
  }

  #settle(value: unknown): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#bridged = false;
    waiting?.resolve(value);
  }
}

function isFinal(status: number): boolean {
  return Number.isInteger(status) && status >= 200 && status <= 699;
}

function listed(targets: DialTarget | readonly DialTarget[]): readonly DialTarget[] {
  return typeof targets === 'string' || 'number' in targets ? [targets] : targets;
}

function wantedOf(target: DialTarget): Wanted {
  if (typeof target === 'string') return { number: target, instance: undefined, after: 0, for: undefined };
  const { number, instance, after = '0ms', for: ringing } = target;
  return {
    number,
    instance,
    after: milliseconds(after),
    for: ringing === undefined ? undefined : milliseconds(ringing),
  };
}

/** Throws a RangeError for what the dialplan's author cannot mean. */
function howToRing(options: DialOptions): RingingOptions {
  const { for: ringing = '20s', strategy = 'all', callLimit = Number.POSITIVE_INFINITY } = options;
  const { earlyMedia = 'alone', declineEnds = 'dial', alert: ring, autoAnswer: answers = false } = options;
  const alert = ring === undefined ? { answers } : { answers, ring };
  alertFields(alert, 'localhost');
  return { for: milliseconds(ringing), strategy, callLimit, earlyMedia, declineEnds, alert };
}
