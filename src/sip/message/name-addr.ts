import { all, DISPLAY, isSpace, quotedEnd, skipSpace, trimmed } from './characters.ts';
import { paramsAt, printParams } from './params.ts';
import { quote, unquote } from './quote.ts';
import type { NameAddr, Params, Uri } from './types.ts';
import { parseUri, printUri } from './uri.ts';

/**
 * From, To, Contact, Route, Refer-To…: `"display" <uri>;param` or `uri;param`, where in the second form all parameters are
 * the header's and the URI holds no comma or question mark (RFC 3261 §20.10). undefined when it is neither.
 */
export function parseNameAddr(text: string): NameAddr | undefined {
  const from = skipSpace(text, 0);
  if (text.charCodeAt(from) === 34) return quotedForm(text, from);
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 60) return all(DISPLAY, text, from, at) ? bracketForm(trimmed(text, from, at), text, at) : undefined;
    if (code === 58) return bareForm(text, from);
  }
  return undefined;
}

function quotedForm(text: string, from: number): NameAddr | undefined {
  const end = quotedEnd(text, from);
  if (end < 0) return undefined;
  const bracket = skipSpace(text, end);
  return text.charCodeAt(bracket) === 60 ? bracketForm(unquote(text.slice(from, end)), text, bracket) : undefined;
}

function bracketForm(display: string, text: string, bracket: number): NameAddr | undefined {
  const close = text.indexOf('>', bracket);
  if (close < 0) return undefined;
  return nameAddr(display, text.slice(bracket + 1, close), paramsAt(text, close + 1));
}

function bareForm(text: string, from: number): NameAddr | undefined {
  let end = from;
  for (; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    if (code === 44 || code === 63) return undefined;
    if (code === 59 || isSpace(code)) break;
  }
  return nameAddr('', text.slice(from, end), paramsAt(text, end));
}

function nameAddr(display: string, uriText: string, params: Params | undefined): NameAddr | undefined {
  const uri = params && parseUri(uriText);
  return uri && params && { display, uri, uriText, params };
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
