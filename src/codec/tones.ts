import { amplitudeOf } from './linear.ts';
import { COUNTRIES, type ToneCountry, type TonesOfCountry } from './tones/countries.ts';

/** Frequencies in Hz sounded together, through a cadence of milliseconds on, off, on, off…, repeated; no cadence: for ever. */
export interface Tone {
  readonly hz: readonly number[];
  readonly cadence: readonly number[];
  /** Frequencies of one sounding part after another, where they are not `hz` in all of them. */
  readonly turns?: readonly (readonly number[])[];
}

export type CallTone = 'dial' | 'ringback' | 'busy' | 'congestion' | 'information';

const CONTINUOUS = [1000, 0];
/** Before what is said of why a call fails: three tones that rise (ITU-T E.180 §8, in all countries but where they say otherwise). */
const INFORMATION = '950;1400;1800/330,0,330,0,330,1000';

/** Call progress tones by country. */
export const CALL_TONES: Readonly<Record<ToneCountry, Readonly<Record<CallTone, Tone>>>> = toned(COUNTRIES);

function toned<C extends string>(countries: Readonly<Record<C, TonesOfCountry>>) {
  const one = (tones: TonesOfCountry): Readonly<Record<CallTone, Tone>> => ({
    dial: toneOf(tones.dial),
    ringback: toneOf(tones.ringback),
    busy: toneOf(tones.busy),
    congestion: toneOf(tones.congestion),
    information: toneOf(tones.information ?? INFORMATION),
  });
  const made = Object.entries<TonesOfCountry>(countries).map(([code, tones]) => [code, one(tones)] as const);
  return Object.fromEntries(made) as Record<C, Readonly<Record<CallTone, Tone>>>;
}

function toneOf(written: string): Tone {
  const [hz = '', cadence = ''] = written.split('/');
  const [first = [], ...others] = hz.split(';').map((turn) => turn.split('+').map(Number));
  const spans = cadence === '' ? CONTINUOUS : cadence.split(',').map(Number);
  return { hz: first, cadence: spans, ...(others.length > 0 && { turns: [first, ...others] }) };
}

/** Level of each frequency: comfortable, and two together stay below full scale. */
const DEFAULT_LEVEL = -18;

/** Makes a tone sample by sample; phase and cadence go on from block to block, through the pauses too. */
export class ToneGenerator {
  /** Of each turn, radians a sample; and where each sine of the present one stands. */
  readonly #turns: readonly Float64Array[];
  #steps: Float64Array;
  #phases: Float64Array;
  readonly #amplitude: number;
  /** Lengths in samples of on, off, on, off…; empty: always on. */
  readonly #cadence: readonly number[];
  #part = 0;
  #left: number;

  /** `level` in dB relative to a full-scale sine, for each frequency. */
  constructor(tone: Tone, rate: number, level = DEFAULT_LEVEL) {
    this.#turns = (tone.turns ?? [tone.hz]).map((all) => Float64Array.from(all, (hz) => (2 * Math.PI * hz) / rate));
    this.#steps = this.#turns[0] ?? new Float64Array(0);
    this.#phases = new Float64Array(this.#steps.length);
    this.#amplitude = 32767 * amplitudeOf(level);
    const lengths = tone.cadence.map((ms) => Math.max(0, Math.round((ms * rate) / 1000)));
    this.#cadence = lengths.some((length) => length > 0) ? lengths : [];
    this.#left = this.#cadence[0] ?? 0;
  }

  /** Fills the first `count` samples of `into`. */
  fill(into: Int16Array, count: number): void {
    for (let at = 0; at < count; at += 1) {
      const sounds = this.#sounds();
      const value = this.#next();
      into[at] = sounds ? Math.round(value * this.#amplitude) : 0;
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

  #turn(sounded: number): void {
    this.#steps = this.#turns[sounded % this.#turns.length]!;
    this.#phases = new Float64Array(this.#steps.length);
  }

  #sounds(): boolean {
    if (this.#cadence.length === 0) return true;
    while (this.#left === 0) {
      this.#part = (this.#part + 1) % this.#cadence.length;
      this.#left = this.#cadence[this.#part]!;
      if (this.#turns.length > 1 && this.#part % 2 === 0) this.#turn(this.#part / 2);
    }
    this.#left -= 1;
    return this.#part % 2 === 0;
  }
}
