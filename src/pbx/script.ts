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

/** The caller's leg went away. Thrown into the script's pending await, once. */
export class Gone extends Error {
  constructor() {
    super('the caller has gone');
    this.name = 'Gone';
  }
}

export interface DialOptions {
  /** How long it rings; 20 s unless said. */
  readonly for?: Duration;
  /** More calls than this at the dialled account, in and out, make it busy. */
  readonly callLimit?: number;
}

/** What a script can do for the leg on whose behalf it runs. Each verb ends when what it does has ended. */
export interface Call {
  /** What the caller dialled. */
  readonly dialed: string;
  readonly from: Party;
  /** Tells the caller's phone that it rings. */
  ring(shows?: Party): void;
  /** Answers; does nothing when answered already. */
  answer(): Promise<void>;
  /** Rings an account's phones. Busy and no answer are values. */
  dial(number: string, options?: DialOptions): Promise<Outcome>;
  /** Talks to the leg that a dial got, until either hangs up. Answers first. */
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
  /** Runs what another number does. */
  goto(number: string): Promise<void>;
}

/** What a script reaches beyond its own leg. */
export interface Surroundings {
  readonly kernel: Kernel;
  readonly board: Switchboard;
  /** Rings an account for a caller. */
  readonly dial: (
    caller: Leg,
    number: string,
    options: { for: number; callLimit: number },
    then: (outcome: Outcome) => void,
  ) => Dial;
  readonly route: (number: string) => Script | undefined;
}

/** Runs a script on behalf of a leg: takes the leg into a place of its own, and ends it when the script ends. */
export function runScript(around: Surroundings, leg: Leg, dialed: string, script: Script): void {
  const running = new Running(around, leg, dialed);
  running.start(script);
}

const GOTO_DEPTH = 20;

class Running implements Call, LegOwner {
  readonly dialed: string;
  readonly from: Party;
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
  #depth = 0;
  #over = false;

  constructor(around: Surroundings, leg: Leg, dialed: string) {
    this.#around = around;
    this.#leg = leg;
    this.dialed = dialed;
    this.from = leg.party;
    this.#place = { in: 'script', script: around.kernel.token() };
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

  dial(
    number: string,
    { for: ringing = '20s', callLimit = Number.POSITIVE_INFINITY }: DialOptions = {},
  ): Promise<Outcome> {
    return this.#verb<Outcome>((done) => {
      this.#dial = this.#around.dial(this.#leg, number, { for: milliseconds(ringing), callLimit }, (outcome) => {
        this.#dial = undefined;
        if (outcome.kind === 'answered') this.#own(outcome.leg);
        done(outcome);
      });
    });
  }

  bridge(leg: Leg): Promise<void> {
    return this.#verb<void>((done) => {
      if (leg.state !== 'up') return done();
      this.#answered(leg.party);
      this.#bridged = true;
      this.#around.board.bridge(this.#leg, leg);
    });
  }

  play(...files: readonly string[]): Promise<void> {
    this.#token = this.#around.kernel.token();
    return this.#hear({ kind: 'file', files, token: this.#token });
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
    return this.#verb<never>(() => this.#around.board.end(this.#leg, cause));
  }

  async goto(number: string): Promise<void> {
    const script = this.#around.route(number);
    this.#depth += 1;
    if (script === undefined || this.#depth > GOTO_DEPTH) return this.hangup(CAUSES.noSuchNumber);
    await script(this);
  }

  ringing(): void {}

  answered(): void {}

  digit(): void {}

  played(_leg: Leg, token: string): void {
    if (token === this.#token) this.#settle(undefined);
  }

  /** Our own leg went: the pending await rejects. Another one: it left the bridge, and our leg is back with us. */
  gone(leg: Leg): void {
    if (leg === this.#leg) return this.#abandon();
    if (!this.#others.delete(leg) || this.#over) return;
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

  #own(leg: Leg): void {
    this.#others.add(leg);
    this.#around.board.place(leg, this.#place, this);
  }

  #answered(shows?: Party): void {
    if (this.#leg.state !== 'up') this.#around.board.answer(this.#leg, shows ?? this.#leg.shows);
  }

  #hear(hears: Hears): Promise<void> {
    return this.#verb<void>(() => {
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
