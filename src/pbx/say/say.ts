import { type Day, dateFiles, timeFiles } from './date.ts';
import { digitFiles, numberFiles } from './number.ts';
import { spelledFiles } from './spelled.ts';

/** Something said in several prompts, one after another without a gap. */
export interface Said {
  readonly files: readonly string[];
}

/**
 * What is put together from prompts, for `play`: `call.play('welcome', say.number(42))`. English. Each throws a RangeError
 * for what cannot be said.
 */
export const say = {
  /** forty two; whole or decimal, below a thousand billions. */
  number: (value: number): Said => ({ files: numberFiles(value) }),
  /** one two three four; digits, `*` and `#`. */
  digits: (digits: string): Said => ({ files: digitFiles(digits) }),
  /** A day: '2026-11-22', or its year, month (1–12) and day. */
  date: (date: string | Day): Said => ({ files: dateFiles(date) }),
  /** A time of day: '14:05'. */
  time: (time: string): Said => ({ files: timeFiles(time) }),
  /** Letter by letter: a–z, digits, space and - . + / = @ * #. */
  spelled: (text: string): Said => ({ files: spelledFiles(text) }),
} as const;
