import {
  type AudioRate,
  type CodecName,
  createEncoder,
  type Encoder,
  type OpusWasm,
  rateOf,
  Resampler,
} from '../../codec/index.ts';
import type { Clip } from './clip.ts';
import { piece } from './source.ts';

/** Milliseconds of each frame, and how many are kept for listeners whose turn comes later. */
export const BROADCAST_MS = 20;
const KEPT = 8;

/** A clip that many listeners hear at one position, round and round, in a codec that has state: encoded once for all. */
export class Broadcast {
  readonly clip: Clip;
  readonly codec: CodecName;
  readonly #encoder: Encoder | undefined;
  readonly #resampler: Resampler | undefined;
  readonly #samples: Int16Array;
  readonly #octets = new Uint8Array(1500);
  readonly #frames: { at: number; payload: Uint8Array }[] = [];

  constructor(clip: Clip, codec: CodecName, opus: OpusWasm | undefined) {
    const rate: AudioRate = clip.wide === undefined ? 8000 : 16000;
    this.clip = clip;
    this.codec = codec;
    this.#encoder = createEncoder(codec, rateOf(codec, rate), opus);
    const to = this.#encoder?.rate ?? rate;
    this.#resampler = to === rate ? undefined : new Resampler(rate, to);
    this.#samples = new Int16Array((to * BROADCAST_MS) / 1000 + 1);
  }

  /** The payload of the frame due at `due` (ms); empty when the codec is not there. */
  payload(due: number): Uint8Array {
    const at = Math.floor(due / BROADCAST_MS);
    const known = this.#frames.find((frame) => frame.at === at);
    if (known !== undefined) return known.payload;
    const payload = this.#encode(at * BROADCAST_MS);
    this.#frames.push({ at, payload });
    if (this.#frames.length > KEPT) this.#frames.shift();
    return payload;
  }

  close(): void {
    this.#encoder?.free();
  }

  #encode(due: number): Uint8Array {
    const sound = piece({ kind: 'shared', clip: this.clip }, BROADCAST_MS, due);
    if (this.#encoder === undefined || sound === undefined) return this.#octets.subarray(0, 0);
    const { pcm } = sound;
    const made = this.#resampler?.process(pcm, pcm.length, this.#samples) ?? pcm.length;
    const samples = this.#resampler === undefined ? pcm : this.#samples;
    return this.#octets.slice(0, this.#encoder.encode(samples, made, this.#octets, 0));
  }
}
