import type { Key, KeyEar, Leg } from '../call/index.ts';
import type { Timer } from '../kernel/index.ts';
import type { Duration } from './duration.ts';
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
  /** Whether both hear that they are recorded so: every 15 s, or as often as said. */
  readonly recordBeep?: boolean | Duration;
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

/** Keys that a code may come of. */
interface Typed {
  readonly keys: readonly Key[];
  /** Whom the leg talked to; undefined: it was dialling, and they have been passed on. */
  readonly party: Leg | undefined;
  readonly timer: Timer;
}

/** Hears the keys of whoever talks, and does what their codes say; what is no code goes on, in order, when that is known. */
export class CallKeys implements KeyEar {
  readonly #ports: CallKeysPorts;
  readonly #typed = new Map<Leg, Typed>();
  readonly #transfers = new Map<Leg, KeyedTransfer>();
  readonly #recordings = new WeakMap<Leg, Recordings>();

  constructor(ports: CallKeysPorts) {
    this.#ports = ports;
  }

  holds(leg: Leg): boolean {
    return codesIn(this.#ports.codesOf(leg)).length > 0;
  }

  pressed(leg: Leg, key: Key, pass: (key: Key) => void): void {
    const codes = this.#ports.codesOf(leg);
    const party = this.#ports.scripts.board.peerOf(leg);
    if (codes === undefined || (party === undefined && !this.#transfers.has(leg))) return pass(key);
    const keys = [...this.#before(leg, party), key];
    const text = keys.map(({ digit }) => digit).join('');
    const done = ended(text, codes);
    if (done !== undefined) {
      if (party !== undefined) for (const one of keys.slice(0, -done.code.length)) pass(one);
      return this.#act(leg, party, done.verb, codes);
    }
    const open = beginning(text, codes);
    const free = keys.slice(0, keys.length - open);
    if (open > 0) this.#hold(leg, party, keys.slice(-open), pass);
    // Who dials needs each key at once.
    if (party === undefined) pass(key);
    else for (const one of free) pass(one);
  }

  /** What a code may go on from: keys that were meant for another party are nobody's any more. */
  #before(leg: Leg, party: Leg | undefined): readonly Key[] {
    const before = this.#typed.get(leg);
    before?.timer.cancel();
    this.#typed.delete(leg);
    return before?.party === party ? (before?.keys ?? []) : [];
  }

  /** Until the next key, or until it is too late for one. */
  #hold(leg: Leg, party: Leg | undefined, keys: readonly Key[], pass: (key: Key) => void): void {
    const { kernel, board } = this.#ports.scripts;
    const timer = kernel.scene.after(WITHIN, () => {
      this.#typed.delete(leg);
      if (party !== undefined && board.peerOf(leg) === party) for (const key of keys) pass(key);
    });
    this.#typed.set(leg, { keys, party, timer });
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
        return this.#record(leg, codes);
    }
  }

  #begin(leg: Leg, party: Leg, kind: 'blind' | 'attended'): void {
    const over = (): void => void this.#transfers.delete(leg);
    this.#transfers.set(leg, new KeyedTransfer({ ...this.#ports, over }, leg, party, kind));
  }

  /** Begins, or ends. */
  #record(leg: Leg, { recordBeep = false }: KeyCodes): void {
    const { kernel, board } = this.#ports.scripts;
    const running = this.#recordings.get(leg);
    this.#recordings.delete(leg);
    if (running !== undefined) return running.stop();
    const recordings: Recordings = new Recordings(
      kernel,
      (taps, beep) => board.tap(leg, recordings, taps, beep),
      () => undefined,
    );
    this.#recordings.set(leg, recordings);
    recordings.start({ beep: typeof recordBeep === 'string' ? { every: recordBeep } : recordBeep });
  }
}

function codesIn(codes: KeyCodes | undefined): readonly { readonly verb: Verb; readonly code: string }[] {
  if (codes === undefined) return [];
  return VERBS.flatMap((verb) => {
    const code = codes[verb];
    return code === undefined ? [] : [{ verb, code }];
  });
}

/** The longest code that this ends with. */
function ended(text: string, codes: KeyCodes): { readonly verb: Verb; readonly code: string } | undefined {
  return codesIn(codes)
    .filter(({ code }) => text.endsWith(code))
    .toSorted((a, b) => b.code.length - a.code.length)[0];
}

/** Of how many of the last keys a code may still come. */
function beginning(text: string, codes: KeyCodes): number {
  for (let length = text.length; length > 0; length -= 1)
    if (codesIn(codes).some(({ code }) => code.startsWith(text.slice(-length)))) return length;
  return 0;
}
