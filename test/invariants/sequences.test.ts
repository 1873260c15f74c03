import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Act } from './acts.ts';
import { walk } from './walk.ts';

/** Each is a verb, who does it, how, whom it is about, and the milliseconds until the next. */
type Step = readonly [Act['verb'], number, number, number, number];

/** Sequences that went wrong once, as short as they were found, by what they are about. */
const SEQUENCES: Readonly<Record<string, readonly Step[]>> = {
  'who takes the place of a transferor that holds talks to the one who waits there': [
    ['dial', 3, 1, 0, 500],
    ['dial', 2, 5, 2, 100],
    ['answer', 7, 0, 2, 1500],
    ['answer', 0, 1, 2, 100],
    ['blind', 9, 4, 0, 1500],
    ['answer', 4, 1, 1, 25000],
    ['blind', 7, 5, 0, 1500],
    ['answer', 0, 0, 3, 3000],
    ['hold', 7, 5, 2, 1500],
    ['dial', 0, 4, 1, 3000],
    ['blond', 6, 1, 2, 7],
    ['blind', 5, 5, 2, 100],
    ['hangup', 3, 4, 3, 3],
    ['answer', 0, 1, 0, 3000],
    ['attended', 7, 3, 4, 25000],
    ['answer', 7, 2, 3, 25000],
    ['answer', 8, 3, 1, 25000],
  ],
  'a REFER sent right behind one that is refused has its own name: its NOTIFYs are known': [
    ['dial', 4, 4, 4, 500],
    ['answer', 3, 5, 4, 1500],
    ['blind', 8, 2, 2, 0],
    ['hangup', 8, 1, 4, 500],
    ['answer', 6, 0, 3, 3000],
    ['attended', 6, 1, 2, 0],
    ['blind', 4, 4, 4, 7],
  ],
  'a phone that is rung for somebody shows his successor, though it did not ring yet when he came': [
    ['dial', 4, 5, 3, 7],
    ['dial', 11, 4, 2, 7],
    ['answer', 7, 3, 4, 500],
    ['dial', 8, 5, 4, 500],
    ['answer', 3, 0, 2, 3000],
    ['answer', 2, 5, 0, 20],
    ['blind', 2, 2, 2, 1],
    ['attended', 5, 0, 0, 3000],
  ],
  'the same where both parties of a call send each other elsewhere at once': [
    ['dial', 2, 3, 4, 3000],
    ['answer', 9, 0, 3, 100],
    ['dial', 9, 0, 0, 3000],
    ['answer', 0, 2, 4, 3000],
    ['blind', 6, 2, 0, 0],
    ['attended', 4, 4, 0, 100],
  ],
  'a transfer fails whose transferor has hung up only one of his calls: the other, which rings nobody any more, ends too':
    [
      ['dial', 1, 3, 3, 100],
      ['answer', 3, 3, 2, 3],
      ['dial', 2, 2, 0, 1],
      ['dial', 2, 0, 2, 7],
      ['leave', 5, 5, 0, 25000],
    ],
  'nobody is put into the place of a transferor whose transfer is pending: he would hear nothing until it is over': [
    ['dial', 10, 5, 1, 7],
    ['dial', 4, 1, 0, 0],
    ['dial', 4, 4, 0, 1],
    ['answer', 11, 3, 4, 0],
    ['park', 4, 2, 2, 3000],
    ['blind', 1, 0, 0, 1500],
    ['answer', 9, 5, 3, 500],
    ['confer', 4, 0, 3, 1500],
    ['attended', 8, 4, 4, 1500],
  ],
};

for (const [name, steps] of Object.entries(SEQUENCES)) {
  test(name, async () => {
    const acts = steps.map(([verb, who, which, whom, pause]): Act => ({ verb, who, which, whom, pause }));
    assert.equal(await walk(acts), undefined);
  });
}
