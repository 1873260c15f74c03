import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base64 } from '../kernel/index.ts';
import { writeHeader } from '../rtp/index.ts';
import type { SrtpKey } from './protocol.ts';
import { Protection } from './protect.ts';

const key = (seed: number): SrtpKey => ({
  suite: 'AES_CM_128_HMAC_SHA1_80',
  key: base64(Uint8Array.from({ length: 30 }, (_, at) => at * seed)),
});

function packet(sequence: number): Uint8Array {
  const bytes = new Uint8Array(20);
  writeHeader(bytes, false, 0, sequence & 0xffff, sequence, 7);
  return bytes;
}

/** Two ends that agree: what one sends the other receives. */
function agreed(ours: SrtpKey, theirs: SrtpKey): readonly [Protection, Protection] {
  const ends = [new Protection(), new Protection()] as const;
  ends[0].agree({ send: ours, receive: theirs });
  ends[1].agree({ send: theirs, receive: ours });
  return ends;
}

const REPORT = Uint8Array.of(0x80, 201, 0, 1, 0, 0, 0, 7);

test('agreeing the same keys again keeps the rollover counters', () => {
  const [a, b] = agreed(key(1), key(2));
  for (const index of [65_534, 65_535, 65_536, 65_537]) assert.deepEqual(b.open(a.seal(packet(index))!), packet(index));
  a.agree({ send: key(1), receive: key(2) });
  b.agree({ send: key(2), receive: key(1) });
  assert.deepEqual(b.open(a.seal(packet(65_538))!), packet(65_538));
});

test('what was sent under the key before is still read, until something comes under the new one (RFC 4568 §7.1.4)', () => {
  const [a, b] = agreed(key(1), key(2));
  assert.ok(b.open(a.seal(packet(1))!));
  const [late, later] = [a.seal(packet(2))!, a.seal(packet(3))!];
  const report = a.sealReport(REPORT);
  b.agree({ send: key(2), receive: key(3) });
  assert.deepEqual(b.open(late), packet(2));
  assert.deepEqual(b.openReport(report), REPORT);
  a.agree({ send: key(3), receive: key(2) });
  assert.deepEqual(b.open(a.seal(packet(4))!), packet(4));
  assert.equal(b.open(later), undefined);
});

test('without keys packets pass as they are; with keys plain ones do not', () => {
  const plain = new Protection();
  assert.deepEqual(plain.open(plain.seal(packet(1))!), packet(1));
  const [, b] = agreed(key(1), key(2));
  assert.equal(b.open(packet(1)), undefined);
  assert.equal(b.openReport(REPORT.slice()), undefined);
});
