import { all, endOf, PLAIN, quotedEnd, skipSpace, TOKEN, trimmed, VALUE } from './characters.ts';
import { quote, unquote } from './quote.ts';
import type { Params } from './types.ts';

export const NO_PARAMS: Params = new Map<string, string>();

/**
 * `;name=value;flag` to a map: names in lower case, quoted values without their quotes, the first of a repeated name wins.
 * The leading semicolon may be left out. undefined when it is not that (an empty parameter, an open quote).
 */
export function parseParams(text: string): Params | undefined {
  const at = skipSpace(text, 0);
  if (at === text.length) return NO_PARAMS;
  return text.charCodeAt(at) === 59 ? paramsAt(text, at) : paramsAt(`;${text}`, 0);
}

/** Where the parts of the parameter scanned last stand: scanning builds nothing, so that checking costs little. */
const part = { nameAt: 0, nameEnd: 0, valueAt: 0, valueEnd: 0 };

/** The place behind the parameter whose semicolon stands at `at`, and its parts in {@link part}; -1 when it is none. */
function scanParam(text: string, at: number): number {
  if (text.charCodeAt(at) !== 59) return -1;
  part.nameAt = skipSpace(text, at + 1);
  part.nameEnd = endOf(TOKEN, text, part.nameAt);
  if (part.nameEnd === part.nameAt) return -1;
  const equals = skipSpace(text, part.nameEnd);
  part.valueAt = part.valueEnd = equals;
  if (equals === text.length || text.charCodeAt(equals) !== 61) return equals;
  part.valueAt = skipSpace(text, equals + 1);
  const quoted = part.valueAt < text.length && text.charCodeAt(part.valueAt) === 34;
  part.valueEnd = quoted ? quotedEnd(text, part.valueAt) : endOf(VALUE, text, part.valueAt);
  return part.valueEnd <= part.valueAt ? -1 : skipSpace(text, part.valueEnd);
}

/** Whether {@link paramsAt} reads them. */
export function areParams(text: string, from: number): boolean {
  let at = skipSpace(text, from);
  while (at >= 0 && at < text.length) at = scanParam(text, at);
  return at >= 0;
}

/** Parameters from `at`, where the end or a semicolon stands, to the end of the text (RFC 3261 §25.1 generic-param). */
export function paramsAt(text: string, from: number): Params | undefined {
  let at = skipSpace(text, from);
  if (at === text.length) return NO_PARAMS;
  const params = new Map<string, string>();
  while (at < text.length) {
    at = scanParam(text, at);
    if (at < 0) return undefined;
    const name = text.slice(part.nameAt, part.nameEnd).toLowerCase();
    const value = text.slice(part.valueAt, part.valueEnd);
    if (!params.has(name)) params.set(name, value.startsWith('"') ? unquote(value) : value);
  }
  return params;
}

/** `value;name=value…`, as in Event, Reason, Replaces, Subscription-State or Content-Type; the value is trimmed. */
export function parseValue(text: string): { readonly value: string; readonly params: Params } | undefined {
  const semicolon = text.indexOf(';');
  if (semicolon < 0) return { value: trimmed(text, 0, text.length), params: NO_PARAMS };
  const params = paramsAt(text, semicolon);
  return params && { value: trimmed(text, 0, semicolon), params };
}

/** `;name=value;flag`, values quoted where they must be; '' for none. */
export function printParams(params: Params): string {
  let text = '';
  for (const [name, value] of params) text += value === '' ? `;${name}` : `;${name}=${plainOrQuoted(value)}`;
  return text;
}

function plainOrQuoted(value: string): string {
  return all(PLAIN, value) ? value : quote(value);
}
