import type { Kernel, Timer } from '../kernel/index.ts';
import type { Hears, Tone } from '../media/protocol.ts';
import { best, isGlobal } from './aggregate.ts';
import type { Leg, LegOwner } from './leg.ts';
import type { Wish } from './media-plan.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { CAUSES, type Cause, type Party, sameParty } from './party.ts';
import type { Switchboard } from './switchboard.ts';
import type { Ringer, Rung, Target } from './target.ts';

export interface DialRequest {
  /** Who rings; told what happens, and never ended by this. */
  readonly caller: Leg | undefined;
  readonly targets: readonly Target[];
  /** One after another, instead of each after its delay. */
  readonly inTurn: boolean;
  /** Ringing time in milliseconds, over all targets; in turn: of each. */
  readonly for: number;
  /** Who the caller's display names while several ring. */
  readonly shows: Party | undefined;
  /** Whose early media the caller hears: of a phone that rings alone, or of the first that has any. */
  readonly earlyMedia: 'alone' | 'first' | 'never';
  /** What a caller who listens to us hears while phones ring; 425 Hz, one second in five, unless said. */
  readonly ringback?: Tone | undefined;
  /** Hears of each provisional status, as it comes. */
  readonly heard?: (status: 180 | 181 | 182 | 183) => void;
  /** What the caller hears does not change by it, nor, when nobody answered, what he sees. */
  readonly silent?: boolean;
  /** How far a 6xx reaches: it ends the dial (RFC 3261 §16.7), or the ringing of that target only. */
  readonly declineEnds: 'dial' | 'target';
}

export interface Dial {
  /** Gives up: every ringing leg ends with this cause, and no outcome is told. */
  cancel(cause: Cause): void;
  /** Rings on behalf of another caller from now on, for as long as it would ring at all. */
  handOver(caller: Leg): void;
}

/** A contact that says nothing for so long is not waited for when the others have answered (telephony.md, Registration). */
const SILENCE = 4000;

/** What a caller hears in whose ear the exchange must ring itself (E.180, Europe's cadence). */
const RINGBACK: Tone = { hz: [425], cadence: [1000, 4000] };

/**
 * Rings several places, at once or in turn; the first to answer wins, the others are told that it was answered elsewhere.
 * Owns its legs while they ring. The outcome is told in a step after this one.
 */
export function dial(kernel: Kernel, board: Switchboard, request: DialRequest, then: (outcome: Outcome) => void): Dial {
  const dialing = new Dialing(kernel, board, request, then);
  dialing.start();
  return dialing;
}

/** One target on its way through a dial. */
interface Attempt {
  readonly target: Target;
  /** Its ringing legs, and where each may lead. */
  readonly legs: Map<Leg, Ringing>;
  readonly refusals: Cause[];
  readonly timers: Timer[];
  state: 'waiting' | 'ringing' | 'over';
  /** Its phones have had their time to say something. */
  silent: boolean;
}

type Ringing = Extract<Rung, { readonly leg: Leg }>;

/** Nothing came from the phone itself: no answer, a flow that failed, a proxy or flow that is gone (RFC 5626 §7, §11.5). */
const UNHEARD: ReadonlySet<number> = new Set([408, 430, 503]);

class Dialing implements Dial, LegOwner {
  readonly #kernel: Kernel;
  readonly #board: Switchboard;
  #request: DialRequest;
  readonly #then: (outcome: Outcome) => void;
  readonly #id: string;
  readonly #attempts: readonly Attempt[];
  readonly #timers: Timer[] = [];
  /** Legs with early media, in the order in which they had it. */
  readonly #audible = new Set<Leg>();
  /** What the caller's phone showed before. */
  readonly #before: Party | undefined;
  #heard: Leg | undefined;
  #over = false;

  constructor(kernel: Kernel, board: Switchboard, request: DialRequest, then: (outcome: Outcome) => void) {
    this.#kernel = kernel;
    this.#board = board;
    this.#request = request;
    this.#then = then;
    this.#id = kernel.token();
    this.#before = request.caller?.shows;
    this.#attempts = request.targets.map((target) => ({
      target,
      legs: new Map<Leg, Ringing>(),
      refusals: [],
      timers: [],
      state: 'waiting',
      silent: false,
    }));
  }

  start(): void {
    const { inTurn, for: ringing } = this.#request;
    if (!inTurn) this.#timers.push(this.#kernel.scene.after(ringing, () => this.#rangOut()));
    for (const attempt of inTurn ? this.#attempts.slice(0, 1) : this.#attempts) this.#schedule(attempt);
    if (this.#attempts.length === 0) this.#timers.push(this.#kernel.scene.after(0, () => this.#consider()));
  }

  cancel(cause: Cause): void {
    if (this.#close(cause)) this.#hear(undefined);
  }

  handOver(caller: Leg): void {
    if (this.#over) return;
    this.#request = { ...this.#request, caller };
    const { inTurn, for: ringing } = this.#request;
    for (const timer of this.#timers.splice(0)) timer.cancel();
    if (!inTurn) this.#timers.push(this.#kernel.scene.after(ringing, () => this.#rangOut()));
    for (const { legs } of this.#attempts) for (const leg of legs.keys()) this.#board.face(leg, caller.party);
    if (this.#heard !== undefined) this.#hear(this.#heard);
    else if (this.#ringingLegs().length > 0) this.#tellCaller();
    if (this.#ringingLegs().length > 0) this.#request.heard?.(this.#heard === undefined ? 180 : 183);
  }

  ringing(leg: Leg): void {
    const attempt = this.#attemptOf(leg);
    if (attempt === undefined) return;
    this.#tellCaller();
    this.#request.heard?.(180);
  }

  early(leg: Leg): void {
    if (this.#attemptOf(leg) === undefined) return;
    this.#audible.add(leg);
    this.#listen();
    if (this.#heard === undefined) this.#tellCaller();
    this.#request.heard?.(183);
  }

  progress(leg: Leg, status: 181 | 182): void {
    const { caller, heard } = this.#request;
    if (caller === undefined || this.#attemptOf(leg) === undefined) return;
    this.#board.progress(caller, status);
    heard?.(status);
  }

  /** Another phone answers in its place (RFC 3891 §3): whoever rang there rings no more. */
  replaced(leg: Leg, by: Leg): void {
    const attempt = this.#attemptOf(leg);
    if (attempt === undefined) return;
    attempt.legs.delete(leg);
    this.#board.place(by, { in: 'limbo' }, undefined);
    this.#end(CAUSES.elsewhere, { kind: 'answered', leg: by });
  }

  answered(leg: Leg): void {
    const attempt = this.#attemptOf(leg);
    if (attempt === undefined) return;
    attempt.legs.delete(leg);
    this.#board.place(leg, { in: 'limbo' }, undefined);
    this.#end(CAUSES.elsewhere, { kind: 'answered', leg });
  }

  digit(): void {}

  played(): void {}

  gone(leg: Leg, cause: Cause): void {
    const attempt = this.#attemptOf(leg);
    if (attempt === undefined) return;
    const rung = attempt.legs.get(leg);
    attempt.legs.delete(leg);
    this.#audible.delete(leg);
    if (leg === this.#heard) this.#heard = undefined;
    if (cause.movedTo !== undefined) this.#follow(attempt, rung?.moved?.(cause.movedTo) ?? CAUSES.unavailable);
    else if (rung?.otherwise !== undefined && UNHEARD.has(cause.status)) this.#ringAll(attempt, [rung.otherwise]);
    else attempt.refusals.push(cause);
    if (isGlobal(cause) && this.#request.declineEnds === 'dial') return this.#end(cause, outcomeOf(best([cause])));
    if (isGlobal(cause)) this.#finish(attempt, cause);
    this.#consider();
  }

  #attemptOf(leg: Leg): Attempt | undefined {
    return this.#over ? undefined : this.#attempts.find(({ legs }) => legs.has(leg));
  }

  #schedule(attempt: Attempt): void {
    const { after } = attempt.target;
    if (after > 0) attempt.timers.push(this.#kernel.scene.after(after, () => this.#begin(attempt)));
    else this.#begin(attempt);
  }

  /** Its turn has come. What it comes to at once is looked at in a step of its own. */
  #begin(attempt: Attempt): void {
    if (this.#over || attempt.state !== 'waiting') return;
    attempt.state = 'ringing';
    const { target, timers } = attempt;
    const ringing = target.for ?? (this.#request.inTurn ? this.#request.for : undefined);
    if (ringing !== undefined) timers.push(this.#kernel.scene.after(ringing, () => this.#unanswered(attempt)));
    this.#ringAll(attempt, target.ringers());
    if (attempt.legs.size === 0) timers.push(this.#kernel.scene.after(0, () => this.#consider()));
  }

  #ringAll(attempt: Attempt, ringers: readonly Ringer[] | Cause): void {
    if ('status' in ringers) return void attempt.refusals.push(ringers);
    attempt.silent = false;
    attempt.timers.push(this.#kernel.scene.after(SILENCE, () => this.#silenced(attempt)));
    for (const ringer of ringers) this.#ring(attempt, ringer);
  }

  #ring(attempt: Attempt, ringer: Ringer): void {
    const rung = ringer();
    if ('refused' in rung) return void attempt.refusals.push(rung.refused);
    attempt.legs.set(rung.leg, rung);
    this.#board.place(rung.leg, { in: 'dial', dial: this.#id }, this);
  }

  /** RFC 3261 §21.3: the phone says where else to try. */
  #follow(attempt: Attempt, ringers: readonly Ringer[] | Cause): void {
    const { caller } = this.#request;
    if (!('status' in ringers) && caller !== undefined) this.#board.progress(caller, 181);
    this.#ringAll(attempt, ringers);
  }

  #silenced(attempt: Attempt): void {
    attempt.silent = true;
    this.#consider();
    if (!this.#over) this.#listen();
  }

  /** Its own time is over. */
  #unanswered(attempt: Attempt): void {
    attempt.refusals.push(CAUSES.noAnswer);
    this.#finish(attempt, CAUSES.noAnswer);
    this.#consider();
  }

  #rangOut(): void {
    this.#end(CAUSES.noAnswer, { kind: 'noAnswer', ...CAUSES.noAnswer });
  }

  /** Looks at what is left: who is over, who comes next, and whether it all is. */
  #consider(): void {
    if (this.#over) return;
    for (const attempt of this.#attempts) if (this.#isOver(attempt)) this.#finish(attempt, best(attempt.refusals));
    if (this.#attempts.some(({ state }) => state === 'ringing') && !this.#allSilent()) return this.#listen();
    const next = this.#attempts.find(({ state }) => state === 'waiting');
    if (next === undefined) return this.#refused();
    this.#heardNobody();
    this.#advance(next);
  }

  /** The next in turn; a delay ends early when nobody else rings. */
  #advance(next: Attempt): void {
    for (const timer of next.timers.splice(0)) timer.cancel();
    if (this.#request.inTurn) {
      for (const silent of this.#attempts) if (silent.state === 'ringing') this.#finish(silent, CAUSES.unavailable);
      this.#schedule(next);
    } else this.#begin(next);
  }

  /** All its phones have refused, but for those that have not said a word. */
  #isOver({ state, legs, refusals, silent }: Attempt): boolean {
    if (state !== 'ringing') return false;
    return legs.size === 0 || (refusals.length > 0 && silent && [...legs.keys()].every((leg) => leg.state === 'new'));
  }

  /** Those still rung have not said a word, and somebody else has refused or waits for his turn. */
  #allSilent(): boolean {
    const ringing = this.#attempts.filter(({ state }) => state === 'ringing');
    if (ringing.length === this.#attempts.length) return false;
    return ringing.every(({ silent, legs }) => silent && [...legs.keys()].every((leg) => leg.state === 'new'));
  }

  #finish(attempt: Attempt, cause: Cause): void {
    if (attempt.state === 'over') return;
    attempt.state = 'over';
    for (const timer of attempt.timers) timer.cancel();
    const legs = [...attempt.legs.keys()];
    attempt.legs.clear();
    for (const leg of legs) {
      this.#audible.delete(leg);
      if (leg === this.#heard) this.#heard = undefined;
      this.#board.end(leg, cause);
    }
  }

  get #ringback(): Hears {
    return { kind: 'tone', tone: this.#request.ringback ?? RINGBACK };
  }

  #refused(): void {
    const refusals = this.#attempts.filter(({ state }) => state === 'over').map((attempt) => best(attempt.refusals));
    const cause = best(refusals);
    this.#end(cause, outcomeOf(cause));
  }

  /** The caller's phone rings at whoever rings now; one that listens to us already hears it from us. */
  #tellCaller(): void {
    const { caller } = this.#request;
    if (caller === undefined || caller.state === 'gone' || this.#heard !== undefined) return;
    if (caller.state === 'up' || caller.state === 'early') this.#let(caller, this.#ringback);
    const shows = this.#shows();
    if (caller.state === 'up') return this.#board.face(caller, shows);
    if (caller.state === 'new' || !sameParty(caller.shows, shows)) this.#board.ring(caller, shows);
  }

  /** The one who rings; of several rung together, what the request says of them all. */
  #shows(): Party | undefined {
    const { targets, inTurn, shows } = this.#request;
    const [party, ...others] = this.#ringingLegs().map((leg) => leg.party);
    const together = targets.length > 1 && !inTurn;
    return together || party === undefined || !others.every((other) => sameParty(other, party)) ? shows : party;
  }

  /** Whose early media is heard may have changed. Who is heard stays so while he rings. */
  #listen(): void {
    const { caller } = this.#request;
    if (caller === undefined || this.#heard !== undefined) return;
    const leg = this.#toBeHeard();
    if (leg !== undefined) {
      if (caller.state === 'up') this.#board.face(caller, this.#shows());
      this.#board.early(caller, this.#shows());
      this.#board.hear(leg, { kind: 'leg', leg: caller });
      this.#hear(leg);
    } else if (caller.state === 'early')
      this.#board.hear(caller, this.#ringingLegs().length > 0 ? this.#ringback : undefined);
  }

  #toBeHeard(): Leg | undefined {
    const [first] = this.#audible;
    switch (this.#request.earlyMedia) {
      case 'never':
        return undefined;
      case 'first':
        return first;
      case 'alone':
        return this.#talkative() === 1 ? first : undefined;
    }
  }

  /** How many phones ring, or still may. */
  #talkative(): number {
    return this.#attempts
      .filter(({ state }) => state === 'ringing')
      .flatMap(({ legs, silent }) => [...legs.keys()].filter((leg) => !silent || leg.state !== 'new')).length;
  }

  #ringingLegs(): readonly Leg[] {
    return this.#attempts.flatMap(({ legs }) => [...legs.keys()].filter((leg) => leg.state !== 'new'));
  }

  #heardNobody(): void {
    const { caller } = this.#request;
    if (this.#heard === undefined && caller?.state === 'early') this.#hear(undefined);
  }

  #hear(leg: Leg | undefined): void {
    const { caller } = this.#request;
    this.#heard = leg;
    if (caller !== undefined) this.#let(caller, leg === undefined ? undefined : { kind: 'leg', leg });
  }

  #let(caller: Leg, hear: Wish | undefined): void {
    if (this.#request.silent !== true) this.#board.hear(caller, hear);
  }

  #end(rest: Cause, outcome: Outcome): void {
    if (!this.#close(rest)) return;
    if (outcome.kind !== 'answered' || outcome.leg !== this.#heard) this.#hear(undefined);
    if (outcome.kind !== 'answered') this.#showBefore();
    this.#then(outcome);
  }

  /** Who was not to notice is where he was. */
  #showBefore(): void {
    const { caller, silent } = this.#request;
    if (silent === true && caller?.state === 'up') this.#board.face(caller, this.#before);
  }

  #close(rest: Cause): boolean {
    if (this.#over) return false;
    this.#over = true;
    for (const timer of this.#timers) timer.cancel();
    for (const attempt of this.#attempts) this.#finish(attempt, rest);
    return true;
  }
}
