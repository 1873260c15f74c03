import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { PROMPTS } from '../../../tools/sounds/prompts.ts';
import { type Said, say } from './say.ts';

/** As it is heard: the sentences of our own prompts. */
function heard({ files }: Said): string {
  return files.map((file) => PROMPTS[file] ?? `(${file}?)`).join(' ');
}

test('numbers are said as one says them', () => {
  const numbers: Readonly<Record<string, number>> = {
    zero: 0,
    seven: 7,
    nineteen: 19,
    'forty two': 42,
    ninety: 90,
    'one hundred': 100,
    'three hundred five': 305,
    'one thousand': 1000,
    'twelve thousand three hundred forty five': 12_345,
    'one million one': 1_000_001,
    'nine hundred ninety nine billion': 999e9,
    'minus three point one four': -3.14,
  };
  for (const [words, value] of Object.entries(numbers)) assert.equal(heard(say.number(value)), words);
});

test('what cannot be said throws, and names it', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1e12, 1e-9])
    assert.throws(() => say.number(value), { name: 'RangeError', message: /no number that can be said/ });
  assert.throws(() => say.digits('12a'), { name: 'RangeError', message: /'12a'/ });
  assert.throws(() => say.spelled('ü'), { name: 'RangeError', message: /'ü'/ });
  for (const date of ['2026-02-29', '2026-13-01', '2026-00-10', '22.11.2026', { year: 2026, month: 11, day: 31 }])
    assert.throws(() => say.date(date), { name: 'RangeError', message: /no day/ });
  for (const time of ['24:00', '12:60', '12', 'noon'])
    assert.throws(() => say.time(time), { name: 'RangeError', message: /no time/ });
});

test('digits, dates, times and letters', () => {
  assert.equal(heard(say.digits('10*#')), 'one zero star hash');
  assert.equal(heard(say.date('2026-11-22')), 'Sunday November twenty second two thousand twenty six');
  assert.equal(heard(say.date({ year: 2000, month: 2, day: 29 })), 'Tuesday February twenty ninth two thousand');
  assert.equal(heard(say.date('1984-01-30')), 'Monday January thirtieth nineteen eighty four');
  assert.equal(heard(say.date('1901-08-01')), 'Thursday August first nineteen oh one');
  assert.equal(heard(say.time('14:05')), 'two oh five p m');
  assert.equal(heard(say.time('00:00')), "twelve o'clock a m");
  assert.equal(heard(say.time('11:59')), 'eleven fifty nine a m');
  assert.equal(heard(say.spelled('Ab-9@x')), 'A B dash nine at X');
});

test('every prompt that a number, a day, a time or a text needs is among the sounds', () => {
  const there = (said: Said): void => {
    for (const file of said.files) {
      assert.ok(file in PROMPTS, file);
      assert.ok(existsSync(join(import.meta.dirname, '..', '..', '..', 'sounds', `${file}.wav`)), file);
    }
  };
  fc.assert(fc.property(fc.integer({ min: -999_999_999_999, max: 999_999_999_999 }), (n) => there(say.number(n))));
  for (let hour = 0; hour < 24; hour += 1) there(say.time(`${hour}:${String((hour * 7) % 60).padStart(2, '0')}`));
  for (let day = 1; day <= 31; day += 1) there(say.date({ year: 1900 + day, month: ((day - 1) % 2) * 2 + 1, day }));
  for (let month = 1; month <= 12; month += 1) there(say.date({ year: 2026, month, day: month }));
  there(say.spelled('abcdefghijklmnopqrstuvwxyz0123456789 -.+/=@*#'));
});
