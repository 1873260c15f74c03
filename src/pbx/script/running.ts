import { CAUSES, type Cause, type Dial, type Errand, type Leg, type LegOwner, MUSIC } from '../../call/index.ts';
import type { Deferred, Opened, Timer } from '../../kernel/index.ts';
import type { ProgramEnd } from '../../media/protocol.ts';
import type { Script } from '../dialplan.ts';
import type { Diverted } from '../diverted.ts';
import type { Call } from './call.ts';
import { Keyboard } from './digits.ts';
import { Gone } from './gone.ts';
import { Recordings } from './recording.ts';
import type { Surroundings } from './surroundings.ts';

const MOST_GOTOS = 20;
/** People do not choose faster, and what chooses no faster does no harm. */
const MOMENT = 1000;

/** A script on its way: the leg that it runs for, the verb that it awaits, and what ends either. The verbs are files of their own. */
export class Running {
  readonly around: Surroundings;
  readonly place: { readonly in: 'script'; readonly script: string };
  readonly keyboard = new Keyboard();
  readonly recordings: Recordings;
  /** Legs that answered on our behalf: they end with us. */
  readonly others = new Set<Leg>();
  leg: Leg;
  dialed: string;
  /** Who has sent the call on, the last one first. */
  path: readonly Diverted[] = [];
  dial: Dial | undefined;
  /** What ends the verb in time, and what is being spoken for it. */
  timer: Timer | undefined;
  speaking: Timer | undefined;
  /** Of what plays to its end. */
  token = '';
  /** Talks: to a leg of its own, or (`met`) to somebody who waited in another script. */
  bridged = false;
  met = false;
  /** The program that he talks to. */
  program: string | undefined;
  /** In a conference: keys are its affair. */
  confers = false;
  /** The caller listens before any answer. */
  early = false;
  /** The dial that is under way comes to nothing here. */
  rerouted = false;
  /** Who wants to know whether anybody answers. */
  #errand: Errand | undefined;
  #counted: Opened | undefined;
  #call: Call | undefined;
  #waiting: Pick<Deferred<unknown>, 'resolve' | 'reject'> | undefined;
  #gotos = 0;
  #lastGoto = 0;
  #over = false;
  readonly owner: LegOwner = {
    ringing: () => undefined,
    early: () => undefined,
    progress: () => undefined,
    answered: () => undefined,
    digit: (leg, digit) => this.#digit(leg, digit),
    played: (_leg, token) => this.#played(token),
    recorded: (_leg, recorded) => this.recordings.recorded(recorded),
    programEnded: (_leg, token, end) => this.#programEnded(token, end),
    // What is transferred away is lost to its script as one that hangs up is.
    taken: (leg) => this.#gone(leg),
    replaced: (leg, by, errand) => this.#replaced(leg, by, errand),
    gone: (leg) => this.#gone(leg),
  };

  constructor(around: Surroundings, leg: Leg, dialed: string, errand: Errand | undefined) {
    const { kernel, board } = around;
    this.around = around;
    this.leg = leg;
    this.dialed = dialed;
    this.#errand = errand;
    this.place = { in: 'script', script: kernel.token() };
    this.recordings = new Recordings(
      kernel,
      (taps, beep) => void (this.#over || kernel.input('tap', () => board.tap(this.leg, this, taps, beep))),
      () => this.hush(),
    );
  }

  get over(): boolean {
    return this.#over;
  }

  /** `call`: this, as scripts see it. */
  start(script: Script, call: Call): void {
    this.#call = call;
    this.#counted = this.around.kernel.scene.open('script');
    this.around.board.place(this.leg, this.place, this.owner);
    this.console();
    this.#begin(script, call);
  }

  /** One verb at a time; after the leg has gone a verb never settles, so that a swallowed Gone cannot spin. */
  verb<T>(act: (done: (value: T) => void) => void): Promise<T> {
    const { kernel } = this.around;
    const waiting = kernel.deferred<T>();
    if (this.#over) return waiting.promise;
    if (this.#waiting !== undefined) throw new Error('a script awaits one verb of its leg at a time');
    const own = { resolve: (value: unknown) => waiting.resolve(value as T), reject: waiting.reject };
    this.#waiting = own;
    kernel.input('verb', () => {
      try {
        // What answers late answers nobody else's verb.
        act((value) => this.#waiting === own && this.settle(value));
      } catch (error) {
        this.#waiting = undefined;
        waiting.reject(error);
      }
    });
    return waiting.promise;
  }

  /** The verb that is awaited has come to its end. */
  settle(value: unknown): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.bridged = false;
    this.met = false;
    this.around.kernel.note(`script of ${this.dialed}`);
    waiting?.resolve(value);
  }

  /** Whoever listens already is not answered. */
  answered(): void {
    if (this.leg.state !== 'up' && !this.early) this.around.board.answer(this.leg, this.leg.shows);
    this.reached();
  }

  hush(): void {
    this.token = '';
    this.around.board.hear(this.leg, undefined);
  }

  /** Music for somebody who waits for what comes of him. */
  console(): void {
    if (this.#errand !== undefined) this.around.board.hear(this.leg, MUSIC);
  }

  get errand(): Errand | undefined {
    return this.#errand;
  }

  /** Somebody has answered: nobody is to get the leg back. */
  reached(): void {
    const errand = this.#errand;
    this.#errand = undefined;
    errand?.reached();
  }

  /** Ends our leg, or gives it back to who sent it. */
  dismiss(cause: Cause): void {
    const errand = this.#errand;
    if (errand === undefined) return this.around.board.end(this.leg, cause);
    this.#errand = undefined;
    this.#abandon();
    errand.refused(cause.status < 300 ? CAUSES.unavailable : cause);
  }

  /** A leg that answered on our behalf. */
  own(leg: Leg): void {
    this.others.add(leg);
    this.around.board.place(leg, this.place, this.owner);
  }

  /** The call was sent on: another number's script takes the place of the one that dialled, which never goes on. */
  reroute(number: string, path: readonly Diverted[]): void {
    const { kernel } = this.around;
    this.rerouted = true;
    kernel.afterStep(() => kernel.input('reroute', () => this.#sentOn(number, path)));
  }

  /** Scripts that send the call round and round would never let the exchange do anything else. */
  circles(): boolean {
    const now = this.around.kernel.now();
    this.#gotos = now - this.#lastGoto < MOMENT ? this.#gotos + 1 : 1;
    this.#lastGoto = now;
    return this.#gotos > MOST_GOTOS;
  }

  #sentOn(number: string, path: readonly Diverted[]): void {
    this.dial?.cancel(CAUSES.elsewhere);
    this.dial = undefined;
    this.rerouted = false;
    if (this.#over) return;
    this.#waiting = undefined;
    this.path = path;
    this.dialed = number;
    this.console();
    const script = this.around.route(number);
    if (script === undefined || this.#call === undefined) this.dismiss(CAUSES.noSuchNumber);
    else this.#begin(script, this.#call);
  }

  #begin(script: Script, call: Call): void {
    this.#run(script, call).then(
      () => this.#finish(CAUSES.normal),
      (error: unknown) => this.#finish(this.#failed(error)),
    );
  }

  async #run(script: Script, call: Call): Promise<void> {
    this.around.kernel.note(`script of ${this.dialed}`);
    await script(call);
  }

  /** What an ended or broken script means for its leg. */
  #failed(error: unknown): Cause {
    if (error instanceof Gone) return CAUSES.normal;
    this.around.kernel.fault('script', error);
    return CAUSES.fault;
  }

  /** The script ended: so does its leg. One that was never answered is refused. */
  #finish(cause: Cause): void {
    if (this.#over) return;
    const unanswered = this.leg.state !== 'up' && cause === CAUSES.normal;
    this.around.kernel.input('script', () => this.dismiss(unanswered ? CAUSES.unavailable : cause));
  }

  /** What is pressed in a talk is the other party's affair. */
  #digit(leg: Leg, digit: string): void {
    if (leg !== this.leg || this.#over || this.bridged || this.program !== undefined) return;
    if (this.confers) return this.around.rooms.key(leg, digit);
    if (!this.recordings.pressed(digit)) this.keyboard.pressed(digit);
  }

  #played(token: string): void {
    if (token !== this.token || token === '') return;
    this.token = '';
    if (!this.keyboard.prompted() && !this.recordings.beeped()) this.settle(undefined);
  }

  #programEnded(token: string, end: ProgramEnd): void {
    if (token !== this.program || this.#over) return;
    this.program = undefined;
    this.hush();
    this.settle(end);
  }

  /** Our own leg went: the pending await rejects. Another one: it left the bridge, and our leg is back with us. */
  #gone(leg: Leg): void {
    if (leg === this.leg) return this.#lost();
    if (!this.others.delete(leg) || this.#over) return;
    // What it hears goes on unless it was this leg that it heard.
    if (this.leg.place.in !== 'limbo') return;
    this.around.board.place(this.leg, this.place, this.owner);
    if (this.bridged) this.settle(this.met || undefined);
  }

  #lost(): void {
    const errand = this.#errand;
    this.#errand = undefined;
    this.#abandon();
    errand?.lost();
  }

  /** Another leg goes on in the place of ours, or of one that answered. */
  #replaced(leg: Leg, by: Leg, errand: Errand | undefined): void {
    if (this.others.delete(leg)) this.others.add(by);
    if (leg !== this.leg) return;
    this.leg = by;
    if (this.recordings.moved()) this.around.board.tap(leg, this, []);
    if (errand === undefined) this.#errand?.replaced(by);
    else this.#errand = errand;
    this.console();
    this.dial?.handOver(by);
  }

  #abandon(): void {
    if (this.#over) return;
    this.#over = true;
    this.#counted?.close();
    this.timer?.cancel();
    this.speaking?.cancel();
    this.keyboard.cancel();
    this.dial?.cancel(CAUSES.cancelled);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    const others = [...this.others];
    this.others.clear();
    for (const other of others) if (other.place.in !== 'transfer') this.around.board.end(other, CAUSES.normal);
    waiting?.reject(new Gone());
  }
}
