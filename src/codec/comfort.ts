import { type LawName, LAWS } from './g711.ts';
import { amplitudeOf } from './linear.ts';

/** A frame in which nothing sounds. */
export function silence(codec: LawName, samples: number): Uint8Array {
  return new Uint8Array(samples).fill(LAWS[codec].silence);
}

/** Level of a quiet room on a line, in dB relative to a full-scale sine. */
const QUIET = -60;

/** Soft noise, so that a silent line does not seem dead. Two of the same seed give the same noise. */
export class ComfortNoise {
  #state: number;
  readonly #peak: number;

  constructor(seed: number, level = QUIET) {
    this.#state = seed | 0 || 1;
    // Even noise within ±a has the energy a²/3, a sine of amplitude b has b²/2.
    this.#peak = 32768 * amplitudeOf(level) * Math.sqrt(1.5);
  }

  fill(into: Int16Array, count: number): void {
    for (let at = 0; at < count; at += 1) into[at] = Math.round((this.#next() / 2 ** 31) * this.#peak);
  }

  /** Marsaglia's xorshift with 32 bits: from -2^31 to 2^31 - 1, never 0. */
  #next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return state;
  }
}
