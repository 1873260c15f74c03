import { read32, write32 } from '../packet.ts';

/** Octets of a block, and of a digest. */
const BLOCK = 64;
const DIGEST = 20;

const schedule = new Int32Array(80);
/** The last blocks of a message: its tail, 0x80, zeros, its length in bits. */
const tail = new Uint8Array(2 * BLOCK);

/** HMAC-SHA1 (RFC 2104, FIPS 180-4 §6.1) with one key: the states after its two pads are kept, so nothing is made per packet. */
export class HmacSha1 {
  readonly #inner = new Int32Array(5);
  readonly #outer = new Int32Array(5);
  readonly #state = new Int32Array(5);
  readonly #digest = new Uint8Array(DIGEST);

  constructor(key: Uint8Array) {
    const short = key.length > BLOCK ? sha1(key) : key;
    pad(short, 0x36, this.#inner);
    pad(short, 0x5c, this.#outer);
  }

  /** The authenticator of the first `length` octets followed by a 32-bit word; the array is overwritten by the next call. */
  of(bytes: Uint8Array, length: number, word: number): Uint8Array {
    const state = this.#state;
    state.set(this.#inner);
    const whole = length - (length % BLOCK);
    for (let at = 0; at < whole; at += BLOCK) compress(state, bytes, at);
    tail.set(bytes.subarray(whole, length));
    write32(tail, length - whole, word);
    finish(state, length - whole + 4, BLOCK + length + 4);
    writeState(state, this.#digest);
    state.set(this.#outer);
    tail.set(this.#digest);
    finish(state, DIGEST, BLOCK + DIGEST);
    writeState(state, this.#digest);
    return this.#digest;
  }
}

function sha1(bytes: Uint8Array): Uint8Array {
  const state = begin();
  const whole = bytes.length - (bytes.length % BLOCK);
  for (let at = 0; at < whole; at += BLOCK) compress(state, bytes, at);
  tail.set(bytes.subarray(whole));
  finish(state, bytes.length - whole, bytes.length);
  const digest = new Uint8Array(DIGEST);
  writeState(state, digest);
  return digest;
}

function begin(): Int32Array {
  return Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
}

function pad(key: Uint8Array, octet: number, into: Int32Array): void {
  const block = new Uint8Array(BLOCK).fill(octet);
  for (let at = 0; at < key.length; at += 1) block[at] = key[at]! ^ octet;
  into.set(begin());
  compress(into, block, 0);
}

/** Pads what stands in {@link tail} and takes it in; `total`: octets of the whole message. */
function finish(state: Int32Array, length: number, total: number): void {
  const end = length + 9 <= BLOCK ? BLOCK : 2 * BLOCK;
  tail[length] = 0x80;
  tail.fill(0, length + 1, end - 4);
  write32(tail, end - 4, total * 8);
  compress(state, tail, 0);
  if (end > BLOCK) compress(state, tail, BLOCK);
}

function writeState(state: Int32Array, into: Uint8Array): void {
  for (let at = 0; at < 5; at += 1) write32(into, at * 4, state[at]!);
}

/** Four rounds of twenty, each written out: one loop that asks which it is in takes half as long again. */
function compress(state: Int32Array, bytes: Uint8Array, from: number): void {
  const w = schedule;
  for (let t = 0; t < 16; t += 1) w[t] = read32(bytes, from + t * 4);
  for (let t = 16; t < 80; t += 1) {
    const word = w[t - 3]! ^ w[t - 8]! ^ w[t - 14]! ^ w[t - 16]!;
    w[t] = (word << 1) | (word >>> 31);
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  for (let t = 0; t < 20; t += 1) {
    const next = (((a << 5) | (a >>> 27)) + (d ^ (b & (c ^ d))) + e + w[t]! + 0x5a827999) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  for (let t = 20; t < 40; t += 1) {
    const next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + w[t]! + 0x6ed9eba1) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  for (let t = 40; t < 60; t += 1) {
    const next = (((a << 5) | (a >>> 27)) + ((b & c) | (d & (b | c))) + e + w[t]! + 0x8f1bbcdc) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  for (let t = 60; t < 80; t += 1) {
    const next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + w[t]! + 0xca62c1d6) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  state[0] = (state[0]! + a) | 0;
  state[1] = (state[1]! + b) | 0;
  state[2] = (state[2]! + c) | 0;
  state[3] = (state[3]! + d) | 0;
  state[4] = (state[4]! + e) | 0;
}
