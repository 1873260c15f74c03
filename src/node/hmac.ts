import { hash } from 'node:crypto';
import type { Crypto, HashName } from '../kernel/index.ts';

/** Octets that each hash takes at a time (RFC 2104 §2: B). */
const BLOCKS: Readonly<Record<HashName, number>> = { md5: 64, sha1: 64, sha256: 64, 'sha512-256': 128 };
const INNER = 0x36;
const OUTER = 0x5c;
/** Texts up to this length are put together in the same place each time. */
const USUAL = 1024;

/** The blocks that stand before the text and before its digest, each with room for what follows. */
interface Padded {
  readonly block: number;
  readonly inner: Buffer;
  readonly outer: Buffer;
}

/**
 * HMAC (RFC 2104) by two hashes in one call each: node:crypto's makes a key object every time, which takes ten times as long.
 * What a key comes to is remembered for as long as that array lives: it must not change.
 */
export function createHmacs(): Crypto['hmac'] {
  const known = new Map<HashName, WeakMap<Uint8Array, Padded>>();
  return (name, key, data) => {
    const keys = known.get(name) ?? new WeakMap<Uint8Array, Padded>();
    known.set(name, keys);
    const padded = keys.get(key) ?? padding(name, key);
    keys.set(key, padded);
    return hmac(name, padded, data);
  };
}

function padding(name: HashName, key: Uint8Array): Padded {
  const block = BLOCKS[name];
  const short = key.length > block ? hash(name, key, 'buffer') : key;
  const inner = Buffer.alloc(block + USUAL, 0);
  const outer = Buffer.alloc(block * 2, 0);
  inner.set(short);
  outer.set(short);
  for (let at = 0; at < block; at += 1) {
    inner[at] = (inner[at] ?? 0) ^ INNER;
    outer[at] = (outer[at] ?? 0) ^ OUTER;
  }
  return { block, inner, outer };
}

function hmac(name: HashName, { block, inner, outer }: Padded, data: string | Uint8Array): Uint8Array {
  const digest = hash(name, innerText(block, inner, data), 'buffer');
  outer.set(digest, block);
  return hash(name, outer.subarray(0, block + digest.length), 'buffer');
}

function innerText(block: number, inner: Buffer, data: string | Uint8Array): Uint8Array {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  if (bytes.length > USUAL) return Buffer.concat([inner.subarray(0, block), bytes]);
  inner.set(bytes, block);
  return inner.subarray(0, block + bytes.length);
}
