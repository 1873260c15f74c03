import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeOffer } from './offer.ts';
import { printSdp } from './parse.ts';
import { nextVersion, revise, sameExceptVersion } from './revise.ts';
import type { LocalAudio } from './types.ts';

const us: LocalAudio = {
  address: '192.0.2.9',
  port: 20000,
  codecs: ['PCMU'],
  direction: 'sendrecv',
  originId: '77',
  version: 1,
};

test('a refresh repeats the bytes', () => {
  const first = makeOffer(us);
  const again = revise(first, makeOffer({ ...us, version: 9 }, first));
  assert.deepEqual(printSdp(again), printSdp(first));
  assert.equal(revise(undefined, first), first);
});

test('a change raises the version by one and nothing else of o= (RFC 3264 §8)', () => {
  const first = makeOffer({ ...us, user: 'pbx' });
  const held = revise(first, makeOffer({ ...us, direction: 'sendonly', originId: '99', version: 50 }, first));
  assert.deepEqual(held.origin, { ...first.origin, version: '2' });
  assert.equal(held.media[0]?.direction, 'sendonly');
  assert.equal(revise(held, makeOffer(us, held)).origin.version, '3');
});

test('versions are text: 64 bits and beyond', () => {
  assert.equal(nextVersion('9007199254740993'), '9007199254740994');
  assert.equal(nextVersion('18446744073709551615'), '18446744073709551616');
});

test('sameExceptVersion sees every other change', () => {
  const first = makeOffer(us);
  assert.ok(sameExceptVersion(first, makeOffer({ ...us, version: 2 })));
  for (const other of [{ port: 20002 }, { address: '192.0.2.8' }, { originId: '78' }, { codecs: ['PCMA' as const] }]) {
    assert.ok(!sameExceptVersion(first, makeOffer({ ...us, ...other })), JSON.stringify(other));
  }
});
