import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { display, fromLatin1, hex, keep, latin1, wireText } from './bytes.ts';
import { type Entry, TimerHeap } from './heap.ts';
import { Kernel } from './kernel.ts';

function made(): { kernel: Kernel; readonly go: (ms: number) => void; faults: string[] } {
  const faults: string[] = [];
  let now = 0;
  const kernel = new Kernel({
    now: () => now,
    wall: () => now,
    arm: () => undefined,
    onFault: ({ step }) => void faults.push(step),
    crypto: {
      hash: () => new Uint8Array(),
      hmac: () => new Uint8Array(),
      random: (count) => new Uint8Array(count).fill(255),
      equal: () => true,
    },
  });
  const go = (ms: number): void => {
    const until = now + ms;
    for (let due = kernel.nextDue(); due !== undefined && due <= until; due = kernel.nextDue()) {
      now = Math.max(now, due);
      kernel.runDue();
    }
    now = until;
  };
  return { kernel, go, faults };
}

test('timers fire in order of deadline, then of making, and a cancelled one never', () => {
  const { kernel, go } = made();
  const fired: string[] = [];
  kernel.scene.after(20, () => fired.push('20'));
  kernel.scene.after(10, () => fired.push('10a'));
  kernel.scene.after(10, () => fired.push('10b'));
  kernel.scene.after(15, () => fired.push('never')).cancel();
  assert.deepEqual(kernel.scene.census(), { timer: 3 });
  go(30);
  assert.deepEqual(fired, ['10a', '10b', '20']);
  assert.deepEqual(kernel.scene.census(), {});
});

test('timers of seconds fire together where a grain is given, never early; shorter ones in time', () => {
  let now = 0;
  const { crypto } = made().kernel;
  const ports = { now: () => now, wall: () => now, arm: () => undefined, onFault: () => undefined, crypto };
  const kernel = new Kernel({ ...ports, grain: 250 });
  const due: (number | undefined)[] = [];
  for (const [at, ms] of [
    [10, 32_000],
    [90, 32_000],
    [100, 500],
  ] as const) {
    now = at;
    const timer = kernel.scene.after(ms, () => undefined);
    due.push(kernel.nextDue());
    timer.cancel();
  }
  assert.deepEqual(due, [32_250, 32_250, 600]);
});

test('the heap gives its entries sorted, whatever was pushed and removed', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(50), fc.boolean())), (items) => {
      const heap = new TimerHeap<Entry>();
      const entries = items.map(([at, removed], order) => ({ entry: { at, order, index: -1 }, removed }));
      for (const { entry } of entries) heap.push(entry);
      for (const { entry, removed } of entries) if (removed) assert.equal(heap.remove(entry), true);
      const out: Entry[] = [];
      for (let top = heap.peek(); top !== undefined; top = heap.peek()) {
        heap.remove(top);
        out.push(top);
      }
      const expected = entries.filter(({ removed }) => !removed).map(({ entry }) => entry);
      assert.deepEqual(
        out,
        expected.sort((a, b) => a.at - b.at || a.order - b.order),
      );
    }),
  );
});

test('a step that throws is contained and counted; the next one runs', () => {
  const { kernel, go, faults } = made();
  let ran = false;
  kernel.scene.after(1, () => {
    throw new Error('ours');
  });
  kernel.scene.after(2, () => {
    ran = true;
  });
  go(5);
  assert.equal(ran, true);
  assert.deepEqual(faults, ['timer']);
  assert.equal(kernel.faults, 1);
});

test('observers are told after the step, with its result', () => {
  const { kernel } = made();
  const seen: number[] = [];
  let state = 0;
  kernel.input('step', () => {
    kernel.afterStep(() => seen.push(state));
    state = 1;
  });
  assert.deepEqual(seen, [1]);
});

test('an ask counts until it is answered, and a cancelled one is never told', () => {
  const { kernel } = made();
  const told: string[] = [];
  let answer = (_value: string): void => undefined;
  kernel.scene.ask<string>(
    'dns',
    (reply) => (answer = reply),
    (value) => told.push(value),
  );
  assert.deepEqual(kernel.scene.census(), { dns: 1 });
  answer('yes');
  assert.deepEqual(kernel.scene.census(), {});
  const asked = kernel.scene.ask<string>(
    'dns',
    (reply) => (answer = reply),
    (value) => told.push(value),
  );
  asked.cancel();
  answer('late');
  assert.deepEqual(told, ['yes']);
});

test('random numbers stay below their bound', () => {
  assert.equal(made().kernel.random(10), 9);
});

test('latin1 keeps every octet, display reads UTF-8 and wireText writes it', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => assert.deepEqual(fromLatin1(latin1(bytes)), bytes)));
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => assert.equal(display(wireText(text)), text)));
  assert.equal(keep('slice'), 'slice');
  assert.equal(hex(Uint8Array.of(0, 15, 255)), '000fff');
});

test('property: whatever is taken out of the middle, the rest comes out in order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(50), { minLength: 1, maxLength: 60, size: 'max' }),
      fc.array(fc.nat(59), { maxLength: 30, size: 'max' }),
      (times, removals) => {
        const heap = new TimerHeap<Entry>();
        const entries = times.map((at, order): Entry => ({ at, order, index: -1 }));
        for (const entry of entries) heap.push(entry);
        const left = new Set(entries);
        for (const at of removals) {
          const entry = entries[at % entries.length];
          assert.equal(heap.remove(entry ?? { at: 0, order: 0, index: -1 }), left.delete(entry as Entry));
        }
        const came: Entry[] = [];
        for (let first = heap.peek(); first !== undefined; first = heap.peek()) {
          heap.remove(first);
          came.push(first);
        }
        assert.deepEqual(
          came,
          [...left].sort((a, b) => a.at - b.at || a.order - b.order),
        );
      },
    ),
    { numRuns: 500 },
  );
});

test('promise reactions to one timer run before the next one that is due', async () => {
  let now = 0;
  const { crypto } = made().kernel;
  const kernel = new Kernel({
    now: () => now,
    wall: () => now,
    arm: () => undefined,
    onFault: () => undefined,
    crypto,
  });
  const order: string[] = [];
  const { promise, resolve } = kernel.deferred<void>();
  const script = promise.then(() => order.push('reaction'));
  kernel.scene.after(1, () => resolve());
  kernel.scene.after(1, () => order.push('second timer'));
  now = 5;
  assert.equal(kernel.runDue(), true, 'call again');
  await script;
  assert.equal(kernel.runDue(), false);
  assert.deepEqual(order, ['reaction', 'second timer']);
});

test('a deferred that nobody awaits may be rejected', async () => {
  const unhandled: unknown[] = [];
  const hear = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', hear);
  made().kernel.deferred<void>().reject(new Error('Gone'));
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  process.off('unhandledRejection', hear);
  assert.deepEqual(unhandled, []);
});
