import { addTo, Resampler } from '../../codec/index.ts';
import { FRAME_MS, type Frame, type Rate } from '../voice/types.ts';

/** Rates at which is mixed: each listener hears the higher one that his codec takes. */
export type MixRate = 8000 | 16000;

/** From here on loud sums are bent rather than cut: only several people who shout at once come so far (−1.2 dB). */
const KNEE = 28_672;
const REST = 32_767 - KNEE;
/** Who begins does so in a part of a frame (5 ms): the beginning of a word is most of it. */
const QUICKER = 4;
/** Mixes that are kept for encoders that must be brought to where others are. */
const KEPT = 8;

/** Bends what is too loud, the louder the more, so that nothing is cut off and nothing jumps. */
export function bent(value: number): number {
  const size = Math.abs(value);
  if (size <= KNEE) return value;
  const over = (size - KNEE) / REST;
  const made = Math.round(KNEE + (REST * over) / (1 + over));
  return value < 0 ? -made : made;
}

export function frameLength(rate: Rate): number {
  return (rate * FRAME_MS) / 1000;
}

/** What one source brings into a mix: it comes and goes over a frame, and each rate is made when it is asked for. */
export class Part {
  /** How much of it is in the mix at the end of the last frame, 0…1. */
  gain = 0;
  #pcm = new Int16Array(0);
  #rate: Rate = 8000;
  /** Frames that a resampler still gives after its source has fallen silent. */
  #tail = 0;
  readonly #resampled = new Map<
    MixRate,
    { readonly from: Rate; readonly resampler: Resampler; pcm: Int16Array; done: boolean }
  >();

  /** Whether there is anything of it in this frame. */
  get sounds(): boolean {
    return this.#tail > 0;
  }

  /** Takes the next frame; `to` is what it is to come to: 1 to be heard, 0 to be gone. */
  take({ pcm, rate }: Frame, to: 0 | 1): void {
    if (this.gain === 0 && to === 0) return this.#fade();
    if (rate !== this.#rate || this.#pcm.length !== pcm.length) this.#pcm = new Int16Array(pcm.length);
    this.#rate = rate;
    if (this.gain === to) this.#pcm.set(pcm);
    else ramp(pcm, this.gain, to, this.#pcm);
    this.gain = to;
    this.#tail = 2;
    for (const one of this.#resampled.values()) one.done = false;
  }

  /** This frame's samples at that rate. */
  at(rate: MixRate): Int16Array {
    if (rate === this.#rate) return this.#pcm;
    let one = this.#resampled.get(rate);
    if (one?.from !== this.#rate) {
      one = {
        from: this.#rate,
        resampler: new Resampler(this.#rate, rate),
        pcm: new Int16Array(frameLength(rate) + 1),
        done: false,
      };
      this.#resampled.set(rate, one);
    }
    if (!one.done) one.resampler.process(this.#pcm, this.#pcm.length, one.pcm);
    one.done = true;
    return one.pcm;
  }

  /** What the filters still hold comes out; then they forget. */
  #fade(): void {
    if (this.#tail === 0) return;
    this.#tail -= 1;
    this.#pcm.fill(0);
    for (const one of this.#resampled.values()) one.done = false;
    if (this.#tail === 0) this.#resampled.clear();
  }
}

function ramp(from: Int16Array, before: number, after: number, into: Int16Array): void {
  const length = after > before ? from.length / QUICKER : from.length;
  const step = (after - before) / length;
  for (let at = 0; at < length; at += 1) into[at] = Math.round(from[at]! * (before + step * (at + 1)));
  for (let at = length; at < from.length; at += 1) into[at] = from[at]!;
}

/** What is heard of all at one rate, frame by frame. */
export class Sum {
  readonly rate: MixRate;
  readonly #sum: Int32Array;
  readonly #out: Int16Array;
  /** The last whole mixes, the newest at `tick % KEPT`. */
  readonly #kept: readonly Int16Array[];
  #tick = -KEPT;
  #since = 0;

  constructor(rate: MixRate) {
    this.rate = rate;
    this.#sum = new Int32Array(frameLength(rate));
    this.#out = new Int16Array(frameLength(rate));
    this.#kept = Array.from({ length: KEPT }, () => new Int16Array(frameLength(rate)));
  }

  /** Mixes the parts of this tick that all are to hear. */
  mix(tick: number, parts: Iterable<Part>): void {
    if (tick !== this.#tick + 1) this.#since = tick;
    this.#tick = tick;
    this.#sum.fill(0);
    for (const part of parts) if (part.sounds) addTo(this.#sum, part.at(this.rate), this.#sum.length);
    bend(this.#sum, this.#kept[tick % KEPT]!);
  }

  /** The whole of that tick; undefined: it is too long ago, or there was none. */
  whole(tick: number): Int16Array | undefined {
    return tick > this.#tick || tick < this.#since || tick <= this.#tick - KEPT ? undefined : this.#kept[tick % KEPT];
  }

  /** This tick's without one part (n−1), and with what only this listener is to hear. Valid until it is asked for again. */
  apart(without: Part | undefined, extra: Part | undefined): Int16Array {
    const own = without?.sounds === true ? without.at(this.rate) : undefined;
    const more = extra?.sounds === true ? extra.at(this.rate) : undefined;
    const { length } = this.#sum;
    for (let at = 0; at < length; at += 1) {
      const value = this.#sum[at]! - (own === undefined ? 0 : own[at]!) + (more === undefined ? 0 : more[at]!);
      this.#out[at] = value > KNEE || value < -KNEE ? bent(value) : value;
    }
    return this.#out;
  }
}

function bend(sum: Int32Array, into: Int16Array): void {
  for (let at = 0; at < sum.length; at += 1) {
    const value = sum[at]!;
    into[at] = value > KNEE || value < -KNEE ? bent(value) : value;
  }
}
