import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actsOf } from './acts.ts';
import { explained, walk } from './walk.ts';

/** Enough for a look; `npm test` says 200, `npm run test:long` 5,000. */
const SEEDS = Number(process.env['STROWGER_WALKS'] ?? '20');
const FIRST = Number(process.env['STROWGER_FIRST_WALK'] ?? '1');
/** Of so many seeds the first that fails is told of. */
const EACH = 50;

for (let first = FIRST; first < FIRST + SEEDS; first += EACH) {
  const last = Math.min(first + EACH, FIRST + SEEDS) - 1;
  test(`four people do as they like: everybody hears and sees what is so, and nothing is left over (seeds ${first} to ${last})`, async () => {
    for (let seed = first; seed <= last; seed += 1) {
      const acts = actsOf(seed);
      const found = await walk(acts);
      assert.equal(found === undefined ? undefined : await explained(seed, acts), undefined);
    }
  });
}
