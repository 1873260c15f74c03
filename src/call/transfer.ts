import type { Kernel, Timer } from '../kernel/index.ts';
import type { Hears, Tone } from '../media/protocol.ts';
import { type Errand, type Leg, type LegOwner, sentBy } from './leg.ts';
import { MUSIC } from './media-plan.ts';
import { CAUSES, type Cause, type Party } from './party.ts';
import type { Switchboard } from './switchboard.ts';
import { type Action, type Event, type State, stepFor } from './transfer-states.ts';

/** How one transfer is made, reported and, when it fails, ended. Times in milliseconds. */
export interface TransferParts {
  readonly kernel: Kernel;
  readonly board: Switchboard;
  /** Tells whoever asked for it what becomes of it: provisional statuses, then a final one; `told`: he knows. */
  readonly report: (status: number, reasonPhrase: string, told?: () => void) => void;
  /** What to do with a transferee that comes back when the transferor has hung up; undefined: nobody wants it. */
  readonly goBack: GoBack | undefined;
  /** How long after a success the transferor may take to hang up. */
  readonly parting: number;
  /** How long a transferee whom nobody wants hears so. */
  readonly sorry: number;
  /** What such a transferee hears; left out: Europe's fast busy. */
  readonly congestion?: (transferee: Leg) => Tone;
}

/**
 * Rings for the transferee. `then`: the leg that has answered, which it is joined with, or true for one that is joined already.
 * `replaced`: another leg is on its way in its stead.
 */
export type GoBack = (transferee: Leg, then: (reached: Leg | boolean) => void, replaced: (by: Leg) => void) => Sent;

/** What still rings for a transferee that is in no place of its own meanwhile. */
export interface Sent {
  cancel(cause: Cause): void;
  /** It rings for another one from now on; left out: it is told so by itself. */
  handOver?(by: Leg): void;
}

/** What is said to a transferor is over by then. */
const LONGEST_SAID = 15_000;

/** Fast busy (E.180, Europe's cadence). */
const CONGESTION: Tone = { hz: [425], cadence: [250, 250] };

const PHRASES: Readonly<Record<number, string>> = {
  180: 'Ringing',
  181: 'Call Is Being Forwarded',
  182: 'Queued',
  183: 'Session Progress',
};

/**
 * One transfer: a leg sends the party it talks to elsewhere. Both legs are its own until it is known what came of it; then
 * the transferee is where it was sent to, or with the transferor again.
 */
export class Transfer {
  readonly #parts: TransferParts;
  readonly #place: { readonly in: 'transfer'; readonly transfer: string };
  /** Legs of the transferor that have nothing to do any more, and end with the transfer: it cancels them when it likes. */
  readonly #spare = new Set<Leg>();
  #transferor: Leg;
  #transferee: Leg;
  #state: State = 'asking';
  #timer: Timer | undefined;
  #going: Sent | undefined;
  #answerer: Leg | undefined;
  #final: Cause | undefined;
  /** The transferor knows the final status. */
  #told = false;
  #dismissed = false;
  /** The transferor did not wait for the target's answer. */
  #blond = false;
  /** What the transferor hears. */
  #saying: { readonly token: string; readonly done: () => void; readonly timer: Timer } | undefined;

  /** Takes both legs, out of wherever they are. */
  constructor(parts: TransferParts, transferor: Leg, transferee: Leg) {
    this.#parts = parts;
    this.#transferor = transferor;
    this.#transferee = transferee;
    this.#place = { in: 'transfer', transfer: parts.kernel.token() };
  }

  /** The target's final status is not known yet. */
  get pending(): boolean {
    return this.#state === 'asking' || this.#state === 'alone';
  }

  /** It failed, and the transferor can have the transferee back, or send it elsewhere. */
  get failed(): Leg | undefined {
    return this.#state === 'waiting' || this.#state === 'offered' ? this.#transferee : undefined;
  }

  /** Sends the transferee to somebody new. `send` must tell the errand what comes of it. */
  blind(send: (transferee: Leg, errand: Errand) => Sent | undefined): void {
    this.#begin();
    this.#going = send(this.#transferee, this.#errand);
  }

  /** Sends it to whom the transferor's other leg is with, or rings. */
  attended(consulting: Leg): void {
    const { board } = this.#parts;
    this.#begin();
    const up = consulting.state === 'up';
    this.#blond = !up;
    const transferee = this.#transferee;
    // What has been sent on already rings for somebody else.
    const there = up || consulting.place.in === 'script';
    if (!there || !board.replace(consulting, transferee, up ? undefined : this.#errand))
      return this.#refused(NO_DIALOG);
    sentBy(transferee, this.#transferor, consulting);
    if (up) {
      board.end(consulting, CAUSES.normal);
      return this.#reached();
    }
    this.#spare.add(consulting);
    board.place(consulting, this.#place, this.#owner);
  }

  #begin(): void {
    const { board } = this.#parts;
    board.take([this.#transferor, this.#transferee], this.#place, this.#owner);
    board.hear(this.#transferee, MUSIC);
  }

  readonly #errand: Errand = {
    heard: (status) => {
      if (this.pending) this.#parts.report(status, PHRASES[status] ?? 'Session Progress');
    },
    reached: () => this.#reached(),
    refused: (cause) => this.#refused(cause),
    lost: () => this.#lost(),
    replaced: (by) => this.#exchanged(by),
    say: (hears, shows, then) => this.#say(hears, shows, then),
  };

  readonly #owner: LegOwner = {
    ringing: () => undefined,
    early: () => undefined,
    progress: () => undefined,
    answered: () => undefined,
    digit: () => undefined,
    played: (_leg, token) => {
      if (token === this.#saying?.token) this.#said();
    },
    held: (leg) => {
      if (leg === this.#transferor && !leg.held) this.#step('resumed');
    },
    replaced: (leg, by) => {
      if (leg === this.#transferee) this.#exchanged(by);
      if (leg !== this.#transferor) return;
      this.#transferor = by;
      // Whom a transferor that holds has put into his place talks to the one who waits there.
      if (!by.held) this.#step('resumed');
    },
    taken: () => this.#step('taken'),
    gone: (leg) => {
      this.#spare.delete(leg);
      if (leg === this.#transferor) this.#said();
      if (leg === this.#transferor) this.#step('left');
      if (leg === this.#transferee) this.#lost();
    },
  };

  /** A phone that holds would not hear it. */
  #say(hears: Hears & { readonly kind: 'file' }, shows: Party, then: () => void): void {
    const { kernel, board } = this.#parts;
    const transferor = this.#transferor;
    // Where it is said to be is what the transferee sees too.
    board.face(this.#transferee, shows);
    if (transferor.state !== 'up' || transferor.place.in !== 'transfer') return then();
    board.face(transferor, shows);
    if (transferor.held) return then();
    this.#saying = { token: hears.token, done: then, timer: kernel.scene.after(LONGEST_SAID, () => this.#said()) };
    board.hear(transferor, hears);
  }

  #said(): void {
    const saying = this.#saying;
    this.#saying = undefined;
    saying?.timer.cancel();
    saying?.done();
  }

  /** The transferee has himself sent somebody into his place. */
  #exchanged(by: Leg): void {
    this.#transferee = by;
    this.#going?.handOver?.(by);
  }

  #reached(): void {
    this.#final = OK;
    this.#step('reached');
  }

  #refused(cause: Cause): void {
    this.#final = cause;
    this.#parts.board.place(this.#transferee, this.#place, this.#owner);
    const held = this.#blond ? 'refusedBlond' : 'refusedHeld';
    this.#step(this.#transferor.held ? held : 'refused');
  }

  #lost(): void {
    if (this.pending) this.#final = CAUSES.cancelled;
    this.#step('lost');
  }

  #step(event: Event): void {
    const step = stepFor(this.#state, event);
    if (step === undefined) return;
    const [to, ...doing] = step;
    this.#state = to;
    this.#timer?.cancel();
    for (const action of doing) this.#act(action);
  }

  #act(action: Action): void {
    const { board, report, parting, sorry } = this.#parts;
    switch (action) {
      case 'report':
        return this.#final && report(this.#final.status, this.#final.reasonPhrase, () => this.#informed());
      case 'rejoin':
        return void board.bridge(this.#transferor, this.#transferee);
      case 'letGo':
        return this.#letGo(this.#transferor, this.#transferee);
      case 'console':
        return this.#keep(MUSIC);
      case 'goBack':
        return this.#goBack();
      case 'stopGoing':
        return this.#going?.cancel(CAUSES.cancelled);
      case 'join':
        return this.#join();
      case 'congest':
        return this.#keep({ kind: 'tone', tone: this.#parts.congestion?.(this.#transferee) ?? CONGESTION });
      case 'waitParting':
        return this.#wait(parting);
      case 'waitSorry':
        return this.#wait(sorry);
      case 'dismiss':
        return this.#dismiss();
      case 'release':
        return board.end(this.#transferee, CAUSES.normal);
      case 'finish':
        return this.#finish();
    }
  }

  /** What rang for the transferor alone rings no more. */
  #finish(): void {
    const cause = this.#final === undefined || this.#final === OK ? CAUSES.cancelled : this.#final;
    for (const leg of this.#spare) this.#parts.board.end(leg, cause);
  }

  #informed(): void {
    this.#told = true;
    if (this.#dismissed) this.#dismiss();
  }

  /** A BYE that overtook the news would make them worthless to the phone (RFC 3261 §12.2.2). */
  #dismiss(): void {
    this.#dismissed = true;
    if (this.#told) this.#parts.board.end(this.#transferor, CAUSES.normal);
  }

  #wait(ms: number): void {
    this.#timer = this.#parts.kernel.scene.after(ms, () => this.#step('timeUp'));
  }

  #goBack(): void {
    const { goBack } = this.#parts;
    if (goBack === undefined) return this.#step('unjoined');
    const then = (reached: Leg | boolean): void => {
      this.#going = undefined;
      if (typeof reached === 'object') this.#answerer = reached;
      this.#step(reached === false ? 'unjoined' : 'joined');
    };
    this.#going = goBack(this.#transferee, then, (by) => this.#exchanged(by));
  }

  #join(): void {
    if (this.#answerer === undefined) return;
    this.#parts.board.bridge(this.#transferee, this.#answerer);
    this.#letGo(this.#transferee, this.#answerer);
  }

  /** They answer to nobody from now on: when one leaves, the other ends too. */
  #letGo(...legs: readonly Leg[]): void {
    for (const leg of legs) this.#parts.board.disown(leg);
  }

  /** The transferee is with us, wherever it was, and hears this. */
  #keep(hears: Hears): void {
    const { board } = this.#parts;
    board.place(this.#transferee, this.#place, this.#owner);
    board.hear(this.#transferee, hears);
  }
}

const OK: Cause = { status: 200, reasonPhrase: 'OK' };
const NO_DIALOG: Cause = { status: 481, reasonPhrase: 'Call/Transaction Does Not Exist' };
