import { createHash } from 'node:crypto';

/** Chance that repeats: the same seed gives the same numbers for ever (xorshift128, Marsaglia 2003). */
export class Random {
  readonly #state: Uint32Array;

  constructor(seed: string) {
    const digest = createHash('sha256').update(seed).digest();
    this.#state = Uint32Array.from([0, 4, 8, 12], (at) => digest.readUInt32LE(at));
    // All zero is the one state it never leaves.
    this.#state[0] = this.word(0) | 1;
  }

  /** A whole number of 32 bits. */
  next(): number {
    const first = this.word(0);
    const last = this.word(3);
    const mixed = first ^ (first << 11);
    this.#state.copyWithin(0, 1);
    this.#state[3] = last ^ (last >>> 19) ^ mixed ^ (mixed >>> 8);
    return this.word(3);
  }

  /** From 0 up to, not including, `below`. */
  under(below: number): number {
    return (this.next() / 2 ** 32) * below;
  }

  /** True once in `1 / probability` times. No number is drawn when the answer is certain. */
  chance(probability: number): boolean {
    return probability > 0 && this.under(1) < probability;
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.next() >>> 24);
  }

  private word(at: number): number {
    return this.#state[at] ?? 0;
  }
}
