import type { Leg } from '../call/index.ts';
import type { Timer } from '../kernel/index.ts';
import { KeyedTransfer, type KeyedParts } from './keyed-transfer.ts';
import { Recordings } from './script/recording.ts';

/** What phones without buttons for it do by keys in a talk; a code that is left out does nothing. */
export interface KeyCodes {
  /** Dial tone, then a number and `#` or three seconds: the party goes there. */
  readonly blind?: string;
  /** The same, but one talks to the number first; hanging up joins them, the code again goes back. */
  readonly attended?: string;
  readonly park?: string;
  /** Where `park` sends the party: 721 unless said. */
  readonly parkAt?: string;
  /** Begins to record the talk, and ends it. */
  readonly record?: string;
}

export interface CallKeysPorts extends Omit<KeyedParts, 'over'> {
  /** Of whoever is at the end of that leg. */
  readonly codesOf: (leg: Leg) => KeyCodes | undefined;
}

/** So long may be between two keys of a code (ms). */
const WITHIN = 2000;
const PARK_AT = '721';
const VERBS = ['blind', 'attended', 'park', 'record'] as const;
type Verb = (typeof VERBS)[number];

/** Hears the keys of whoever talks, and does what their codes say. */
export class CallKeys {
  readonly #ports: CallKeysPorts;
  readonly #typed = new Map<Leg, { readonly keys: string; readonly timer: Timer }>();
  readonly #transfers = new Map<Leg, KeyedTransfer>();
  readonly #recordings = new WeakMap<Leg, Recordings>();

  constructor(ports: CallKeysPorts) {
    this.#ports = ports;
  }

  /** True: the key completes a code, and is nobody else's. */
  pressed(leg: Leg, digit: string): boolean {
    const codes = this.#ports.codesOf(leg);
    const party = this.#ports.scripts.board.peerOf(leg);
    if (codes === undefined || (party === undefined && !this.#transfers.has(leg))) return false;
    const before = this.#typed.get(leg);
    before?.timer.cancel();
    this.#typed.delete(leg);
    const keys = (before?.keys ?? '') + digit;
    const verb = VERBS.find((one) => codes[one] !== undefined && keys.endsWith(codes[one]));
    if (verb === undefined) this.#keep(leg, keys, codes);
    else this.#act(leg, party, verb, codes);
    return verb !== undefined;
  }

  /** As much of what was typed as a code may still come of. */
  #keep(leg: Leg, keys: string, codes: KeyCodes): void {
    const longest = Math.max(0, ...VERBS.map((verb) => codes[verb]?.length ?? 0));
    const timer = this.#ports.scripts.kernel.scene.after(WITHIN, () => this.#typed.delete(leg));
    this.#typed.set(leg, { keys: keys.slice(-longest), timer });
  }

  #act(leg: Leg, party: Leg | undefined, verb: Verb, codes: KeyCodes): void {
    const under = this.#transfers.get(leg);
    if (under !== undefined) return verb === 'attended' ? under.back() : undefined;
    if (party === undefined) return;
    switch (verb) {
      case 'blind':
      case 'attended':
        return this.#begin(leg, party, verb);
      case 'park':
        return void this.#ports.sendOn(leg, codes.parkAt ?? PARK_AT, party);
      case 'record':
        return this.#record(leg);
    }
  }

  #begin(leg: Leg, party: Leg, kind: 'blind' | 'attended'): void {
    const over = (): void => void this.#transfers.delete(leg);
    this.#transfers.set(leg, new KeyedTransfer({ ...this.#ports, over }, leg, party, kind));
  }

  /** Begins, or ends. */
  #record(leg: Leg): void {
    const { kernel, board } = this.#ports.scripts;
    const running = this.#recordings.get(leg);
    this.#recordings.delete(leg);
    if (running !== undefined) return running.stop();
    const recordings = new Recordings(
      kernel,
      (taps) => board.tap(leg, taps),
      () => undefined,
    );
    this.#recordings.set(leg, recordings);
    recordings.start({});
  }
}
