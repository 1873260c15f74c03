/** English as it is read out: lists of prompts, each a word or two. */

const ONES = 20;
const SCALES: readonly (readonly [number, string])[] = [
  [1e9, 'digits/billion'],
  [1e6, 'digits/million'],
  [1000, 'digits/thousand'],
];
/** Beyond this a number has no name here (below a thousand billions). */
const LARGEST = 1e12;

/** Each digit by itself; `*`, `#` and `+` have names. Throws a RangeError for anything else. */
export function digitFiles(digits: string): readonly string[] {
  return digits.split('').map((digit) => {
    const name = /^\d$/.test(digit) ? digit : SIGNS[digit];
    if (name === undefined) throw new RangeError(`'${digits}' is not only digits, * and #`);
    return `digits/${name}`;
  });
}

const SIGNS: Readonly<Record<string, string>> = { '*': 'star', '#': 'pound' };

/** A whole or decimal number. Throws a RangeError for one without a name. */
export function numberFiles(value: number): readonly string[] {
  const [whole = '', fraction = ''] = String(Math.abs(value)).split('.');
  if (!Number.isFinite(value) || Math.abs(value) >= LARGEST || !/^\d*$/.test(whole + fraction))
    throw new RangeError(`${value} is no number that can be said`);
  const tail = fraction === '' ? [] : ['digits/point', ...digitFiles(fraction)];
  return [...(value < 0 ? ['digits/minus'] : []), ...wholeFiles(Number(whole)), ...tail];
}

function wholeFiles(value: number): readonly string[] {
  for (const [scale, name] of SCALES) {
    if (value < scale) continue;
    const rest = value % scale;
    return [...wholeFiles(Math.floor(value / scale)), name, ...(rest === 0 ? [] : wholeFiles(rest))];
  }
  if (value >= 100) {
    const rest = value % 100;
    return [`digits/${Math.floor(value / 100)}`, 'digits/hundred', ...(rest === 0 ? [] : wholeFiles(rest))];
  }
  if (value <= ONES) return [`digits/${value}`];
  const ones = value % 10;
  return [`digits/${value - ones}`, ...(ones === 0 ? [] : [`digits/${ones}`])];
}

/** First, second… up to the thirty-first. */
export function ordinalFiles(value: number): readonly string[] {
  const ones = value % 10;
  if (value <= ONES || ones === 0) return [`digits/h-${value}`];
  return [`digits/${value - ones}`, `digits/h-${ones}`];
}
