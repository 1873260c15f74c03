import {
  type CodecName,
  createDecoder,
  createEncoder,
  type Decoder,
  type Encoder,
  LONGEST_FRAME_MS,
  OpusWasm,
  rateOf,
  Resampler,
  UNITS_PER_MS,
} from '../../src/codec/index.ts';
import { loadOpus } from '../../src/node/media/opus.ts';
import { RATE } from '../recording.ts';

let library: OpusWasm | undefined;

/** One for all phones: a library and its memory. */
function opus(): OpusWasm {
  library ??= new OpusWasm(loadOpus());
  return library;
}

/** One direction each of a phone's sound in a codec: 8 kHz inside, whatever the codec's own rate is. */
export class SpeechCodec {
  readonly name: CodecName;
  /** RTP clock units for each sample at 8 kHz. */
  readonly unitsPerSample: number;
  readonly #encoder: Encoder;
  readonly #decoder: Decoder;
  readonly #up: Resampler | undefined;
  readonly #down: Resampler | undefined;

  constructor(name: CodecName) {
    const rate = rateOf(name, RATE);
    const [encoder, decoder] = [createEncoder(name, rate, opus()), createDecoder(name, rate, opus())];
    if (encoder === undefined || decoder === undefined) throw new Error(`no codec ${name}`);
    this.name = name;
    this.unitsPerSample = UNITS_PER_MS[name] / UNITS_PER_MS.PCMU;
    this.#encoder = encoder;
    this.#decoder = decoder;
    this.#up = rate === RATE ? undefined : new Resampler(RATE, rate);
    this.#down = rate === RATE ? undefined : new Resampler(rate, RATE);
  }

  /** A frame of 20 ms as a payload. */
  encode(samples: Int16Array): Uint8Array {
    const wide = rerated(this.#up, samples, samples.length);
    const octets = new Uint8Array(1500);
    return octets.slice(0, this.#encoder.encode(wide, wide.length, octets, 0));
  }

  decode(payload: Uint8Array): Int16Array {
    const wide = new Int16Array((this.#decoder.rate * LONGEST_FRAME_MS) / 1000);
    return rerated(this.#down, wide, this.#decoder.decode(payload, 0, payload.length, wide));
  }

  close(): void {
    this.#encoder.free();
    this.#decoder.free();
  }
}

function rerated(resampler: Resampler | undefined, samples: Int16Array, count: number): Int16Array {
  if (resampler === undefined) return samples.slice(0, count);
  const made = new Int16Array(resampler.room(count));
  return made.slice(0, resampler.process(samples, count, made));
}
