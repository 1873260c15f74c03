import {
  CAUSES,
  type Cause,
  type Dial,
  type Errand,
  type Leg,
  type LegOwner,
  type Outcome,
  type Party,
} from '../call/index.ts';
import { MUSIC, type Switchboard } from '../call/index.ts';
import type { Deferred, Kernel, Opened, Timer } from '../kernel/index.ts';
import type { Hears, ProgramEnd, Tone } from '../media/protocol.ts';
import type { Script } from './dialplan.ts';
import type { Diverted } from './diverted.ts';
import { type Duration, milliseconds } from './duration.ts';
import type { Caller, RingingOptions, Wanted } from './ringing.ts';
import { type Call, type CallTone, Gone, type Waiting } from './script/call.ts';
import type { JoinOptions, Left, RoomOptions } from './conference/room.ts';
import type { Rooms } from './conference/rooms.ts';
import { confer, type ConferenceOptions, type Conferred } from './script/conferring.ts';
import { type Connected, type ConnectOptions, programAt } from './script/connecting.ts';
import { type DialOptions, type DialTarget, howToRing, wantedIn } from './script/dialling.ts';
import { type DigitsOptions, Keyboard, keyRules, type Typed } from './script/digits.ts';
import { menu, type MenuOptions } from './script/menu.ts';
import { heardOf, inLanguage, type Playable } from './script/playing.ts';
import { type Recorded, type RecordingOptions, Recordings, type RecordOptions } from './script/recording.ts';

export type { ConferenceOptions, Conferred } from './script/conferring.ts';
export type { Connected, ConnectOptions } from './script/connecting.ts';
export type { DialOptions, DialTarget } from './script/dialling.ts';
export type { DigitsOptions, Typed } from './script/digits.ts';
export type { MenuOptions } from './script/menu.ts';
export type { Playable, PlayOptions } from './script/playing.ts';
export type { Recorded, RecordingOptions, RecordOptions } from './script/recording.ts';
export { type Call, Gone, type Waiting } from './script/call.ts';

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

/**
 * Runs a script on behalf of a leg: takes the leg into a place of its own, and ends it when the script ends. `errand`: who sent
 * a leg that is up already; it hears music until somebody rings, and is given back when nobody answers.
 */
export function runScript(around: Surroundings, leg: Leg, dialed: string, script: Script, errand?: Errand): void {
  const running = new Running(around, leg, dialed, errand);
  running.start(script);
}

const MOST_GOTOS = 20;
/** People do not choose faster, and what chooses no faster does no harm. */
const MOMENT = 1000;
/** How long a text takes that cannot be spoken (ms). */
const UNSPOKEN = 500;

class Running implements Call {
  readonly #around: Surroundings;
  #leg: Leg;
  /** Who wants to know whether anybody answers. */
  #errand: Errand | undefined;
  readonly #place: { readonly in: 'script'; readonly script: string };
  /** Legs that answered on our behalf: they end with us. */
  readonly #others = new Set<Leg>();
  #counted: Opened | undefined;
  #waiting: Pick<Deferred<unknown>, 'resolve' | 'reject'> | undefined;
  #dial: Dial | undefined;
  #timer: Timer | undefined;
  #speaking: Timer | undefined;
  #token = '';
  #bridged = false;
  /** The program that he talks to. */
  #program: string | undefined;
  /** In a conference: keys are its affair. */
  #confers = false;
  /** The caller listens before any answer. */
  #early = false;
  readonly #keyboard = new Keyboard();
  readonly #recordings: Recordings;
  readonly #owner: LegOwner = {
    ringing: () => undefined,
    early: () => undefined,
    progress: () => undefined,
    answered: () => undefined,
    digit: (leg, digit) => this.#digit(leg, digit),
    played: (_leg, token) => this.#played(token),
    recorded: (_leg, recorded) => this.#recordings.recorded(recorded),
    programEnded: (_leg, token, end) => this.#programEnded(token, end),
    // What is transferred away is lost to its script as one that hangs up is.
    taken: (leg) => this.#gone(leg),
    replaced: (leg, by, errand) => this.#replaced(leg, by, errand),
    gone: (leg) => this.#gone(leg),
  };
  #dialed: string;
  /** Who has sent the call on, the last one first. */
  #path: readonly Diverted[] = [];
  /** The dial that is under way comes to nothing here. */
  #rerouted = false;
  /** The talk is with somebody who waited in another script. */
  #met = false;
  #gotos = 0;
  #lastGoto = 0;
  #over = false;

  constructor(around: Surroundings, leg: Leg, dialed: string, errand: Errand | undefined) {
    this.#errand = errand;
    this.#around = around;
    this.#leg = leg;
    this.#dialed = dialed;
    this.#place = { in: 'script', script: around.kernel.token() };
    this.#recordings = new Recordings(
      around.kernel,
      (taps) => void (this.#over || around.kernel.input('tap', () => around.board.tap(leg, taps))),
      () => this.#hush(),
    );
  }

  get dialed(): string {
    return this.#dialed;
  }

  get from(): Party {
    return this.#leg.party;
  }

  get id(): string {
    return this.#leg.call;
  }

  get waiting(): Waiting {
    const [party, leg] = [() => this.#leg.party, () => (this.#over ? undefined : this.#leg)];
    return {
      get party() {
        return party();
      },
      get leg() {
        return leg();
      },
    };
  }

  get account(): string | undefined {
    return this.#leg.account;
  }

  get sentBy(): string | undefined {
    return this.#around.sentBy;
  }

  start(script: Script): void {
    this.#counted = this.#around.kernel.scene.open('script');
    this.#around.board.place(this.#leg, this.#place, this.#owner);
    this.#console();
    this.#begin(script);
  }

  #begin(script: Script): void {
    this.#run(script).then(
      () => this.#finish(CAUSES.normal),
      (error: unknown) => this.#finish(this.#failed(error)),
    );
  }

  ring(shows?: Party): void {
    if (!this.#over && this.#leg.state === 'new') this.#around.board.ring(this.#leg, shows);
  }

  progress(): void {
    if (this.#over || this.#leg.state === 'up') return;
    this.#early = true;
    this.#around.board.early(this.#leg, this.#leg.shows);
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
      const wanted = wantedIn(targets);
      const how = {
        ...howToRing(options),
        heard: (status: number) => this.#errand?.heard(status),
        path: this.#path,
        reroute: (number: string, path: readonly Diverted[]) => this.#reroute(number, path),
      };
      if (options.withhold === true) this.withhold();
      this.#dial = this.#around.dial(this.#leg, wanted, how, (outcome) => {
        if (this.#rerouted) return;
        this.#dial = undefined;
        if (outcome.kind === 'answered') this.#own(outcome.leg);
        else this.#console();
        done(outcome);
      });
    });
  }

  bridge(leg: Leg): Promise<void> {
    return this.#verb<void>((done) => {
      if (leg.state === 'gone') return done();
      if (!this.#others.has(leg)) throw new Error('a script bridges only what its own dial got');
      if (this.#leg.state !== 'up') this.#around.board.answer(this.#leg, leg.party);
      this.#keyboard.forget();
      this.#bridged = this.#around.board.bridge(this.#leg, leg);
      if (!this.#bridged) done();
      this.#reached();
    });
  }

  meet({ leg }: Waiting): Promise<boolean> {
    return this.#verb<boolean>((done) => {
      if (leg === undefined || leg === this.#leg || leg.state !== 'up') return done(false);
      const { board } = this.#around;
      if (this.#leg.state !== 'up') board.answer(this.#leg, leg.party);
      board.take([leg], this.#place, this.#owner);
      this.#others.add(leg);
      this.#keyboard.forget();
      this.#met = true;
      this.#bridged = board.bridge(this.#leg, leg);
      this.#reached();
    });
  }

  tellSender(shows: Party, ...what: readonly Playable[]): Promise<void> {
    return this.#verb<void>((done) => {
      const hears = inLanguage(
        heardOf(what, this.#around.kernel.token()),
        this.#around.languageOf?.(this.#leg) ?? 'en',
      );
      const errand = this.#errand;
      if (errand?.say === undefined || hears.kind !== 'file') done();
      else errand.say(hears, shows, done);
    });
  }

  play(...what: readonly Playable[]): Promise<void> {
    return this.#verb<void>(() => this.#sound(what));
  }

  say(text: string): Promise<void> {
    return this.#verb<void>((done) => {
      this.#answered();
      this.#speaking = this.#around.speak(this.#leg, text, (file) => {
        this.#speaking = undefined;
        // Whoever says it again and again does not keep everybody else waiting.
        if (file === undefined) this.#timer = this.#around.kernel.scene.after(UNSPOKEN, done);
        else this.#sound([file]);
      });
    });
  }

  digits(options: DigitsOptions = {}): Promise<Typed> {
    return this.#verb<Typed>((done) => {
      const rules = keyRules(options);
      this.#answered();
      if (this.#keyboard.ask(this.#around.kernel, rules, () => this.#hush(), done)) this.#sound(rules.prompt);
    });
  }

  menu<T>(options: MenuOptions<T>): Promise<T | undefined> {
    return menu(this, options);
  }

  record(options: RecordOptions = {}): Promise<Recorded> {
    return this.#verb<Recorded>((done) => {
      this.#answered();
      this.#keyboard.forget();
      if (this.#recordings.record(options, done)) this.#sound(['beep']);
    });
  }

  startRecording(options: RecordingOptions = {}): string {
    return this.#recordings.start(options);
  }

  pauseRecording(): void {
    this.#recordings.pause(true);
  }

  resumeRecording(): void {
    this.#recordings.pause(false);
  }

  stopRecording(): void {
    this.#recordings.stop();
  }

  async conference(room: string, options: ConferenceOptions = {}): Promise<Conferred> {
    const { rooms } = this.#around;
    const all = { ...rooms.optionsOf(room), ...options };
    await this.#verb<void>((done) => {
      const party = rooms.partyOf(room, all);
      if (this.#leg.state !== 'up') this.#around.board.answer(this.#leg, party);
      else this.#around.board.face(this.#leg, party);
      this.#reached();
      done();
    });
    return confer(this, rooms, room, all, (how) => this.#join(room, all, how));
  }

  #join(room: string, options: RoomOptions, how: JoinOptions): Promise<Left> {
    return this.#verb<Left>((done) => {
      this.#keyboard.forget();
      this.#confers = true;
      const dismiss = (why: Left): void => {
        if (!this.#confers || this.#over) return;
        this.#confers = false;
        this.#around.board.place(this.#leg, this.#place, this.#owner);
        done(why);
      };
      if (!this.#around.rooms.join(this.#leg, room, options, how, dismiss)) dismiss('ended');
    });
  }

  connect(url: string, options: ConnectOptions = {}): Promise<Connected> {
    return this.#verb<Connected>(() => {
      const token = this.#around.kernel.token();
      const hears = programAt(url, options, this.#leg, this.#dialed, token);
      this.#token = '';
      this.#answered();
      this.#keyboard.forget();
      this.#program = token;
      this.#around.board.hear(this.#leg, hears);
    });
  }

  echo(): Promise<void> {
    return this.#hear({ kind: 'echo' });
  }

  tone(name: CallTone, options: { readonly for?: Duration } = {}): Promise<void> {
    return this.#verb<void>((done) => {
      const after = options.for === undefined ? undefined : milliseconds(options.for);
      this.#token = '';
      this.#answered();
      this.#around.board.hear(this.#leg, { kind: 'tone', tone: this.#around.tonesOf(this.#leg, name) });
      if (after === undefined) return;
      this.#timer = this.#around.kernel.scene.after(after, () => {
        this.#hush();
        done();
      });
    });
  }

  music(folder?: string, options: { readonly for?: Duration } = {}): Promise<void> {
    const after = options.for === undefined ? undefined : milliseconds(options.for);
    return this.#hear(folder === undefined ? { kind: 'music' } : { kind: 'music', folder }, after);
  }

  wait(duration: Duration): Promise<void> {
    return this.#verb<void>((done) => {
      this.#timer = this.#around.kernel.scene.after(milliseconds(duration), done);
    });
  }

  hangup(cause: Cause = CAUSES.normal): Promise<never> {
    return this.#verb<never>(() => {
      if (!isFinal(cause.status)) throw new RangeError(`${cause.status} is no final status`);
      this.#dismiss(cause);
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

  /** The call was sent on: another number's script takes the place of the one that dialled, which never goes on. */
  #reroute(number: string, path: readonly Diverted[]): void {
    this.#rerouted = true;
    this.#around.kernel.afterStep(() => this.#around.kernel.input('reroute', () => this.#sentOn(number, path)));
  }

  #sentOn(number: string, path: readonly Diverted[]): void {
    this.#dial?.cancel(CAUSES.elsewhere);
    this.#dial = undefined;
    this.#rerouted = false;
    if (this.#over) return;
    this.#waiting = undefined;
    this.#path = path;
    this.#dialed = number;
    this.#console();
    const script = this.#around.route(number);
    if (script === undefined) this.#dismiss(CAUSES.noSuchNumber);
    else this.#begin(script);
  }

  /** What is pressed in a talk is the other party's affair. */
  #digit(leg: Leg, digit: string): void {
    if (leg !== this.#leg || this.#over || this.#bridged || this.#program !== undefined) return;
    if (this.#confers) return this.#around.rooms.key(leg, digit);
    if (!this.#recordings.pressed(digit)) this.#keyboard.pressed(digit);
  }

  #played(token: string): void {
    if (token !== this.#token || token === '') return;
    this.#token = '';
    if (!this.#keyboard.prompted() && !this.#recordings.beeped()) this.#settle(undefined);
  }

  #programEnded(token: string, end: ProgramEnd): void {
    if (token !== this.#program || this.#over) return;
    this.#program = undefined;
    this.#hush();
    this.#settle(end);
  }

  /** Our own leg went: the pending await rejects. Another one: it left the bridge, and our leg is back with us. */
  #gone(leg: Leg): void {
    if (leg === this.#leg) return this.#lost();
    if (!this.#others.delete(leg) || this.#over) return;
    // What it hears goes on unless it was this leg that it heard.
    if (this.#leg.place.in !== 'limbo') return;
    this.#around.board.place(this.#leg, this.#place, this.#owner);
    if (this.#bridged) this.#settle(this.#met || undefined);
  }

  #lost(): void {
    const errand = this.#errand;
    this.#errand = undefined;
    this.#abandon();
    errand?.lost();
  }

  /** Another leg goes on in the place of ours, or of one that answered. */
  #replaced(leg: Leg, by: Leg, errand: Errand | undefined): void {
    if (this.#others.delete(leg)) this.#others.add(by);
    if (leg !== this.#leg) return;
    this.#leg = by;
    if (errand === undefined) this.#errand?.replaced(by);
    else this.#errand = errand;
    this.#console();
    this.#dial?.handOver(by);
  }

  /** Music for somebody who waits for what comes of him. */
  #console(): void {
    if (this.#errand !== undefined) this.#around.board.hear(this.#leg, MUSIC);
  }

  #reached(): void {
    const errand = this.#errand;
    this.#errand = undefined;
    errand?.reached();
  }

  /** Ends our leg, or gives it back to who sent it. */
  #dismiss(cause: Cause): void {
    const errand = this.#errand;
    if (errand === undefined) return this.#around.board.end(this.#leg, cause);
    this.#errand = undefined;
    this.#abandon();
    errand.refused(cause.status < 300 ? CAUSES.unavailable : cause);
  }

  async #run(script: Script): Promise<void> {
    this.#around.kernel.note(`script of ${this.#dialed}`);
    await script(this);
  }

  #abandon(): void {
    if (this.#over) return;
    this.#over = true;
    this.#counted?.close();
    this.#timer?.cancel();
    this.#speaking?.cancel();
    this.#keyboard.cancel();
    this.#dial?.cancel(CAUSES.cancelled);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    const others = [...this.#others];
    this.#others.clear();
    for (const other of others) if (other.place.in !== 'transfer') this.#around.board.end(other, CAUSES.normal);
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
    this.#around.kernel.input('script', () => this.#dismiss(unanswered ? CAUSES.unavailable : cause));
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
    this.#around.board.place(leg, this.#place, this.#owner);
  }

  /** Whoever listens already is not answered. */
  #answered(): void {
    if (this.#leg.state !== 'up' && !this.#early) this.#around.board.answer(this.#leg, this.#leg.shows);
    this.#reached();
  }

  /** Plays to the end; {@link played} tells. */
  #sound(what: readonly Playable[]): void {
    const token = this.#around.kernel.token();
    const hears = inLanguage(heardOf(what, token), this.#around.languageOf?.(this.#leg) ?? 'en');
    this.#answered();
    this.#token = token;
    this.#around.board.hear(this.#leg, hears);
  }

  #hush(): void {
    this.#token = '';
    this.#around.board.hear(this.#leg, undefined);
  }

  /** What goes on until he hangs up. */
  #hear(hears: Hears, after?: number): Promise<void> {
    return this.#verb<void>((done) => {
      this.#token = '';
      this.#answered();
      this.#around.board.hear(this.#leg, hears);
      if (after !== undefined) this.#timer = this.#around.kernel.scene.after(after, done);
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
    this.#met = false;
    this.#around.kernel.note(`script of ${this.#dialed}`);
    waiting?.resolve(value);
  }
}

function isFinal(status: number): boolean {
  return Number.isInteger(status) && status >= 200 && status <= 699;
}
