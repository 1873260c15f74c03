import type { Aes } from './aes.ts';

const block = new Uint32Array(4);

/** XORs octets with the keystream of counter mode whose first counter block is w0…w3; the counter is in w3. */
export function applyKeystream(
  aes: Aes,
  bytes: Uint8Array,
  from: number,
  to: number,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
): void {
  let at = from;
  let counter = w3;
  for (; at + 16 <= to; at += 16) {
    aes.encrypt(w0, w1, w2, counter, block);
    xorWord(bytes, at, block[0]!);
    xorWord(bytes, at + 4, block[1]!);
    xorWord(bytes, at + 8, block[2]!);
    xorWord(bytes, at + 12, block[3]!);
    counter += 1;
  }
  if (at >= to) return;
  aes.encrypt(w0, w1, w2, counter, block);
  for (let octet = 0; at + octet < to; octet += 1) {
    bytes[at + octet]! ^= block[octet >> 2]! >>> (24 - (octet & 3) * 8);
  }
}

function xorWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at]! ^= word >>> 24;
  bytes[at + 1]! ^= word >>> 16;
  bytes[at + 2]! ^= word >>> 8;
  bytes[at + 3]! ^= word;
}
