import { CAUSES, type Cause, type Errand, type Leg, type LegOwner, MUSIC } from '../call/index.ts';
import type { Timer } from '../kernel/index.ts';
import type { Script } from './dialplan.ts';
import { runScript, type Surroundings } from './script.ts';

export interface KeyedParts {
  readonly scripts: Omit<Surroundings, 'route'>;
  /** As it is now. */
  readonly route: (number: string) => Script | undefined;
  /** A blind transfer; a Cause: it was not made. */
  readonly sendOn: (leg: Leg, number: string, transferee: Leg) => Cause | undefined;
  /** It is somebody else's affair from now on. */
  readonly over: () => void;
}

/** How long is waited for the first key, and for each one after it (ms). */
const FIRST = 10_000;
const WITHIN = 3000;
/** How long somebody hears that his number cannot be had, before he is back. */
const SORRY = 2000;
/** How long somebody hears so whom nobody wants (telephony.md, Transfers). */
const UNWANTED = 15_000;

/**
 * A transfer by keys: whoever asks for it dials, his party hears music meanwhile. Blind, it is sent there; attended, he talks to
 * whom he has dialled, and his party takes his place when he hangs up, answered or not.
 */
export class KeyedTransfer implements LegOwner {
  readonly #parts: KeyedParts;
  readonly #kind: 'blind' | 'attended';
  readonly #place: { readonly in: 'transfer'; readonly transfer: string };
  #transferor: Leg;
  #party: Leg;
  #state: 'dialling' | 'consulting' | 'unwanted' | 'over' = 'dialling';
  #digits = '';
  #timer: Timer | undefined;

  /** Takes both legs out of their talk. */
  constructor(parts: KeyedParts, transferor: Leg, party: Leg, kind: 'blind' | 'attended') {
    const { kernel, board, tonesOf } = parts.scripts;
    this.#parts = parts;
    this.#transferor = transferor;
    this.#party = party;
    this.#kind = kind;
    this.#place = { in: 'transfer', transfer: kernel.token() };
    board.take([transferor, party], this.#place, this);
    board.hear(party, MUSIC);
    board.hear(transferor, { kind: 'tone', tone: tonesOf(transferor, 'dial') });
    this.#wait(FIRST, () => this.#dialled());
  }

  /** Back to the party, whoever else is there. */
  back(): void {
    if (this.#state === 'over' || this.#state === 'unwanted') return;
    const { board } = this.#parts.scripts;
    const [transferor, party] = [this.#transferor, this.#party];
    this.#end();
    board.bequeath(transferor, undefined);
    board.take([transferor], this.#place, this);
    board.bridge(transferor, party);
    for (const leg of [transferor, party]) board.disown(leg);
  }

  ringing(): void {}

  early(): void {}

  progress(): void {}

  answered(): void {}

  played(): void {}

  digit(leg: Leg, digit: string): void {
    if (leg !== this.#transferor || this.#state !== 'dialling') return;
    if (digit === '#') return this.#dialled();
    if (this.#digits === '') this.#parts.scripts.board.hear(leg, undefined);
    this.#digits += digit;
    this.#wait(WITHIN, () => this.#dialled());
  }

  taken(leg: Leg): void {
    if (this.#state === 'dialling' || leg === this.#party) this.#end();
  }

  replaced(leg: Leg, by: Leg): void {
    if (leg === this.#party) this.#party = by;
    if (leg === this.#transferor) this.back();
  }

  /** Whoever is left of two that were to talk again ends too; one who consults goes on with whom he talks to. */
  gone(leg: Leg): void {
    if (this.#state === 'over') return;
    const { board } = this.#parts.scripts;
    const dialling = this.#state === 'dialling';
    this.#end();
    if (dialling) board.end(leg === this.#party ? this.#transferor : this.#party, CAUSES.normal);
    else board.bequeath(this.#transferor, undefined);
  }

  #dialled(): void {
    this.#timer?.cancel();
    const number = this.#digits;
    if (number === '') return this.back();
    if (this.#kind === 'attended') return this.#consult(number);
    if (this.#parts.sendOn(this.#transferor, number, this.#party) !== undefined) this.#sorry();
  }

  #consult(number: string): void {
    const { scripts, route } = this.#parts;
    const script = route(number);
    if (script === undefined) return this.#sorry();
    this.#state = 'consulting';
    const transferor = this.#transferor;
    scripts.board.bequeath(transferor, this.#party, this.#alone);
    const around = { ...scripts, route };
    runScript(
      around,
      transferor,
      number,
      async (call) => {
        await script(call);
        scripts.kernel.input('keys', () => this.back());
      },
      this.#consulting,
    );
  }

  /** While whom he has dialled has not answered. */
  readonly #consulting: Errand = {
    heard: () => undefined,
    reached: () => undefined,
    refused: () => this.#sorry(),
    lost: () => undefined,
    replaced: (by) => {
      this.#transferor = by;
      this.#parts.scripts.board.bequeath(by, this.#party, this.#alone);
    },
  };

  /** The party has his place, and nobody has answered there. */
  readonly #alone: Errand = {
    heard: () => undefined,
    reached: () => undefined,
    refused: () => this.#unwanted(),
    lost: () => undefined,
    replaced: (by) => {
      this.#party = by;
    },
  };

  /** He hears that it came to nothing, then his party again. */
  #sorry(): void {
    if (this.#state === 'over') return;
    const { board, tonesOf } = this.#parts.scripts;
    this.#state = 'dialling';
    board.bequeath(this.#transferor, undefined);
    board.place(this.#transferor, this.#place, this);
    board.hear(this.#transferor, { kind: 'tone', tone: tonesOf(this.#transferor, 'congestion') });
    this.#wait(SORRY, () => this.back());
  }

  #unwanted(): void {
    const { board, tonesOf } = this.#parts.scripts;
    this.#state = 'unwanted';
    board.place(this.#party, this.#place, this);
    board.hear(this.#party, { kind: 'tone', tone: tonesOf(this.#party, 'congestion') });
    this.#wait(UNWANTED, () => board.end(this.#party, CAUSES.normal));
  }

  #wait(ms: number, then: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#parts.scripts.kernel.scene.after(ms, then);
  }

  #end(): void {
    this.#state = 'over';
    this.#timer?.cancel();
    this.#parts.over();
  }
}
