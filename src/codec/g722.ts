import { SubBand } from './g722-band.ts';
import { saturate } from './linear.ts';

/**
 * G.722 at 64 kbit/s (mode 1): 16 kHz in two bands, two samples an octet.
 * ```
 * | 7 6  | 5 4 3 2 1 0 |
 * | high | low         |
 * ```
 */

/** Half of the 24 taps of the quadrature mirror filters (G.722 table 11). */
const QMF = Int32Array.of(3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11);
const TAPS = 24;

/** 30 decision levels of the lower band's 60 steps (table 14), and the codes of the steps below and above zero (table 15). */
const DECISIONS = Int32Array.from([
  0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1023, 1121, 1219, 1339,
  1458, 1612, 1765, 1980, 2195, 2557, 2919,
]);
const MINUS = Int32Array.of(0, 63, 62, ...downFrom(31, 28));
const PLUS = Int32Array.of(0, ...downFrom(61, 30));
/** The higher band has one decision level (table 17) and two steps on each side. */
const HIGH_DECISION = 564;

function downFrom(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => first - at);
}

/** The last 24 values, oldest first, always in one piece from `at` on. */
class Delay {
  readonly values = new Int32Array(TAPS * 2);
  at = 0;

  push(first: number, second: number): void {
    const { values, at } = this;
    values[at] = values[at + TAPS] = first;
    values[at + 1] = values[at + TAPS + 1] = second;
    this.at = (at + 2) % TAPS;
  }

  even(): number {
    let sum = 0;
    for (let tap = 0; tap < 12; tap += 1) sum += this.values[this.at + 2 * tap]! * QMF[tap]!;
    return sum;
  }

  odd(): number {
    let sum = 0;
    for (let tap = 0; tap < 12; tap += 1) sum += this.values[this.at + 2 * tap + 1]! * QMF[11 - tap]!;
    return sum;
  }
}

export class G722Encoder {
  readonly rate = 16000;
  readonly #delay = new Delay();
  readonly #low = SubBand.low();
  readonly #high = SubBand.high();

  /** `count` samples, an even number, as half as many octets at `at` and on. */
  encode(samples: Int16Array, count: number, into: Uint8Array, at: number): number {
    const octets = count >> 1;
    for (let index = 0; index < octets; index += 1) {
      this.#delay.push(samples[index * 2]!, samples[index * 2 + 1]!);
      const [odd, even] = [this.#delay.odd(), this.#delay.even()];
      into[at + index] = (this.#encodeHigh((odd - even) >> 14) << 6) | this.#encodeLow((odd + even) >> 14);
    }
    return octets;
  }

  free(): void {
    // It lies in the garbage collector's care.
  }

  #encodeLow(value: number): number {
    const error = saturate(value - this.#low.predicted);
    const size = error < 0 ? ~error : error;
    let step = 1;
    while (step < 30 && size >= (DECISIONS[step]! * this.#low.scale) >> 12) step += 1;
    const code = error < 0 ? MINUS[step]! : PLUS[step]!;
    this.#low.adapt(code >> 2);
    return code;
  }

  #encodeHigh(value: number): number {
    const error = saturate(value - this.#high.predicted);
    const size = error < 0 ? ~error : error;
    const outer = size >= (HIGH_DECISION * this.#high.scale) >> 12;
    const code = (error < 0 ? 0 : 2) + (outer ? 0 : 1);
    this.#high.adapt(code);
    return code;
  }
}

/** The six-bit inverse quantizer of the lower band (table 16). Four codes never leave an encoder. */
const LOW_LEVELS = Int32Array.from([
  -136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360, -8576, -7856,
  -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688, -1360, -1040, -728, 24808,
  21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456, 4944, 4464, 4008,
  3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136,
]);

export class G722Decoder {
  readonly #delay = new Delay();
  readonly #low = SubBand.low();
  readonly #high = SubBand.high();

  /** `count` octets from `at` on as twice as many samples. */
  decode(bytes: Uint8Array, at: number, count: number, into: Int16Array): number {
    for (let index = 0; index < count; index += 1) {
      const code = bytes[at + index]!;
      const low = limited(this.#low.predicted + ((this.#low.scale * LOW_LEVELS[code & 0x3f]!) >> 15));
      this.#low.adapt((code & 0x3f) >> 2);
      const high = limited(this.#high.predicted + this.#high.difference(code >> 6));
      this.#high.adapt(code >> 6);
      this.#delay.push(low + high, low - high);
      into[index * 2] = saturate(this.#delay.odd() >> 11);
      into[index * 2 + 1] = saturate(this.#delay.even() >> 11);
    }
    return count * 2;
  }
}

/** Reconstructed signals have 15 bits (G.722 §4.4.1). */
function limited(value: number): number {
  return Math.max(-16384, Math.min(16383, value));
}
