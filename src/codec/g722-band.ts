import { saturate } from './linear.ts';

/** What differs between the two bands. */
interface Tables {
  /** Inverse quantizer by code (G.722 tables 16 and 18). */
  readonly levels: Int32Array;
  /** Multipliers of the logarithmic scale factor, by code (tables 13 and 17). */
  readonly multipliers: Int32Array;
  /** The most that the logarithmic scale factor can be, and the shift that makes it linear. */
  readonly most: number;
  readonly shift: number;
}

const LOW_MULTIPLIERS = [-60, -30, 58, 172, 334, 538, 1198, 3042] as const;

/** Multipliers stand in table 13 by magnitude; these are the magnitudes of the 16 codes. */
const LOW_MAGNITUDES = [0, 7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 0] as const;

const LOW: Tables = {
  levels: Int32Array.from([
    0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0,
  ]),
  multipliers: Int32Array.from(LOW_MAGNITUDES, (magnitude) => LOW_MULTIPLIERS[magnitude]),
  most: 18432,
  shift: 8,
};

const HIGH: Tables = {
  levels: Int32Array.of(-7408, -1616, 7408, 1616),
  multipliers: Int32Array.of(798, -214, 798, -214),
  most: 22528,
  shift: 10,
};

/** 2^(i/32) in eleven bits (table 12). */
const ANTILOG = Int32Array.from({ length: 32 }, (_, at) => Math.floor(2048 * 2 ** (at / 32) + 0.5));

/** One band's adaptive quantizer scale and predictor: the same in encoder and decoder (G.722 §3.4–3.6, §6.2.1). */
export class SubBand {
  static low(): SubBand {
    return new SubBand(LOW, 32);
  }

  static high(): SubBand {
    return new SubBand(HIGH, 8);
  }

  /** What the next value is expected to be. */
  predicted = 0;
  /** The quantizer's scale factor. */
  scale: number;
  readonly #tables: Tables;
  #logScale = 0;
  /** Zeros: the last six differences and their coefficients. */
  readonly #differences = new Int32Array(6);
  readonly #zeros = new Int32Array(6);
  /** Poles: two coefficients, two reconstructed values, the signs of two partial reconstructions. */
  #pole1 = 0;
  #pole2 = 0;
  #value1 = 0;
  #value2 = 0;
  #sign1 = 0;
  #sign2 = 0;
  #zeroPart = 0;

  constructor(tables: Tables, scale: number) {
    this.#tables = tables;
    this.scale = scale;
  }

  difference(code: number): number {
    return (this.scale * this.#tables.levels[code]!) >> 15;
  }

  /** Takes a code in, and expects the next value. */
  adapt(code: number): void {
    const difference = this.difference(code);
    this.#rescale(code);
    this.#predict(difference);
  }

  /** LOGSCL, SCALEL and their like for the higher band. */
  #rescale(code: number): void {
    const { multipliers, most, shift } = this.#tables;
    const log = ((this.#logScale * 127) >> 7) + multipliers[code]!;
    this.#logScale = Math.max(0, Math.min(most, log));
    const exponent = shift - (this.#logScale >> 11);
    const mantissa = ANTILOG[(this.#logScale >> 6) & 31]!;
    this.scale = (exponent < 0 ? mantissa << -exponent : mantissa >> exponent) << 2;
  }

  #predict(difference: number): void {
    const value = saturate(this.predicted + difference);
    const sign = saturate(this.#zeroPart + difference) >> 31;
    this.#adaptPoles(sign);
    this.#sign2 = this.#sign1;
    this.#sign1 = sign;
    this.#value2 = this.#value1;
    this.#value1 = value;
    this.#zeroPart = this.#adaptZeros(difference);
    const poles =
      ((this.#pole1 * saturate(2 * this.#value1)) >> 15) + ((this.#pole2 * saturate(2 * this.#value2)) >> 15);
    this.predicted = saturate(saturate(poles) + this.#zeroPart);
  }

  /** UPPOL2 and UPPOL1. */
  #adaptPoles(sign: number): void {
    const four = saturate(this.#pole1 * 4);
    const turn = sign === this.#sign1 ? Math.min(32767, -four) : four;
    const second = (sign === this.#sign2 ? 128 : -128) + (turn >> 7) + ((this.#pole2 * 32512) >> 15);
    this.#pole2 = Math.max(-12288, Math.min(12288, second));
    const first = saturate((sign === this.#sign1 ? 192 : -192) + ((this.#pole1 * 32640) >> 15));
    const limit = 15360 - this.#pole2;
    this.#pole1 = Math.max(-limit, Math.min(limit, first));
  }

  /** UPZERO, DELAYA and FILTEZ. */
  #adaptZeros(difference: number): number {
    const differences = this.#differences;
    const step = difference === 0 ? 0 : 128;
    const sign = difference >> 31;
    let sum = 0;
    for (let at = 5; at >= 0; at -= 1) {
      const older = differences[at]! >> 31 === sign ? step : -step;
      const zero = saturate(older + ((this.#zeros[at]! * 32640) >> 15));
      const shifted = at === 0 ? difference : differences[at - 1]!;
      this.#zeros[at] = zero;
      differences[at] = shifted;
      sum += (zero * saturate(2 * shifted)) >> 15;
    }
    return saturate(sum);
  }
}
