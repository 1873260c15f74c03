import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { JitterEstimate } from './jitter.ts';
import { extendSequence, ReceivedSequence, sequenceAhead, timestampAhead } from './sequence.ts';

test('distances cross the wrap', () => {
  assert.equal(sequenceAhead(65535, 0), 1);
  assert.equal(sequenceAhead(0, 65535), -1);
  assert.equal(sequenceAhead(10, 10), 0);
  assert.equal(timestampAhead(0xffffff60, 0), 160);
  assert.equal(timestampAhead(0, 0xffffff60), -160);
});

test('property: an extended number is found again from its low 16 bits, near enough', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31), fc.integer({ min: -32768, max: 32767 }), (near, away) => {
      assert.equal(extendSequence(near, (near + away) & 0xffff), near + away);
    }),
  );
});

function taken(numbers: readonly number[]): ReceivedSequence {
  const sequence = new ReceivedSequence();
  for (const number of numbers) sequence.take(number);
  return sequence;
}

test('wraps are counted, late packets do not undo them (RFC 3550 A.1)', () => {
  const sequence = taken([65533, 65534, 0, 65535, 1]);
  assert.equal(sequence.highest, 65537);
  assert.equal(sequence.expected, 5);
  assert.equal(sequence.lost, 0);
});

test('loss, whole and by interval (RFC 3550 A.3)', () => {
  const sequence = taken([1, 2, 3, 5, 6, 8, 9, 10]);
  assert.equal(sequence.expected, 10);
  assert.equal(sequence.lost, 2);
  assert.equal(sequence.takeFractionLost(), 51, '2 of 10 in 256ths');
  for (const number of [11, 12]) sequence.take(number);
  assert.equal(sequence.takeFractionLost(), 0);
  assert.equal(sequence.takeFractionLost(), 0, 'nothing expected');
  for (let at = 0; at < 5; at += 1) sequence.take(12);
  assert.equal(sequence.lost, -3, 'repeated packets count as received');
});

test('a great jump is refused once; the next number after it is a restart', () => {
  const sequence = taken([100, 101]);
  assert.equal(sequence.take(40000), false);
  assert.equal(sequence.highest, 101);
  assert.equal(sequence.take(102), true);
  assert.equal(sequence.take(50000), false);
  assert.equal(sequence.take(50001), true);
  assert.equal(sequence.expected, 1);
  assert.equal(sequence.received, 1);
});

test('jitter: none for an even stream, and 1/16 of each deviation (RFC 3550 §6.4.1)', () => {
  const even = new JitterEstimate(8000);
  for (let at = 0; at < 100; at += 1) even.take(1000 + at * 20, (0xfffffe00 + at * 160) >>> 0);
  assert.equal(even.units, 0);
  const once = new JitterEstimate(8000);
  once.take(0, 0);
  once.take(30, 160);
  assert.equal(once.units, 5, '10 ms late: 80 / 16');
  once.take(40, 320);
  assert.equal(once.units, 9, '5 + (80 - 5) / 16 = 9.69');
  assert.ok(Math.abs(once.ms - 9.6875 / 8) < 1e-9);
});

test('jitter of packets that come 5 ms late and early by turns settles at 10 ms', () => {
  const estimate = new JitterEstimate(8000);
  for (let at = 0; at < 400; at += 1) estimate.take(1000 + at * 20 + (at % 2 === 0 ? 5 : -5), at * 160);
  assert.ok(Math.abs(estimate.ms - 10) < 0.01, String(estimate.ms));
});
