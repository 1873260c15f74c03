import { read32 } from '../packet.ts';

/**
 * GHASH (NIST SP 800-38D §6.4) with one key: products of all octets with it stand in a table, so that a block costs sixteen
 * look-ups. Not constant-time, as {@link Aes} is not.
 */
export class Ghash {
  /** 256 products of four words. */
  readonly #products = new Int32Array(256 * 4);
  #z0 = 0;
  #z1 = 0;
  #z2 = 0;
  #z3 = 0;

  /** `key`: the zero block, encrypted. */
  constructor(key: Uint32Array) {
    const products = this.#products;
    let [a = 0, b = 0, c = 0, d = 0] = key;
    // Octet 0x80 stands for 1, and each bit to the right for one more times x (§6.3).
    for (let bit = 0x80; bit > 0; bit >>= 1) {
      products.set([a, b, c, d], bit * 4);
      const carry = (d & 1) === 0 ? 0 : 0xe1000000;
      d = (d >>> 1) | (c << 31);
      c = (c >>> 1) | (b << 31);
      b = (b >>> 1) | (a << 31);
      a = (a >>> 1) ^ carry;
    }
    for (let bit = 2; bit < 256; bit *= 2) {
      for (let low = 1; low < bit; low += 1) {
        for (let word = 0; word < 4; word += 1) {
          products[(bit + low) * 4 + word] = products[bit * 4 + word]! ^ products[low * 4 + word]!;
        }
      }
    }
  }

  start(): void {
    this.#z0 = 0;
    this.#z1 = 0;
    this.#z2 = 0;
    this.#z3 = 0;
  }

  /** Takes octets in, the last block filled up with zeros. */
  take(bytes: Uint8Array, from: number, to: number): void {
    for (let at = from; at < to; at += 16) {
      if (at + 16 <= to) {
        this.block(read32(bytes, at), read32(bytes, at + 4), read32(bytes, at + 8), read32(bytes, at + 12));
      } else {
        rest.fill(0);
        rest.set(bytes.subarray(at, to));
        this.block(read32(rest, 0), read32(rest, 4), read32(rest, 8), read32(rest, 12));
      }
    }
  }

  block(w0: number, w1: number, w2: number, w3: number): void {
    const products = this.#products;
    const x0 = this.#z0 ^ w0;
    const x1 = this.#z1 ^ w1;
    const x2 = this.#z2 ^ w2;
    const x3 = this.#z3 ^ w3;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let octet = 15; octet >= 0; octet -= 1) {
      const word = octet > 11 ? x3 : octet > 7 ? x2 : octet > 3 ? x1 : x0;
      const product = ((word >>> (24 - (octet & 3) * 8)) & 255) * 4;
      const out = d & 255;
      d = ((d >>> 8) | (c << 24)) ^ products[product + 3]!;
      c = ((c >>> 8) | (b << 24)) ^ products[product + 2]!;
      b = ((b >>> 8) | (a << 24)) ^ products[product + 1]!;
      a = (a >>> 8) ^ REDUCED[out]! ^ products[product]!;
    }
    this.#z0 = a;
    this.#z1 = b;
    this.#z2 = c;
    this.#z3 = d;
  }

  /** The hash, as four words. */
  read(into: Uint32Array): void {
    into[0] = this.#z0;
    into[1] = this.#z1;
    into[2] = this.#z2;
    into[3] = this.#z3;
  }
}

const rest = new Uint8Array(16);

/** What the eight bits that leave on the right come back as on the left: modulo 1 + x + x^2 + x^7 + x^128. */
const REDUCED = Int32Array.from({ length: 256 }, (_, octet) => {
  let high = 0;
  let low = octet;
  for (let bit = 0; bit < 8; bit += 1) {
    const carry = (low & 1) === 0 ? 0 : 0xe1000000;
    low >>>= 1;
    high = (high >>> 1) ^ carry;
  }
  return high;
});
