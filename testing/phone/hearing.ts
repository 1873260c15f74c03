import { beginnings, hears, hearsNothing, hearsOnly, hearsSomewhere, hearsSound } from '../ear.ts';
import type { Heard, Recording } from '../recording.ts';

/** What "now" is to an ear, milliseconds. */
const MOMENT = 400;

/** What somebody holding the receiver can say about it. All of it looks back from now. */
export class Hearing {
  readonly #now: () => number;
  readonly #recording: Recording;
  #marked: number;
  #known: { key: string; answer: boolean } = { key: '', answer: false };

  constructor(now: () => number, recording: Recording) {
    this.#now = now;
    this.#recording = recording;
    this.#marked = now();
  }

  /** Forgets what was heard so far. */
  mark(): void {
    this.#marked = this.#now();
  }

  /** Everything since the mark. */
  get heard(): Heard {
    return this.#recording.between(this.#marked, this.#now());
  }

  /** Whether all these tones sounded for the last 400 ms, whatever else did. */
  hears(...hz: readonly number[]): boolean {
    return this.#lately(`hears ${hz.join()}`, (heard) => hears(heard, ...hz));
  }

  /** Whether they sounded and nothing else. */
  hearsOnly(...hz: readonly number[]): boolean {
    return this.#lately(`only ${hz.join()}`, (heard) => hearsOnly(heard, ...hz));
  }

  hearsSound(): boolean {
    return this.#lately('sound', hearsSound);
  }

  /** Silence, or no packets at all, for the last 400 ms. */
  hearsNothing(): boolean {
    return (
      this.#now() - this.#marked >= MOMENT && hearsNothing(this.#recording.between(this.#now() - MOMENT, this.#now()))
    );
  }

  /** Whether a tone sounded all the way between two world times in milliseconds; default: from the mark till now. */
  heardTone(hz: number, from = this.#marked, to = this.#now()): boolean {
    return hears(this.#recording.between(from, to), hz);
  }

  /** Whether a tone sounded for 150 ms anywhere since the mark. */
  heardSomewhere(hz: number): boolean {
    return hearsSomewhere(this.heard, hz);
  }

  /** How often a tone has begun anew since the mark: what tells a busy signal from a tone that lasts. */
  beginnings(hz: number): number {
    return beginnings(this.heard, hz);
  }

  /** Conditions are asked after every input; there is more to hear only with the next packet. */
  #lately(question: string, answer: (heard: Heard) => boolean): boolean {
    const now = this.#now();
    if (now - this.#marked < MOMENT) return false;
    const key = `${question} ${this.#recording.packets} ${Math.floor(now / 20)}`;
    if (this.#known.key !== key) this.#known = { key, answer: answer(this.#recording.between(now - MOMENT, now)) };
    return this.#known.answer;
  }
}
