import { all, isSpace, is, PLAIN, quotedEnd, skipSpace, TOKEN, trimmed } from './characters.ts';
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

/** Parameters from `at`, where the end or a semicolon stands, to the end of the text (RFC 3261 §25.1 generic-param). */
export function paramsAt(text: string, from: number): Params | undefined {
  let at = skipSpace(text, from);
  if (at === text.length) return NO_PARAMS;
  const params = new Map<string, string>();
  while (at < text.length) {
    if (text.charCodeAt(at) !== 59) return undefined;
    const nameAt = skipSpace(text, at + 1);
    const nameEnd = tokenEnd(text, nameAt);
    if (nameEnd === nameAt) return undefined;
    const name = text.slice(nameAt, nameEnd).toLowerCase();
    at = skipSpace(text, nameEnd);
    let value = '';
    if (text.charCodeAt(at) === 61) {
      const valueAt = skipSpace(text, at + 1);
      const valueEnd = text.charCodeAt(valueAt) === 34 ? quotedEnd(text, valueAt) : plainEnd(text, valueAt);
      if (valueEnd <= valueAt) return undefined;
      value = text.slice(valueAt, valueEnd);
      if (value.charCodeAt(0) === 34) value = unquote(value);
      at = skipSpace(text, valueEnd);
    }
    if (!params.has(name)) params.set(name, value);
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

function tokenEnd(text: string, from: number): number {
  let at = from;
  while (is(TOKEN, text.charCodeAt(at))) at += 1;
  return at;
}

/** Values stand unquoted more widely than token / host allows: base64, URIs, `[…]` around received (RFC 5118 §4.5). */
function plainEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && !endsPlain(text.charCodeAt(at))) at += 1;
  return at;
}

function endsPlain(code: number): boolean {
  return (
    isSpace(code) ||
    code < 32 ||
    code === 127 ||
    code === 59 ||
    code === 44 ||
    code === 34 ||
    code === 60 ||
    code === 62
  );
}
