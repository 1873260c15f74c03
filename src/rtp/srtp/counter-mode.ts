import { Aes } from './aes.ts';
import type { Cipher } from './cipher.ts';
import { sameOctets } from './cipher.ts';
import { applyKeystream } from './keystream.ts';
import { read32 } from '../packet.ts';
import { HmacSha1 } from './sha1.ts';

/** AES in counter mode with a cut HMAC-SHA1 (RFC 3711 §4.1.1, §4.2.1; RFC 6188). */
export class CounterMode implements Cipher {
  readonly tag: number;
  readonly #aes: Aes;
  readonly #hmac: HmacSha1;
  readonly #s0: number;
  readonly #s1: number;
  readonly #s2: number;
  readonly #s3: number;

  /** Session keys; a salt of 14 octets. */
  constructor(key: Uint8Array, salt: Uint8Array, authentication: Uint8Array, tag: number) {
    this.tag = tag;
    this.#aes = new Aes(key);
    this.#hmac = new HmacSha1(authentication);
    this.#s0 = read32(salt, 0);
    this.#s1 = read32(salt, 4);
    this.#s2 = read32(salt, 8);
    this.#s3 = ((salt[12]! << 24) | (salt[13]! << 16)) >>> 0;
  }

  seal(bytes: Uint8Array, from: number, length: number, ssrc: number, high: number, low: number, word: number): void {
    this.#crypt(bytes, from, length, ssrc, high, low);
    const tag = this.#hmac.of(bytes, length, word);
    for (let at = 0; at < this.tag; at += 1) bytes[length + at] = tag[at]!;
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
    if (!sameOctets(this.#hmac.of(bytes, length, word), bytes, length, this.tag)) return false;
    this.#crypt(bytes, from, length, ssrc, high, low);
    return true;
  }

  /** IV = salt · 2^16 ⊕ SSRC · 2^64 ⊕ index · 2^16 (§4.1.1); the counter fills the low 16 bits. */
  #crypt(bytes: Uint8Array, from: number, to: number, ssrc: number, high: number, low: number): void {
    applyKeystream(this.#aes, bytes, from, to, this.#s0, this.#s1 ^ ssrc, this.#s2 ^ high, this.#s3 ^ (low << 16));
  }
}
