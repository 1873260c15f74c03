import { read32, write32 } from '../packet.ts';
import { Aes } from './aes.ts';
import type { Cipher } from './cipher.ts';
import { sameOctets } from './cipher.ts';
import { Ghash } from './ghash.ts';
import { applyKeystream } from './keystream.ts';

const TAG = 16;
/** The longest packet that UDP carries, and the word behind it. */
const aside = new Uint8Array(65_540);
const hash = new Uint32Array(4);
const mask = new Uint32Array(4);
const tagOctets = new Uint8Array(TAG);

/** AES-GCM (RFC 7714). Of SRTCP the ESRTCP word is authenticated too (§9.2), of SRTP nothing but the packet (§8.2). */
export class GaloisMode implements Cipher {
  readonly tag = TAG;
  readonly #aes: Aes;
  readonly #ghash: Ghash;
  readonly #withWord: boolean;
  readonly #s0: number;
  readonly #s1: number;
  readonly #s2: number;

  /** Session keys; a salt of 12 octets. */
  constructor(key: Uint8Array, salt: Uint8Array, withWord: boolean) {
    this.#aes = new Aes(key);
    const zero = new Uint32Array(4);
    this.#aes.encrypt(0, 0, 0, 0, zero);
    this.#ghash = new Ghash(zero);
    this.#withWord = withWord;
    this.#s0 = read32(salt, 0);
    this.#s1 = read32(salt, 4);
    this.#s2 = read32(salt, 8);
  }

  seal(bytes: Uint8Array, from: number, length: number, ssrc: number, high: number, low: number, word: number): void {
    this.#crypt(bytes, from, length, ssrc, high, low);
    bytes.set(this.#tagOf(bytes, from, length, ssrc, high, low, word), length);
  }

  open(
    bytes: Uint8Array,
    from: number,
    length: number,
    ssrc: number,
    high: number,
    low: number,
    word: number,
  ): boolean {
    if (!sameOctets(this.#tagOf(bytes, from, length, ssrc, high, low, word), bytes, length, TAG)) return false;
    this.#crypt(bytes, from, length, ssrc, high, low);
    return true;
  }

  /** 00 00, SSRC, index in six octets, all ⊕ salt (§8.1, §9.1); the counter begins at 2 behind it (SP 800-38D §7.1). */
  #crypt(bytes: Uint8Array, from: number, to: number, ssrc: number, high: number, low: number): void {
    const w0 = this.#s0 ^ (ssrc >>> 16);
    const w1 = this.#s1 ^ (((ssrc & 0xffff) << 16) | (high >>> 16));
    const w2 = this.#s2 ^ (((high & 0xffff) << 16) | low);
    applyKeystream(this.#aes, bytes, from, to, w0, w1, w2, 2);
  }

  #tagOf(
    bytes: Uint8Array,
    from: number,
    to: number,
    ssrc: number,
    high: number,
    low: number,
    word: number,
  ): Uint8Array {
    const ghash = this.#ghash;
    ghash.start();
    const associated = this.#takeAssociated(bytes, from, word);
    ghash.take(bytes, from, to);
    ghash.block(0, associated * 8, 0, (to - from) * 8);
    ghash.read(hash);
    const w1 = this.#s1 ^ (((ssrc & 0xffff) << 16) | (high >>> 16));
    const w2 = this.#s2 ^ (((high & 0xffff) << 16) | low);
    this.#aes.encrypt(this.#s0 ^ (ssrc >>> 16), w1, w2, 1, mask);
    for (let at = 0; at < 4; at += 1) write32(tagOctets, at * 4, hash[at]! ^ mask[at]!);
    return tagOctets;
  }

  /** What stands before the encrypted part, and the word; how many octets that were. */
  #takeAssociated(bytes: Uint8Array, length: number, word: number): number {
    if (!this.#withWord) {
      this.#ghash.take(bytes, 0, length);
      return length;
    }
    aside.set(bytes.subarray(0, length));
    write32(aside, length, word);
    this.#ghash.take(aside, 0, length + 4);
    return length + 4;
  }
}
