/**
 * What a suite does to the octets of one packet. `from`: where what is encrypted begins; `length`: where it ends and the tag
 * stands. `high` and `low`: the packet index, 16 bits in `low`. `word`: what is authenticated behind the packet.
 */
export interface Cipher {
  /** Octets of its tag. */
  readonly tag: number;
  /** Encrypts in place and writes the tag at `length`, for which there must be room. */
  seal(bytes: Uint8Array, from: number, length: number, ssrc: number, high: number, low: number, word: number): void;
  /** Decrypts in place; false, and the octets untouched, when the tag at `length` is not theirs. */
  open(bytes: Uint8Array, from: number, length: number, ssrc: number, high: number, low: number, word: number): boolean;
}

/** Compares without telling by its time where the two differ. */
export function sameOctets(a: Uint8Array, b: Uint8Array, from: number, count: number): boolean {
  let different = 0;
  for (let at = 0; at < count; at += 1) different |= a[at]! ^ b[from + at]!;
  return different === 0;
}
