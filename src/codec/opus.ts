import type { AudioRate, Decoder, Encoder } from './codec.ts';
import type { OpusWasm } from './opus-wasm.ts';

/** opus_defines.h: the application that speech has, and requests of opus_encoder_ctl. */
const VOIP = 2048;
const SET = {
  bitrate: 4002,
  maxBandwidth: 4004,
  vbr: 4006,
  complexity: 4010,
  inbandFec: 4012,
  lossPercent: 4014,
  dtx: 4016,
} as const;
/** Samples a second, and opus_defines.h's name for the band that they carry (RFC 6716 table 1). */
const BANDS = [
  [8000, 1101],
  [12_000, 1102],
  [16_000, 1103],
  [24_000, 1104],
  [48_000, 1105],
] as const;
/** Beyond this, quality costs twice the time and is not heard on a telephone. */
const COMPLEXITY = 5;
/** Bits a second by API rate (RFC 7587 §3.1.1: 8–12 narrowband, 16–20 wideband, 28–40 fullband; a little above). */
const BITS: Readonly<Record<AudioRate, number>> = { 8000: 16_000, 16000: 24_000, 48000: 40_000 };
/** Loss that in-band FEC is made for. */
const EXPECTED_LOSS = 5;

/** What a receiver says of the Opus that it takes (RFC 7587 §6.1). */
export interface OpusWishes {
  /** At most so many bits a second. */
  readonly bitrate?: number;
  /** Nothing worth sending (two octets at most) while nothing is said. */
  readonly dtx?: boolean;
  /** Packets of one size. */
  readonly constant?: boolean;
  /** A coarse copy of each frame goes with the next; true unless said. */
  readonly fec?: boolean;
  /** It plays no more samples a second than this. */
  readonly playback?: number;
}

/** The widest band that so many samples a second carry. */
function bandOf(rate: number): number {
  return BANDS.findLast(([samples]) => samples <= rate)?.[1] ?? BANDS[0][1];
}

/** Opus at an API rate of 8, 16 or 48 kHz, one channel; frees its state when told. */
export class OpusEncoder implements Encoder {
  readonly rate: AudioRate;
  readonly #wasm: OpusWasm;
  #state: number | undefined;

  constructor(wasm: OpusWasm, rate: AudioRate, wishes: OpusWishes = {}) {
    const { dtx = false, constant = false, fec = true, playback = rate } = wishes;
    const bits = playback <= 8000 ? BITS[8000] : BITS[rate];
    this.rate = rate;
    this.#wasm = wasm;
    const state = wasm.encoder(rate, VOIP);
    const set = (request: number, value: number): void => void wasm.exports.opus_encoder_ctl_set(state, request, value);
    set(SET.bitrate, Math.min(wishes.bitrate ?? bits, bits));
    set(SET.maxBandwidth, bandOf(playback));
    set(SET.vbr, constant ? 0 : 1);
    set(SET.dtx, dtx ? 1 : 0);
    set(SET.complexity, COMPLEXITY);
    set(SET.inbandFec, fec ? 1 : 0);
    set(SET.lossPercent, EXPECTED_LOSS);
    this.#state = state;
  }

  /** `count` samples of 2.5, 5, 10, 20, 40 or 60 ms. */
  encode(samples: Int16Array, count: number, into: Uint8Array, at: number): number {
    return this.#state === undefined ? 0 : Math.max(0, this.#wasm.encode(this.#state, samples, count, into, at));
  }

  free(): void {
    if (this.#state !== undefined) this.#wasm.free(this.#state);
    this.#state = undefined;
  }
}

export class OpusDecoder implements Decoder {
  readonly rate: AudioRate;
  readonly #wasm: OpusWasm;
  #state: number | undefined;

  constructor(wasm: OpusWasm, rate: AudioRate) {
    this.rate = rate;
    this.#wasm = wasm;
    this.#state = wasm.decoder(rate);
  }

  decode(bytes: Uint8Array, at: number, to: number, into: Int16Array): number {
    if (this.#state === undefined || opusUnits(bytes, at, to) === 0) return 0;
    return this.#wasm.decode(this.#state, bytes.subarray(at, to), this.rate * 0.12, false, into);
  }

  /** Opus conceals in multiples of 2.5 ms; the packet behind a lost one may hold a coarse copy of it (RFC 6716 §2.1.7). */
  conceal(count: number, into: Int16Array, next: Uint8Array | undefined): void {
    if (this.#state === undefined) return void into.fill(0, 0, count);
    const step = this.rate / 400;
    const whole = count - (count % step);
    const made = whole === 0 ? 0 : this.#wasm.decode(this.#state, next, whole, next !== undefined, into);
    into.fill(0, made, count);
  }

  free(): void {
    if (this.#state !== undefined) this.#wasm.free(this.#state);
    this.#state = undefined;
  }
}

/** Milliseconds of one frame by the configuration number (RFC 6716 table 2). */
function frameMs(config: number): number {
  if (config >= 16) return 2.5 * 2 ** (config & 3);
  if (config >= 12) return 10 * 2 ** (config & 1);
  return [10, 20, 40, 60][config & 3]!;
}

/**
 * Units of 48 kHz that a packet spans; 0 when it is none (RFC 6716 §3.1, §3.4).
 * ```
 * | config (5) | s | c (2) |   c: 1 frame, 2 equal, 2 unequal, or as many as the low six bits of the next octet say
 * ```
 */
export function opusUnits(bytes: Uint8Array, at: number, to: number): number {
  if (to <= at) return 0;
  const toc = bytes[at]!;
  const code = toc & 3;
  if (code === 3 && to - at < 2) return 0;
  const frames = code === 3 ? bytes[at + 1]! & 0x3f : Math.min(code, 1) + 1;
  const ms = frameMs(toc >> 3) * frames;
  return ms > 120 ? 0 : ms * 48;
}
