import { keep } from '../../kernel/index.ts';
import { all, PARAM, PASSWORD, SCHEME } from './characters.ts';
import { escape, escapeUser, unescape } from './escape.ts';
import { hostAt, hostEnd, portAt } from './host.ts';
import { NO_PARAMS } from './params.ts';
import type { Params, Uri } from './types.ts';

type Unescape = (text: string) => string | undefined;

/** URIs that hold escapes, as they were written: comparing asks which characters were escaped (RFC 3261 §19.1.4). */
const written = new WeakMap<Uri, string>();

/**
 * A URI, taken apart (RFC 3261 §19.1.1); undefined when it is none. Wider than the grammar where phones are (`#` unescaped
 * in the user part, `_` in host names), never where meaning would be guessed (spaces, `%` that is no escape, two ports).
 */
export function parseUri(text: string): Uri | undefined {
  const uri = readUri(text, unescape);
  if (uri !== undefined && text.includes('%')) written.set(uri, keep(text));
  return uri;
}

/** The URI's text as it came, where it came with escapes. */
export function writtenUri(uri: Uri): string | undefined {
  return written.get(uri);
}

/** As {@link parseUri}, with its own way to resolve escapes. */
export function readUri(text: string, resolve: Unescape): Uri | undefined {
  const colon = text.indexOf(':');
  if (colon < 1 || colon + 1 === text.length || !visible(text)) return undefined;
  const scheme = text.slice(0, colon).toLowerCase();
  if (scheme === 'sip' || scheme === 'sips') return sipUri(scheme, text, colon + 1, resolve);
  if (!isScheme(scheme)) return undefined;
  return {
    scheme,
    user: '',
    password: '',
    host: text.slice(colon + 1),
    port: undefined,
    params: NO_PARAMS,
    headers: '',
  };
}

/** Where the parts of the sip URI scanned last stand: scanning builds nothing, so that checking costs little. */
const part = { userEnd: 0, at: 0, hostAt: 0, hostEnd: 0, portEnd: 0, paramsEnd: 0 };
let port: number | undefined;

/** Finds the parts of a sip URI behind its scheme, those between semicolons excepted; false when they do not stand there. */
function scanSip(text: string, from: number): boolean {
  const at = text.indexOf('@', from);
  const colon = text.indexOf(':', from);
  part.at = at;
  part.userEnd = colon >= 0 && colon < at ? colon : at;
  if (part.userEnd === from || (part.userEnd < at && beginsParams(text, part.userEnd, at))) return false;
  part.hostAt = at < 0 ? from : at + 1;
  part.hostEnd = hostEnd(text, part.hostAt);
  if (part.hostEnd < 0) return false;
  const question = text.indexOf('?', part.hostEnd);
  part.paramsEnd = question < 0 ? text.length : question;
  const semicolon = text.indexOf(';', part.hostEnd);
  part.portEnd = semicolon >= 0 && semicolon < part.paramsEnd ? semicolon : part.paramsEnd;
  port = undefined;
  if (part.portEnd === part.hostEnd) return true;
  port = portAt(text, part.hostEnd + 1, part.portEnd);
  return port !== undefined && text.charCodeAt(part.hostEnd) === 58;
}

function sipUri(scheme: string, text: string, from: number, resolve: Unescape): Uri | undefined {
  if (!scanSip(text, from)) return undefined;
  const { at, userEnd, portEnd, paramsEnd } = part;
  const user = at < 0 ? '' : resolve(text.slice(from, userEnd));
  const password = userEnd < at ? resolve(text.slice(userEnd + 1, at)) : '';
  const params = portEnd < paramsEnd ? uriParams(text, portEnd, paramsEnd, resolve) : NO_PARAMS;
  if (user === undefined || password === undefined || params === undefined) return undefined;
  const host = hostAt(text, part.hostAt, part.hostEnd);
  return { scheme, user, password, host, port, params, headers: text.slice(paramsEnd + 1) };
}

/** Whether {@link parseUri} reads it. */
export function isUri(text: string): boolean {
  const from = text.startsWith('sip:') ? 4 : text.startsWith('sips:') ? 5 : 0;
  if (from === 0 || text.includes('%')) return readUri(text, unescape) !== undefined;
  if (!scanSip(text, from) || !visible(text, from, part.hostAt)) return false;
  return (
    part.portEnd === text.length || (visible(text, part.portEnd) && namesParams(text, part.portEnd, part.paramsEnd))
  );
}

/** Every semicolon from `from` to `to` has a name behind it. */
function namesParams(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at = paramPartEnd(text, at + 1, to, 59)) {
    const next = at + 1 < to ? text.charCodeAt(at + 1) : 59;
    if (next === 59 || next === 61) return false;
  }
  return true;
}

/** A password holds no `;` or `?`: there the @ stood in a parameter or header, where it must be escaped. */
function beginsParams(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (text.charCodeAt(at) === 59 || text.charCodeAt(at) === 63) return true;
  return false;
}

/** `;name=value…` from a semicolon to `to`; undefined when a parameter has no name or is broken. */
function uriParams(text: string, from: number, to: number, resolve: Unescape): Params | undefined {
  const params = new Map<string, string>();
  for (let at = from; at < to; ) {
    const nameEnd = paramPartEnd(text, at + 1, to, 61);
    const end = paramPartEnd(text, nameEnd, to, 59);
    const name = resolve(text.slice(at + 1, nameEnd))?.toLowerCase();
    const value = nameEnd < end ? resolve(text.slice(nameEnd + 1, end)) : '';
    if (name === undefined || name === '' || value === undefined) return undefined;
    if (!params.has(name)) params.set(name, value);
    at = end;
  }
  return params;
}

/** The place of that character or of the next semicolon, at most `to`. */
function paramPartEnd(text: string, from: number, to: number, code: number): number {
  let at = from;
  while (at < to && text.charCodeAt(at) !== code && text.charCodeAt(at) !== 59) at += 1;
  return at;
}

/** The URI as text, each part escaped as its place asks (RFC 3261 §19.1.2). */
export function printUri(uri: Uri): string {
  if (uri.scheme !== 'sip' && uri.scheme !== 'sips') return `${uri.scheme}:${uri.host}`;
  let text = `${uri.scheme}:`;
  if (uri.user !== '') {
    text += escapeUser(uri.user);
    if (uri.password !== '') text += `:${escape(PASSWORD, uri.password)}`;
    text += '@';
  }
  text += uri.host;
  if (uri.port !== undefined) text += `:${uri.port}`;
  for (const [name, value] of uri.params) {
    text += `;${escape(PARAM, name)}`;
    if (value !== '') text += `=${escape(PARAM, value)}`;
  }
  return uri.headers === '' ? text : `${text}?${uri.headers}`;
}

/** No space, control character, quote or angle bracket anywhere. */
function visible(text: string, from = 0, to = text.length): boolean {
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 33 || code === 34 || code === 60 || code === 62 || code === 127) return false;
  }
  return true;
}

/** ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ), of a text in lower case. */
function isScheme(scheme: string): boolean {
  const first = scheme.charCodeAt(0);
  return first >= 97 && first <= 122 && all(SCHEME, scheme);
}
