/** What the stack needs of cryptography; synchronous, because a digest is part of a step. */
export type HashName = 'md5' | 'sha1' | 'sha256' | 'sha512-256';

export interface Crypto {
  hash(name: HashName, data: string | Uint8Array): Uint8Array;
  hmac(name: HashName, key: Uint8Array, data: string | Uint8Array): Uint8Array;
  /** `count` octets; cryptographic in the live kernel, seeded in the World. */
  random(count: number): Uint8Array;
  /** Compares without telling by its time where the two differ. */
  equal(a: Uint8Array, b: Uint8Array): boolean;
}
