import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PlayQueue } from './play-queue.ts';

const MOST = 2000;

/** Samples `from`, `from + 1`, … as they cross. */
function counting(from: number, count: number): Uint8Array {
  const octets = new Uint8Array(count * 2);
  const view = new DataView(octets.buffer);
  for (let at = 0; at < count; at += 1) view.setInt16(at * 2, (from + at) % 30_000, true);
  return octets;
}

function taken(queue: PlayQueue, count: number): readonly number[] {
  const into = new Int16Array(count);
  return [...into.subarray(0, queue.take(into))];
}

test('audio comes out as it went in, however it was cut', () => {
  const queue = new PlayQueue(MOST);
  queue.put(counting(0, 3));
  queue.put(counting(3, 7));
  assert.deepEqual(taken(queue, 5), [0, 1, 2, 3, 4]);
  assert.deepEqual(taken(queue, 9), [5, 6, 7, 8, 9]);
  assert.equal(queue.waiting, 0);
});

test('a mark is passed when all before it has been taken, and no sooner', () => {
  const queue = new PlayQueue(MOST);
  queue.mark('first');
  queue.put(counting(0, 10));
  queue.mark('second');
  assert.deepEqual(queue.passed(), ['first']);
  taken(queue, 9);
  assert.deepEqual(queue.passed(), []);
  taken(queue, 9);
  assert.deepEqual(queue.passed(), ['second']);
  assert.deepEqual(queue.passed(), []);
});

test('a flush drops what waits and says which marks go with it', () => {
  const queue = new PlayQueue(MOST);
  queue.put(counting(0, 100));
  queue.mark('a');
  queue.mark('b');
  taken(queue, 30);
  assert.deepEqual(queue.flush(), { samples: 70, marks: ['a', 'b'] });
  queue.put(counting(500, 2));
  assert.deepEqual(taken(queue, 5), [500, 501]);
});

type Step = { put: number } | { take: number } | 'mark' | 'flush';

test('never more than the bound, order kept, every mark answered once', () => {
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ put: fc.integer({ min: 0, max: 900 }) }),
    fc.record({ take: fc.integer({ min: 1, max: 400 }) }),
    fc.constant('mark' as const),
    fc.constant('flush' as const),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new PlayQueue(MOST);
      // What the queue must be, sample by sample and mark by mark.
      const wanted: (number | string)[] = [];
      const answered: string[] = [];
      const due: string[] = [];
      let next = 0;
      let marks = 0;
      for (const one of steps) {
        if (one === 'mark') {
          queue.mark(`m${marks}`);
          wanted.push(`m${marks}`);
          marks += 1;
        } else if (one === 'flush') {
          const { samples, marks: flushed } = queue.flush();
          assert.equal(samples, wanted.filter((it) => typeof it === 'number').length);
          answered.push(...flushed);
          due.push(...wanted.splice(0).filter((it) => typeof it === 'string'));
        } else if ('put' in one) {
          const fits = queue.waiting + one.put <= MOST;
          assert.equal(queue.put(counting(next, one.put)), fits);
          if (fits) for (let at = 0; at < one.put; at += 1) wanted.push((next + at) % 30_000);
          if (fits) next = (next + one.put) % 30_000;
        } else {
          for (const sample of taken(queue, one.take)) {
            while (typeof wanted[0] === 'string') due.push(String(wanted.shift()));
            assert.equal(sample, wanted.shift());
          }
        }
        while (typeof wanted[0] === 'string') due.push(String(wanted.shift()));
        answered.push(...queue.passed());
        assert.ok(queue.waiting <= MOST);
        assert.deepEqual(answered, due);
      }
      answered.push(...queue.flush().marks);
      assert.deepEqual(
        answered,
        Array.from({ length: marks }, (_, at) => `m${at}`),
      );
    }),
  );
});
