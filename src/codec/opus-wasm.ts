/** What the Opus library exports, compiled to WebAssembly; sizes and pointers in octets. */
export interface OpusExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  malloc(octets: number): number;
  free(at: number): void;
  opus_encoder_get_size(channels: number): number;
  opus_encoder_init(at: number, rate: number, channels: number, application: number): number;
  opus_encoder_ctl_set(at: number, request: number, value: number): number;
  opus_encode(at: number, samples: number, count: number, into: number, room: number): number;
  opus_decoder_get_size(channels: number): number;
  opus_decoder_init(at: number, rate: number, channels: number): number;
  opus_decode(at: number, octets: number, length: number, into: number, room: number, fec: number): number;
}

/** A payload is one datagram at most. */
const PAYLOAD = 1500;
/** 120 ms at 48 kHz. */
const SAMPLES = 5760;

/** One library for all streams of a thread: its memory, with a place each for the samples and the octets of a call. */
export class OpusWasm {
  readonly exports: OpusExports;
  /** States that are taken: of encoders and decoders. */
  states = 0;
  readonly #samplesAt: number;
  readonly #octetsAt: number;
  #samples: Int16Array;
  #octets: Uint8Array;

  constructor(exports: OpusExports) {
    this.exports = exports;
    this.#samplesAt = exports.malloc(SAMPLES * 2);
    this.#octetsAt = exports.malloc(PAYLOAD);
    this.#samples = this.#sampleView();
    this.#octets = this.#octetView();
  }

  encoder(rate: number, application: number): number {
    const at = this.#take(this.exports.opus_encoder_get_size(1));
    this.exports.opus_encoder_init(at, rate, 1, application);
    return at;
  }

  decoder(rate: number): number {
    const at = this.#take(this.exports.opus_decoder_get_size(1));
    this.exports.opus_decoder_init(at, rate, 1);
    return at;
  }

  free(at: number): void {
    this.states -= 1;
    this.exports.free(at);
  }

  /** How many octets; below 1 when the library refuses. */
  encode(state: number, samples: Int16Array, count: number, into: Uint8Array, at: number): number {
    this.#look();
    this.#samples.set(samples.subarray(0, count));
    const room = Math.min(PAYLOAD, into.length - at);
    const made = this.exports.opus_encode(state, this.#samplesAt, count, this.#octetsAt, room);
    if (made > 0) into.set(this.#octets.subarray(0, made), at);
    return made;
  }

  /** How many samples, at most `room`; 0 when the library refuses. Without octets it conceals `room` samples. */
  decode(state: number, bytes: Uint8Array | undefined, room: number, fec: boolean, into: Int16Array): number {
    if (bytes !== undefined && bytes.length > PAYLOAD) return 0;
    this.#look();
    if (bytes !== undefined) this.#octets.set(bytes);
    const from = bytes === undefined ? 0 : this.#octetsAt;
    const made = this.exports.opus_decode(state, from, bytes?.length ?? 0, this.#samplesAt, room, fec ? 1 : 0);
    if (made <= 0) return 0;
    into.set(this.#samples.subarray(0, made));
    return made;
  }

  #take(octets: number): number {
    this.states += 1;
    return this.exports.malloc(octets);
  }

  /** Memory that grew has another buffer. */
  #look(): void {
    if (this.#octets.buffer === this.exports.memory.buffer) return;
    this.#samples = this.#sampleView();
    this.#octets = this.#octetView();
  }

  #sampleView(): Int16Array {
    return new Int16Array(this.exports.memory.buffer, this.#samplesAt, SAMPLES);
  }

  #octetView(): Uint8Array {
    return new Uint8Array(this.exports.memory.buffer, this.#octetsAt, PAYLOAD);
  }
}
