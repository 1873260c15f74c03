import { read32 } from '../packet.ts';

/**
 * AES encryption (FIPS 197) by tables, for keys of 16, 24 or 32 octets; SRTP never decrypts a block. Table look-ups are not
 * constant-time: who shares the processor's cache with the exchange might learn of keys from them.
 */
export class Aes {
  readonly #schedule: Uint32Array;
  readonly #last: number;

  constructor(key: Uint8Array) {
    this.#schedule = expand(key);
    this.#last = this.#schedule.length - 4;
  }

  /** Encrypts the block w0…w3 into `into`, four 32-bit words. */
  encrypt(w0: number, w1: number, w2: number, w3: number, into: Uint32Array): void {
    const key = this.#schedule;
    const last = this.#last;
    let a = w0 ^ key[0]!;
    let b = w1 ^ key[1]!;
    let c = w2 ^ key[2]!;
    let d = w3 ^ key[3]!;
    for (let at = 4; at < last; at += 4) {
      const e = T0[a >>> 24]! ^ T1[(b >>> 16) & 255]! ^ T2[(c >>> 8) & 255]! ^ T3[d & 255]! ^ key[at]!;
      const f = T0[b >>> 24]! ^ T1[(c >>> 16) & 255]! ^ T2[(d >>> 8) & 255]! ^ T3[a & 255]! ^ key[at + 1]!;
      const g = T0[c >>> 24]! ^ T1[(d >>> 16) & 255]! ^ T2[(a >>> 8) & 255]! ^ T3[b & 255]! ^ key[at + 2]!;
      d = T0[d >>> 24]! ^ T1[(a >>> 16) & 255]! ^ T2[(b >>> 8) & 255]! ^ T3[c & 255]! ^ key[at + 3]!;
      a = e;
      b = f;
      c = g;
    }
    into[0] = substituted(a, b, c, d) ^ key[last]!;
    into[1] = substituted(b, c, d, a) ^ key[last + 1]!;
    into[2] = substituted(c, d, a, b) ^ key[last + 2]!;
    into[3] = substituted(d, a, b, c) ^ key[last + 3]!;
  }
}

/** SubBytes and ShiftRows of the last round. */
function substituted(a: number, b: number, c: number, d: number): number {
  return (SBOX[a >>> 24]! << 24) | (SBOX[(b >>> 16) & 255]! << 16) | (SBOX[(c >>> 8) & 255]! << 8) | SBOX[d & 255]!;
}

/** Key expansion (FIPS 197 §5.2). */
function expand(key: Uint8Array): Uint32Array {
  const words = key.length / 4;
  const schedule = new Uint32Array((words + 7) * 4);
  for (let at = 0; at < words; at += 1) schedule[at] = read32(key, at * 4);
  let constant = 1;
  for (let at = words; at < schedule.length; at += 1) {
    let word = schedule[at - 1]!;
    if (at % words === 0) {
      word = substituted(word << 8, word << 8, word << 8, word >>> 24) ^ (constant << 24);
      constant = doubled(constant);
    } else if (words > 6 && at % words === 4) word = substituted(word, word, word, word);
    schedule[at] = schedule[at - words]! ^ word;
  }
  return schedule;
}

/** Times x in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1. */
function doubled(value: number): number {
  return ((value << 1) ^ (value >> 7 === 0 ? 0 : 0x11b)) & 0xff;
}

/** The S-box (FIPS 197 §5.1.1), by walking all powers of 3 and their inverses. */
function substitutions(): Uint8Array {
  const box = new Uint8Array(256);
  let power = 1;
  let inverse = 1;
  do {
    power ^= doubled(power);
    inverse ^= inverse << 1;
    inverse ^= inverse << 2;
    inverse ^= inverse << 4;
    inverse &= 0xff;
    if (inverse > 0x7f) inverse ^= 0x09;
    box[power] = inverse ^ turned(inverse, 1) ^ turned(inverse, 2) ^ turned(inverse, 3) ^ turned(inverse, 4) ^ 0x63;
  } while (power !== 1);
  box[0] = 0x63;
  return box;
}

function turned(octet: number, by: number): number {
  return ((octet << by) | (octet >> (8 - by))) & 0xff;
}

/** S-box and MixColumns in one look-up, turned right by so many bits. */
function mixed(bits: number): Uint32Array {
  return Uint32Array.from(SBOX, (value) => {
    const twice = doubled(value);
    const column = (twice << 24) | (value << 16) | (value << 8) | (twice ^ value);
    return bits === 0 ? column : (column >>> bits) | (column << (32 - bits));
  });
}

const SBOX = substitutions();
const T0 = mixed(0);
const T1 = mixed(8);
const T2 = mixed(16);
const T3 = mixed(24);
