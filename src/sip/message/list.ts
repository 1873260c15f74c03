import { quotedEnd, trimmed } from './characters.ts';

/** Where the first value of a comma-separated line ends: at the comma, or the text's end. Quotes and brackets hide commas. */
export function valueEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 44) return at;
    if (code === 34) at = behind(quotedEnd(text, at), text);
    else if (code === 60) at = behind(text.indexOf('>', at) + 1, text);
    else at += 1;
  }
  return text.length;
}

/** A quote or bracket that never closes takes the rest with it. */
function behind(end: number, text: string): number {
  return end > 0 ? end : text.length;
}

/** Appends the values of one line, trimmed; empty ones are left out. Returns whether there were empty ones. */
export function splitInto(values: string[], text: string): boolean {
  // Most lines hold one value.
  if (text !== '' && !text.includes(',')) return pushTrimmed(values, text, 0, text.length);
  let empty = false;
  for (let from = 0; from <= text.length; ) {
    const end = valueEnd(text, from);
    if (pushTrimmed(values, text, from, end)) empty = true;
    from = end + 1;
  }
  return empty;
}

/** Returns true, with nothing appended, when only white space stands there. */
function pushTrimmed(values: string[], text: string, from: number, to: number): boolean {
  const value = trimmed(text, from, to);
  if (value !== '') values.push(value);
  return value === '';
}

/** The first value of a line, trimmed. */
export function firstValue(text: string): string {
  return trimmed(text, 0, text.includes(',') ? valueEnd(text, 0) : text.length);
}
