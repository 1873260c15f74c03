import { saturate } from './linear.ts';

/** Zero crossings of the sinc on each side, at the lower of the two rates: about 80 dB down at its Nyquist frequency. */
const CROSSINGS = 32;
/** Kaiser's shape for 80 dB; its transition is this wide, as a part of the lower rate. */
const BETA = 7.86;
const TRANSITION = 5.02 / (2 * CROSSINGS);

/**
 * Changes the sample rate by a ratio of whole numbers with a polyphase FIR filter. State is kept between blocks: a stream may
 * be cut anywhere. The stream comes out late by the filter's half, 32 samples of the lower rate.
 */
export class Resampler {
  readonly #up: number;
  readonly #down: number;
  /** `up` branches of `taps` coefficients each, newest sample first. */
  readonly #branches: Float64Array;
  readonly #taps: number;
  /** The last `taps` samples, written twice so that they always stand in one piece. */
  readonly #history: Float64Array;
  #at = 0;
  #phase = 0;

  /** Rates in Hz. */
  constructor(from: number, to: number) {
    const divisor = commonDivisor(from, to);
    this.#up = to / divisor;
    this.#down = from / divisor;
    this.#taps = Math.ceil((2 * CROSSINGS * Math.max(this.#up, this.#down)) / this.#up);
    this.#branches = branches(this.#up, this.#down, this.#taps);
    this.#history = new Float64Array(this.#taps * 2);
  }

  /** The most that {@link process} makes of `count` samples. */
  room(count: number): number {
    return Math.ceil((count * this.#up) / this.#down) + 1;
  }

  /** Writes what `count` samples give to the start of `into` and tells how many those are. */
  readonly process: (samples: Int16Array, count: number, into: Int16Array) => number = (samples, count, into) => {
    let made = 0;
    for (let index = 0; index < count; index += 1) {
      this.#push(samples[index]!);
      for (; this.#phase < this.#up; this.#phase += this.#down) {
        into[made] = this.#filtered();
        made += 1;
      }
      this.#phase -= this.#up;
    }
    return made;
  };

  #push(sample: number): void {
    this.#at = this.#at === 0 ? this.#taps - 1 : this.#at - 1;
    this.#history[this.#at] = sample;
    this.#history[this.#at + this.#taps] = sample;
  }

  #filtered(): number {
    const branch = this.#phase * this.#taps;
    let sum = 0;
    for (let tap = 0; tap < this.#taps; tap += 1) sum += this.#branches[branch + tap]! * this.#history[this.#at + tap]!;
    return saturate(Math.round(sum));
  }
}

/** A whole recording at another rate, without the filter's delay; as long as the ratio says. */
export function resample(samples: Int16Array, from: number, to: number): Int16Array {
  if (from === to) return samples;
  const resampler = new Resampler(from, to);
  const delay = Math.round((CROSSINGS * to) / Math.min(from, to));
  const length = Math.round((samples.length * to) / from);
  const padded = new Int16Array(samples.length + Math.ceil(((delay + 1) * from) / to));
  padded.set(samples);
  const made = new Int16Array(resampler.room(padded.length));
  resampler.process(padded, padded.length, made);
  return made.slice(delay, delay + length);
}

/** A windowed sinc at `up` times the source's rate, dealt out to its branches; each passes 0 Hz with a gain of exactly 1. */
function branches(up: number, down: number, taps: number): Float64Array {
  const coefficients = new Float64Array(up * taps);
  const longer = Math.max(up, down);
  const centre = CROSSINGS * longer;
  const cutoff = (0.5 - TRANSITION / 2) / longer;
  for (let phase = 0; phase < up; phase += 1) {
    let gain = 0;
    for (let tap = 0; tap < taps; tap += 1) {
      const value = windowedSinc(tap * up + phase - centre, cutoff, centre);
      coefficients[phase * taps + tap] = value;
      gain += value;
    }
    for (let tap = 0; tap < taps; tap += 1) coefficients[phase * taps + tap]! /= gain;
  }
  return coefficients;
}

function windowedSinc(x: number, cutoff: number, half: number): number {
  const ratio = x / half;
  if (Math.abs(ratio) > 1) return 0;
  const sinc = x === 0 ? 1 : Math.sin(2 * Math.PI * cutoff * x) / (2 * Math.PI * cutoff * x);
  return sinc * bessel(BETA * Math.sqrt(1 - ratio * ratio));
}

/** The modified Bessel function of order zero, by its series. */
function bessel(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-12; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
