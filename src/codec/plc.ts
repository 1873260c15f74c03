import { saturate } from './linear.ts';

/** What is remembered (ms): two of the longest pitch periods and the window they are compared in (G.711 Appendix I, I.2.2). */
const HISTORY = 50;
const SHORTEST_PITCH = 5;
const LONGEST_PITCH = 15;
const WINDOW = 20;
/** For so long the repeated sound keeps its level, then it falls by a fifth each 10 ms (I.2.7). */
const UNABATED = 10;
const GONE = 60;
/** Over this the synthetic sound becomes the true one again (I.2.5). */
const RETURN = 4;

/**
 * Conceals lost samples of one voice by repeating its last pitch period, fading out (G.711 Appendix I, without its delay).
 * What was heard goes in, and is only changed where it follows a gap: there the concealment fades into it.
 */
export class Concealment {
  readonly #perMs: number;
  /** Newest last. */
  readonly #history: Int16Array;
  readonly #period: Float64Array;
  #length = 0;
  #phase = 0;
  /** Samples concealed in a row; 0 while there is no gap. */
  #gap = 0;
  /** How far the first concealed sample would leap. */
  #leap = 0;

  constructor(rate: number) {
    this.#perMs = rate / 1000;
    this.#history = new Int16Array(HISTORY * this.#perMs);
    this.#period = new Float64Array(LONGEST_PITCH * this.#perMs + 1);
  }

  /** The first `count` samples were received. */
  heard(samples: Int16Array, count: number): void {
    if (this.#gap > 0) this.#fadeInto(samples, Math.min(count, RETURN * this.#perMs));
    if (count > 0) this.#gap = 0;
    this.#remember(samples, count);
  }

  /** Fills the first `count` samples with what might have been said. */
  conceal(into: Int16Array, count: number): void {
    if (this.#gap === 0) this.#begin();
    for (let at = 0; at < count; at += 1) into[at] = this.#next();
    this.#remember(into, count);
  }

  #fadeInto(samples: Int16Array, count: number): void {
    for (let at = 0; at < count; at += 1) {
      const share = (at + 1) / (count + 1);
      samples[at] = saturate(Math.round(samples[at]! * share + this.#next() * (1 - share)));
    }
  }

  #next(): number {
    const ms = this.#gap / this.#perMs;
    const level = ms < UNABATED ? 1 : Math.max(0, 1 - (ms - UNABATED) / (GONE - UNABATED));
    const smooth = RETURN * this.#perMs;
    const leap = this.#gap < smooth ? this.#leap * (1 - this.#gap / smooth) : 0;
    const value = this.#period[this.#phase]! + leap;
    this.#gap += 1;
    this.#phase = (this.#phase + 1) % this.#length;
    return level === 0 ? 0 : saturate(Math.round(value * level));
  }

  /** The last period; its last quarter runs into what preceded its beginning, so that it goes round without a seam. */
  #begin(): void {
    const history = this.#history;
    const end = history.length;
    const length = this.#pitch();
    const quarter = length >> 2;
    for (let at = 0; at < length; at += 1) {
      const share = Math.max(0, (at - (length - quarter) + 1) / (quarter + 1));
      this.#period[at] = history[end - length + at]! * (1 - share) + history[end - 2 * length + at]! * share;
    }
    this.#length = length;
    this.#phase = 0;
    this.#leap = history[end - 1]! - history[end - length - 1]!;
  }

  /** The lag at which the newest 20 ms look most like what came before: coarsely, then to the sample (I.2.3). */
  #pitch(): number {
    const step = this.#perMs > 8 ? 4 : 2;
    const [least, most] = [SHORTEST_PITCH * this.#perMs, LONGEST_PITCH * this.#perMs];
    const coarse = this.#best(least, most, step, step);
    return this.#best(Math.max(least, coarse - step + 1), Math.min(most, coarse + step - 1), 1, 1);
  }

  #best(from: number, to: number, step: number, stride: number): number {
    let best = { lag: to, likeness: -Infinity };
    for (let lag = from; lag <= to; lag += step) {
      const likeness = this.#likeness(lag, stride);
      if (likeness > best.likeness) best = { lag, likeness };
    }
    return best.lag;
  }

  #likeness(lag: number, stride: number): number {
    const history = this.#history;
    let product = 0;
    let energy = 1;
    for (let at = history.length - WINDOW * this.#perMs; at < history.length; at += stride) {
      const before = history[at - lag]!;
      product += history[at]! * before;
      energy += before * before;
    }
    return product / Math.sqrt(energy);
  }

  #remember(samples: Int16Array, count: number): void {
    const { length } = this.#history;
    if (count >= length) return this.#history.set(samples.subarray(count - length, count));
    this.#history.copyWithin(0, count);
    this.#history.set(samples.subarray(0, count), length - count);
  }
}
