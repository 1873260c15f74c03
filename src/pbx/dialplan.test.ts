import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dialplan, matches } from './dialplan.ts';
import { milliseconds } from './duration.ts';

const nothing = (): void => undefined;

test('X is any digit, Z is 1 to 9, N is 2 to 9, a last dot is one or more characters', () => {
  assert.equal(matches('1XX', '101'), true);
  assert.equal(matches('1XX', '1011'), false);
  assert.equal(matches('1XX', '1a1'), false);
  assert.equal(matches('Z1', '01'), false);
  assert.equal(matches('N1', '11'), false);
  assert.equal(matches('*8.', '*8'), false);
  assert.equal(matches('*8.', '*8102'), true);
});

test('the most particular rule wins, in whatever order they were written', () => {
  const wide = (): void => undefined;
  const narrow = (): void => undefined;
  const plan = dialplan((d) => d.on('7XX', wide).on('700', narrow).on('70X', nothing));
  assert.equal(plan.route('700'), narrow);
  assert.equal(plan.route('701'), nothing);
  assert.equal(plan.route('711'), wide);
  assert.equal(plan.route('800'), undefined);
});

test('all rules that cannot be told apart are reported at once, with both places', () => {
  assert.throws(
    () =>
      dialplan((d) => d.on('1XX', nothing).on('101', nothing).on('1XX', nothing).on('', nothing).on('101', nothing)),
    (error: Error) => {
      assert.match(error.message, /rule 3 '1XX' and rule 1 '1XX'/);
      assert.match(error.message, /rule 4: '' is no pattern/);
      assert.match(error.message, /rule 5 '101' and rule 2 '101'/);
      return true;
    },
  );
});

test('durations have a unit', () => {
  assert.equal(milliseconds('20s'), 20_000);
  assert.equal(milliseconds('1.5m'), 90_000);
  assert.throws(() => milliseconds('20' as '20s'), RangeError);
});
