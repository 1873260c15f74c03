import assert from 'node:assert/strict';
import { test } from 'node:test';

/** Waits on the wire for a condition, with a deadline; for the tests of this folder. */
export async function eventually(holds: () => boolean, deadline = 5000): Promise<void> {
  const end = performance.now() + deadline;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`did not come true within ${deadline} ms: ${holds.toString()}`);
    await new Promise((turn) => setTimeout(turn, 1));
  }
}

test('eventually waits until the condition holds, and names one that never does', async () => {
  let asked = 0;
  await eventually(() => (asked += 1) === 3);
  assert.equal(asked, 3);
  await assert.rejects(
    eventually(() => asked > 1000, 5),
    /within 5 ms.*asked > 1000/,
  );
});
