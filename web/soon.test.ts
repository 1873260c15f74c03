import assert from 'node:assert/strict';
import { test } from 'node:test';
import { soon } from './soon.ts';

/** Time that passes when it is told to, and what was run at which. */
function clock(waits: readonly number[]) {
  let now = 0;
  const due: { readonly at: number; readonly does: () => void }[] = [];
  const ran: number[] = [];
  const ask = soon(
    waits,
    () => void ran.push(now),
    (ms, then) => void due.push({ at: now + ms, does: then }),
  );
  const pass = (ms: number): void => {
    for (const until = now + ms; now < until; now += 1)
      for (const one of due.splice(0)) {
        if (one.at === now) one.does();
        else due.push(one);
      }
  };
  return { ask, pass, ran };
}

test('what is asked for once is run after each wait', () => {
  const { ask, pass, ran } = clock([400, 3000]);
  ask();
  pass(10_000);
  assert.deepEqual(ran, [400, 3000]);
});

test('a thousand calls that end in ten seconds are no thousand questions; after the last one it is asked all the same', () => {
  const { ask, pass, ran } = clock([400, 3000]);
  for (let count = 0; count < 1000; count += 1) {
    ask();
    pass(10);
  }
  pass(10_000);
  assert.ok(ran.length <= 10_000 / 400 + 10_000 / 3000 + 4, `${ran.length} times`);
  const last = 9990;
  assert.ok(ran.some((at) => at >= last + 400 && at <= last + 800));
  assert.ok(ran.some((at) => at >= last + 3000));
});
