import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Crypto } from '../src/kernel/index.ts';
import { Random } from './random.ts';

/** Real digests; randomness out of the seed. Text is hashed as UTF-8, as the live kernel does. */
export function seededCrypto(seed: string): Crypto {
  const random = new Random(seed);
  return {
    hash: (name, data) => new Uint8Array(createHash(name).update(data).digest()),
    hmac: (name, key, data) => new Uint8Array(createHmac(name, key).update(data).digest()),
    random: (count) => random.bytes(count),
    equal: (a, b) => a.length === b.length && timingSafeEqual(a, b),
  };
}
