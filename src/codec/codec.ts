import { G722Decoder, G722Encoder } from './g722.ts';
import { decode, encode, type LawName } from './g711.ts';
import { OpusDecoder, OpusEncoder, type OpusWishes, opusUnits } from './opus.ts';
import type { OpusWasm } from './opus-wasm.ts';
import { Concealment } from './plc.ts';

export type CodecName = LawName | 'G722' | 'opus';

/** Samples a second of linear audio beside a codec. */
export type AudioRate = 8000 | 16000 | 48000;

/** Clock units a millisecond of RTP: G.722's is 8 although it has 16 samples (RFC 3551 §4.5.2), Opus' always 48 (RFC 7587 §4.1). */
export const UNITS_PER_MS: Readonly<Record<CodecName, number>> = { PCMU: 8, PCMA: 8, G722: 8, opus: 48 };

/** Linear audio into payloads; what has state is one stream. */
export interface Encoder {
  readonly rate: AudioRate;
  /** Frames of `count` samples as octets at `at` and on; how many octets. */
  encode(samples: Int16Array, count: number, into: Uint8Array, at: number): number;
  free(): void;
}

/** Payloads into linear audio. Whatever the octets are, it never throws. */
export interface Decoder {
  readonly rate: AudioRate;
  /** The payload from `at` to `to` as samples; how many, 0 when it cannot be decoded. `into` has {@link LONGEST_FRAME_MS}. */
  decode(bytes: Uint8Array, at: number, to: number, into: Int16Array): number;
  /** What may have stood in a lost packet. `next` is the payload behind it, which may hold it too (RFC 7587 §3.3). */
  conceal(count: number, into: Int16Array, next: Uint8Array | undefined): void;
  free(): void;
}

/** The longest payload that is decoded; a decoder's room (ms; RFC 6716 §2.1.4). */
export const LONGEST_FRAME_MS = 120;

/** undefined: this codec needs Opus, and there is none. */
export function createEncoder(
  codec: CodecName,
  rate: AudioRate,
  opus: OpusWasm | undefined,
  wishes: OpusWishes = {},
): Encoder | undefined {
  switch (codec) {
    case 'PCMU':
    case 'PCMA':
      return new LawEncoder(codec);
    case 'G722':
      return new G722Encoder();
    case 'opus':
      return opus && new OpusEncoder(opus, rate, wishes);
  }
}

/** `rate` is a wish, which only Opus can follow. undefined: this codec needs Opus, and there is none. */
export function createDecoder(codec: CodecName, rate: AudioRate, opus: OpusWasm | undefined): Decoder | undefined {
  switch (codec) {
    case 'PCMU':
    case 'PCMA':
      return new ConcealingDecoder(8000, new LawDecoder(codec));
    case 'G722':
      return new ConcealingDecoder(16000, new G722Decoder());
    case 'opus':
      return opus && new OpusDecoder(opus, rate);
  }
}

/** The rate at which a codec is spoken to without resampling, given audio of `rate`. */
export function rateOf(codec: CodecName, rate: AudioRate): AudioRate {
  if (codec === 'opus') return rate;
  return codec === 'G722' ? 16000 : 8000;
}

/** RTP clock units that a payload spans; 0 for what is none of the codec's. */
export function unitsOf(codec: CodecName, bytes: Uint8Array, at: number, to: number): number {
  return codec === 'opus' ? opusUnits(bytes, at, to) : Math.max(0, to - at);
}

class LawEncoder implements Encoder {
  readonly rate = 8000;
  readonly #law: LawName;

  constructor(law: LawName) {
    this.#law = law;
  }

  encode(samples: Int16Array, count: number, into: Uint8Array, at: number): number {
    encode(this.#law, samples, count, into, at);
    return count;
  }

  free(): void {
    // It has no state.
  }
}

/** What turns octets into samples one by one, whatever they are. */
interface Octets {
  decode(bytes: Uint8Array, at: number, count: number, into: Int16Array): number;
}

class LawDecoder implements Octets {
  readonly #law: LawName;

  constructor(law: LawName) {
    this.#law = law;
  }

  decode(bytes: Uint8Array, at: number, count: number, into: Int16Array): number {
    decode(this.#law, bytes, at, count, into);
    return count;
  }
}

/** A decoder of samples that conceals what is lost by repeating the pitch (G.711 Appendix I). */
class ConcealingDecoder implements Decoder {
  readonly rate: 8000 | 16000;
  readonly #octets: Octets;
  readonly #concealment: Concealment;
  readonly #most: number;

  constructor(rate: 8000 | 16000, octets: Octets) {
    this.rate = rate;
    this.#octets = octets;
    this.#concealment = new Concealment(rate);
    this.#most = LONGEST_FRAME_MS * 8;
  }

  decode(bytes: Uint8Array, at: number, to: number, into: Int16Array): number {
    const made = this.#octets.decode(bytes, at, Math.max(0, Math.min(to - at, this.#most)), into);
    this.#concealment.heard(into, made);
    return made;
  }

  conceal(count: number, into: Int16Array): void {
    this.#concealment.conceal(into, count);
  }

  free(): void {
    // It lies in the garbage collector's care.
  }
}
