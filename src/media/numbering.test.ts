import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Numbering } from './numbering.ts';

test('a source that began leaves in our numbers, across the wrap, and its numbers are found again', () => {
  const numbering = new Numbering();
  numbering.begin(1, 65_534, 100);
  assert.equal(numbering.outOf(65_534), 100);
  assert.equal(numbering.outOf(0), 102);
  assert.equal(numbering.sourceOf(102), 0);
  assert.equal(numbering.outOf(65_533), undefined, 'from before it began');
});

test('packets that are not passed on leave no hole, and are never named', () => {
  const numbering = new Numbering();
  numbering.begin(1, 10, 100);
  numbering.skip(11);
  numbering.skip(12);
  assert.equal(numbering.outOf(13), 101);
  assert.equal(numbering.outOf(10), 100);
  assert.equal(numbering.outOf(11), undefined);
  assert.equal(numbering.outOf(12), undefined);
  assert.equal(numbering.sourceOf(101), 13);
});

test('numbers of the source before are nobody’s', () => {
  const numbering = new Numbering();
  numbering.begin(1, 10, 100);
  numbering.begin(2, 500, 110);
  assert.equal(numbering.sourceOf(105), undefined);
  assert.equal(numbering.sourceOf(111), 501);
});

test('whatever is skipped: out and back again is the same number, and what leaves is unbroken', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 65_535 }),
      fc.integer({ min: 0, max: 65_535 }),
      fc.array(fc.boolean(), { maxLength: 200 }),
      (source, out, passed) => {
        const numbering = new Numbering();
        numbering.begin(7, source, out);
        let expected = out;
        for (const [at, goes] of passed.entries()) {
          const sequence = (source + at) & 0xffff;
          numbering.reached(sequence);
          if (!goes) {
            numbering.skip(sequence);
            continue;
          }
          assert.equal(numbering.outOf(sequence), expected);
          assert.equal(numbering.sourceOf(expected), sequence);
          expected = (expected + 1) & 0xffff;
        }
      },
    ),
  );
});

test('a long stream is known for thousands of packets back, and no further', () => {
  const numbering = new Numbering();
  numbering.begin(7, 0, 5);
  for (let sequence = 0; sequence < 200_000; sequence += 1) {
    numbering.reached(sequence & 0xffff);
    assert.equal(numbering.outOf(sequence & 0xffff), (sequence + 5) & 0xffff);
  }
  const newest = 199_999 & 0xffff;
  assert.equal(numbering.sourceOf((newest + 5 - 1000) & 0xffff), newest - 1000);
  assert.equal(numbering.outOf((newest - 30_000) & 0xffff), undefined);
});
