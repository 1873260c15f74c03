import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBase64 } from '../kernel/index.ts';
import { createKeying, type Keying } from './keying.ts';

const SUITE = 'AES_CM_128_HMAC_SHA1_80';

/** Keys out of a generator that never gives the same twice. */
function keying(): Keying {
  let given = 0;
  const random = (count: number): Uint8Array => {
    given += 1;
    return new Uint8Array(count).fill(given);
  };
  const unused = (): never => assert.fail('only randomness is needed');
  return createKeying('offered', { crypto: { random, hash: unused, hmac: unused, equal: unused } });
}

test('a leg keeps its key while the peer keeps its own, and takes another one when the peer does (RFC 4568 §7.1.4)', () => {
  const ours = keying();
  const first = ours.keyOf(SUITE, 'theirs');
  ours.met('theirs');
  assert.equal(ours.keyOf(SUITE, undefined), first, 'our own offer');
  assert.equal(ours.keyOf(SUITE, 'theirs'), first, 'a re-INVITE that changes nothing');
  const second = ours.keyOf(SUITE, 'new');
  assert.notEqual(second, first);
  ours.met('new');
  assert.equal(ours.keyOf(SUITE, 'new'), second);
});

test('each suite has a key of its own, of its length', () => {
  const ours = keying();
  const lengths = {
    AES_CM_128_HMAC_SHA1_80: 30,
    AES_256_CM_HMAC_SHA1_80: 46,
    AEAD_AES_128_GCM: 28,
    AEAD_AES_256_GCM: 44,
  };
  const keys = Object.entries(lengths).map(([suite, length]) => {
    const key = ours.keyOf(suite as keyof typeof lengths, undefined);
    assert.equal(fromBase64(key)?.length, length);
    return key;
  });
  assert.equal(new Set(keys).size, 4);
});

test('from plain to protected the peer has no key before, and ours stays', () => {
  const ours = keying();
  const offered = ours.keyOf(SUITE, undefined);
  ours.met(undefined);
  assert.equal(ours.keyOf(SUITE, 'theirs'), offered);
});
