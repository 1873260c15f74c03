import { all, isSpace, skipSpace, TOKEN, trimmed } from './characters.ts';
import { HeaderLines } from './header-lines.ts';
import { bitOf, CALL_ID, CONTACT, FROM, keyOf, TO, usualAt, VIA } from './header-name.ts';
import { isPlainNameAddr, isPlainVia, isPlainWord } from './plain.ts';

/** More header lines than this are not read. */
export const MAX_LINES = 256;

export interface HeaderBlock {
  readonly headers: HeaderLines;
  /** Lines that were none are left out; the first such is named here. */
  readonly flaw: string | undefined;
  readonly tooMany: boolean;
  /** Names that are there, and there more than once: bits of `header-name`. */
  readonly there: number;
  readonly several: number;
  /** Those of them that were not seen to be sound on the way: they are to be checked. */
  readonly odd: number;
}

/** The lines from `from` to `to`, each with its CRLF; folded ones joined by one space (RFC 3261 §7.3.1). */
export function readHeaders(text: string, from: number, to: number): HeaderBlock {
  const names: string[] = [];
  const keys: string[] = [];
  const values: string[] = [];
  let flaw: string | undefined;
  let there = 0;
  let several = 0;
  let odd = 0;
  let at = from;
  // Lines that are none count too: each costs a search for its colon.
  for (let lines = 0; at < to && lines < MAX_LINES; lines += 1) {
    // Two searches for one character cost less than one for two: most lines end at the first CR, and are not folded.
    const cr = text.indexOf('\r', at);
    const plain = text.indexOf('\n', at) === cr + 1 && !(cr + 2 < to && isSpace(text.charCodeAt(cr + 2)));
    const lineEnd = plain ? cr : text.indexOf('\r\n', at);
    const end = plain ? cr : foldedEnd(text, lineEnd, to);
    const colon = text.indexOf(':', at);
    const usual = colon > at && colon < lineEnd ? usualAt(text, at, colon) : undefined;
    const name = usual?.name ?? (colon < 0 || colon > lineEnd ? '' : nameOf(text, at, colon));
    if (name === '' || (!plain && holdsBareBreak(text, at, end))) flaw ??= 'header line';
    else {
      const key = usual === undefined ? keyOf(name) : usual.key;
      const bit = usual === undefined ? bitOf(key) : usual.bit;
      names.push(name);
      keys.push(key);
      values.push(end === lineEnd ? trimmed(text, colon + 1, end) : unfolded(text, colon + 1, end));
      several |= there & bit;
      there |= bit;
      if (end !== lineEnd || !isPlain(bit, text, skipSpace(text, colon + 1), end)) odd |= bit;
    }
    at = end + 2;
  }
  return { headers: new HeaderLines(names, keys, values), flaw, tooMany: at < to, there, several, odd };
}

/** Whether that field is seen at once to be sound; with white space behind its value it is not. */
function isPlain(bit: number, text: string, from: number, to: number): boolean {
  if (bit === FROM || bit === TO || bit === CONTACT) return isPlainNameAddr(text, from, to);
  if (bit === VIA) return isPlainVia(text, from, to);
  return bit === CALL_ID && isPlainWord(text, from, to);
}

/** The end of the line that ends at `lineEnd`, with those that continue it. */
function foldedEnd(text: string, lineEnd: number, to: number): number {
  let end = lineEnd;
  while (end + 2 < to && isSpace(text.charCodeAt(end + 2))) end = text.indexOf('\r\n', end + 2);
  return end;
}

/** A token, with white space before the colon allowed; '' when it is none. */
function nameOf(text: string, from: number, colon: number): string {
  let end = colon;
  while (end > from && isSpace(text.charCodeAt(end - 1))) end -= 1;
  return all(TOKEN, text, from, end) ? text.slice(from, end) : '';
}

/** A CR or LF that stands alone: some would end the line there, and see another message than we do. */
function holdsBareBreak(text: string, from: number, to: number): boolean {
  for (let at = from; ; at += 2) {
    const cr = text.indexOf('\r', at);
    const lf = text.indexOf('\n', at);
    if (lf !== cr + 1) return true;
    if (cr >= to) return false;
    at = cr;
  }
}

function unfolded(text: string, from: number, to: number): string {
  let value = '';
  for (let at = from; at <= to; ) {
    const end = text.indexOf('\r\n', at);
    const piece = trimmed(text, at, end);
    value += value === '' || piece === '' ? piece : ` ${piece}`;
    at = skipSpace(text, end + 2);
    if (end >= to) break;
  }
  return value;
}
