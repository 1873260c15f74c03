import { all, DISPLAY, isSpace, quotedEnd, skipSpace, trimmed } from './characters.ts';
import { areParams, paramsAt, printParams } from './params.ts';
import { quote, unquote } from './quote.ts';
import type { NameAddr, Params, Uri } from './types.ts';
import { isUri, parseUri, printUri } from './uri.ts';

/**
 * From, To, Contact, Route, Refer-To…: `"display" <uri>;param` or `uri;param`, where in the second form all parameters are
 * the header's and the URI holds no comma or question mark (RFC 3261 §20.10). undefined when it is neither.
 */
export function parseNameAddr(text: string): NameAddr | undefined {
  if (!scan(text)) return undefined;
  const display = trimmed(text, part.displayAt, part.displayEnd);
  const uriText = text.slice(part.uriAt, part.uriEnd);
  const params = paramsAt(text, part.paramsAt);
  const uri = params && parseUri(uriText);
  return uri && params && { display: display.startsWith('"') ? unquote(display) : display, uri, uriText, params };
}

/** Whether {@link parseNameAddr} reads it. */
export function isNameAddr(text: string): boolean {
  return scan(text) && areParams(text, part.paramsAt) && isUri(text.slice(part.uriAt, part.uriEnd));
}

/** Where the parts of the name-addr scanned last stand: scanning builds nothing, so that checking costs little. */
const part = { displayAt: 0, displayEnd: 0, uriAt: 0, uriEnd: 0, paramsAt: 0 };

/** Finds the parts; false when they do not stand there. */
function scan(text: string): boolean {
  const from = skipSpace(text, 0);
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 34 && at === from) return scanQuoted(text, from);
    if (code === 60) return all(DISPLAY, text, from, at) && scanBrackets(text, from, at, at);
    if (code === 58) return scanBare(text, from);
  }
  return false;
}

function scanQuoted(text: string, from: number): boolean {
  const end = quotedEnd(text, from);
  const bracket = end < 0 ? text.length : skipSpace(text, end);
  return bracket < text.length && text.charCodeAt(bracket) === 60 && scanBrackets(text, from, end, bracket);
}

function scanBrackets(text: string, from: number, displayEnd: number, bracket: number): boolean {
  part.displayAt = from;
  part.displayEnd = displayEnd;
  part.uriAt = bracket + 1;
  part.uriEnd = text.indexOf('>', bracket);
  part.paramsAt = part.uriEnd + 1;
  return part.uriEnd >= 0;
}

function scanBare(text: string, from: number): boolean {
  let end = from;
  for (; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    if (code === 44 || code === 63) return false;
    if (code === 59 || isSpace(code)) break;
  }
  part.displayAt = part.displayEnd = from;
  part.uriAt = from;
  part.uriEnd = part.paramsAt = end;
  return true;
}

/** `"display" <uri>;params`; the display name is wire text (see `wireText` in kernel). */
export function printNameAddr(value: {
  readonly display?: string;
  readonly uri?: Uri;
  readonly uriText?: string;
  readonly params?: Params;
}): string {
  const uri = value.uriText ?? (value.uri === undefined ? '' : printUri(value.uri));
  const display = value.display === undefined || value.display === '' ? '' : `${quote(value.display)} `;
  return `${display}<${uri}>${value.params === undefined ? '' : printParams(value.params)}`;
}
