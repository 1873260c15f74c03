import { numberFiles, ordinalFiles } from './number.ts';

/** A day of the Gregorian calendar. */
export interface Day {
  readonly year: number;
  /** 1–12. */
  readonly month: number;
  /** 1–31. */
  readonly day: number;
}

const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Weekday, month, ordinal and year: “Sunday, November twenty second, two thousand twenty six”. Throws a RangeError for no such day. */
export function dateFiles(date: string | Day): readonly string[] {
  const { year, month, day } = typeof date === 'string' ? dayOf(date) : date;
  const known = [year, month, day].every((part) => Number.isInteger(part)) && year >= 1583 && year <= 9999;
  if (!known || day < 1 || day > (lengthOf(year, month) ?? 0))
    throw new RangeError(`${JSON.stringify(date)} is no day such as '2026-11-22'`);
  return [
    `digits/day-${weekday(year, month, day)}`,
    `digits/mon-${month - 1}`,
    ...ordinalFiles(day),
    ...yearFiles(year),
  ];
}

/** “two oh five p m”. Throws a RangeError for no time of day. */
export function timeFiles(time: string): readonly string[] {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(time)?.map(Number) ?? [];
  if (hours === undefined || minutes === undefined || hours > 23 || minutes > 59)
    throw new RangeError(`'${time}' is no time such as '14:05'`);
  const half = hours < 12 ? 'digits/a-m' : 'digits/p-m';
  return [...numberFiles(hours % 12 || 12), ...minuteFiles(minutes), half];
}

function minuteFiles(minutes: number): readonly string[] {
  if (minutes === 0) return ['digits/oclock'];
  return minutes < 10 ? ['digits/oh', `digits/${minutes}`] : numberFiles(minutes);
}

/** In hundreds where that is how one says it: nineteen hundred, nineteen eighty four; two thousand twenty six. */
function yearFiles(year: number): readonly string[] {
  const [century, rest] = [Math.floor(year / 100), year % 100];
  if (century % 10 === 0) return numberFiles(year);
  const tail = rest === 0 ? ['digits/hundred'] : rest < 10 ? ['digits/oh', `digits/${rest}`] : numberFiles(rest);
  return [...numberFiles(century), ...tail];
}

function dayOf(text: string): Day {
  const [, year = 0, month = 0, day = 0] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)?.map(Number) ?? [];
  return { year, month, day };
}

function lengthOf(year: number, month: number): number | undefined {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : LENGTHS[month - 1];
}

/** 0: Sunday; by Sakamoto's rule, in which a year begins in March. */
function weekday(year: number, month: number, day: number): number {
  const shift = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4][month - 1] ?? 0;
  const from = month < 3 ? year - 1 : year;
  return (from + Math.floor(from / 4) - Math.floor(from / 100) + Math.floor(from / 400) + shift + day) % 7;
}
