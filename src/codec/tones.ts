import { amplitudeOf } from './linear.ts';

/** Frequencies in Hz sounded together, through a cadence of milliseconds on, off, on, off…, repeated; no cadence: for ever. */
export interface Tone {
  readonly hz: readonly number[];
  readonly cadence: readonly number[];
}

export type CallTone = 'dial' | 'ringback' | 'busy' | 'congestion';
export type ToneCountry = 'us' | 'uk' | 'de' | 'fr';

const CONTINUOUS = [1000, 0];

/** Call progress tones as ITU-T E.180 supplement 2 lists them. */
export const CALL_TONES: Readonly<Record<ToneCountry, Readonly<Record<CallTone, Tone>>>> = {
  us: {
    dial: { hz: [350, 440], cadence: CONTINUOUS },
    ringback: { hz: [440, 480], cadence: [2000, 4000] },
    busy: { hz: [480, 620], cadence: [500, 500] },
    congestion: { hz: [480, 620], cadence: [250, 250] },
  },
  uk: {
    dial: { hz: [350, 440], cadence: CONTINUOUS },
    ringback: { hz: [400, 450], cadence: [400, 200, 400, 2000] },
    busy: { hz: [400], cadence: [375, 375] },
    congestion: { hz: [400], cadence: [400, 350, 225, 525] },
  },
  de: {
    dial: { hz: [425], cadence: CONTINUOUS },
    ringback: { hz: [425], cadence: [1000, 4000] },
    busy: { hz: [425], cadence: [480, 480] },
    congestion: { hz: [425], cadence: [240, 240] },
  },
  fr: {
    dial: { hz: [440], cadence: CONTINUOUS },
    ringback: { hz: [440], cadence: [1500, 3500] },
    busy: { hz: [440], cadence: [500, 500] },
    congestion: { hz: [440], cadence: [250, 250] },
  },
};

/** Level of each frequency: comfortable, and two together stay below full scale. */
const DEFAULT_LEVEL = -18;

/** Makes a tone sample by sample; phase and cadence go on from block to block, through the pauses too. */
export class ToneGenerator {
  /** Radians a sample, and where each sine stands. */
  readonly #steps: Float64Array;
  readonly #phases: Float64Array;
  readonly #amplitude: number;
  /** Lengths in samples of on, off, on, off…; empty: always on. */
  readonly #cadence: readonly number[];
  #part = 0;
  #left: number;

  /** `level` in dB relative to a full-scale sine, for each frequency. */
  constructor(tone: Tone, rate: number, level = DEFAULT_LEVEL) {
    this.#steps = Float64Array.from(tone.hz, (hz) => (2 * Math.PI * hz) / rate);
    this.#phases = new Float64Array(tone.hz.length);
    this.#amplitude = 32767 * amplitudeOf(level);
    const lengths = tone.cadence.map((ms) => Math.max(0, Math.round((ms * rate) / 1000)));
    this.#cadence = lengths.some((length) => length > 0) ? lengths : [];
    this.#left = this.#cadence[0] ?? 0;
  }

  /** Fills the first `count` samples of `into`. */
  fill(into: Int16Array, count: number): void {
    for (let at = 0; at < count; at += 1) {
      const value = this.#next();
      into[at] = this.#sounds() ? Math.round(value * this.#amplitude) : 0;
    }
  }

  #next(): number {
    let sum = 0;
    for (let index = 0; index < this.#steps.length; index += 1) {
      sum += Math.sin(this.#phases[index]!);
      this.#phases[index] = (this.#phases[index]! + this.#steps[index]!) % (2 * Math.PI);
    }
    return sum;
  }

  #sounds(): boolean {
    if (this.#cadence.length === 0) return true;
    while (this.#left === 0) {
      this.#part = (this.#part + 1) % this.#cadence.length;
      this.#left = this.#cadence[this.#part]!;
    }
    this.#left -= 1;
    return this.#part % 2 === 0;
  }
}
