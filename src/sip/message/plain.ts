import { DISPLAY, endOf, HOST, is, skipSpace, TOKEN, UNESCAPED, USERINFO, VALUE } from './characters.ts';

/**
 * Fields of the shape that nearly all have, recognised in one pass where they stand in the message, with nothing cut out. What
 * is not recognised here may be sound all the same: then the checks proper look at it.
 */

/** Whether a Via value of that shape reaches from `from` to `to`: `SIP/2.0/UDP host:port;params`. */
export function isPlainVia(text: string, from: number, to: number): boolean {
  if (!text.startsWith('SIP/2.0/', from)) return false;
  const transport = endOf(TOKEN, text, from + 8);
  if (transport === from + 8 || text.charCodeAt(transport) !== 32) return false;
  const host = hostPortEnd(text, transport + 1);
  return host > 0 && paramsEnd(text, host) === to;
}

/** Whether a name-addr of that shape reaches from `from` to `to`: `"display" <sip:user@host:port;params>;params`. */
export function isPlainNameAddr(text: string, from: number, to: number): boolean {
  const quoted = text.charCodeAt(from) === 34;
  const display = quoted ? quoteEnd(text, from) : endOf(DISPLAY, text, from);
  const bracket = quoted && display > 0 ? skipSpace(text, display) : display;
  if (bracket < 0 || text.charCodeAt(bracket) !== 60) return false;
  const uri = plainUriEnd(text, bracket + 1);
  return uri > 0 && text.charCodeAt(uri) === 62 && paramsEnd(text, uri + 1) === to;
}

/** The tag behind a name-addr, which is not looked at: its only parameter, or '' without any; undefined: to be read properly. */
export function plainTag(value = ''): string | undefined {
  if (value.charCodeAt(0) === 34) return undefined;
  const end = value.indexOf('>') + 1;
  if (end === 0 || end === value.length) return end === 0 ? undefined : '';
  if (!value.startsWith(';tag=', end)) return undefined;
  const tag = endOf(TOKEN, value, end + 5);
  return tag === value.length && tag > end + 5 ? value.slice(end + 5) : undefined;
}

/** Whether a Call-ID reaches from `from` to `to`. */
export function isPlainWord(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (text.charCodeAt(at) < 33) return false;
  return to > from;
}

/** The place behind a URI `sip:user@host:port;params` without escapes or headers; -1 when none such begins at `from`. */
export function plainUriEnd(text: string, from: number): number {
  if (!text.startsWith('sip', from)) return -1;
  const colon = text.charCodeAt(from + 3) === 115 ? from + 4 : from + 3;
  if (text.charCodeAt(colon) !== 58) return -1;
  const user = endOf(USERINFO, text, colon + 1);
  if (text.charCodeAt(user) !== 64) return uriParamsEnd(text, hostPortEnd(text, colon + 1));
  return user === colon + 1 ? -1 : uriParamsEnd(text, hostPortEnd(text, user + 1));
}

/** Behind a name or IPv4 address, and its port when there is one. */
function hostPortEnd(text: string, from: number): number {
  const first = text.charCodeAt(from);
  const host = endOf(HOST, text, from);
  if (host === from || first === 45 || first === 46) return -1;
  return text.charCodeAt(host) === 58 ? portEnd(text, host + 1) : host;
}

function portEnd(text: string, from: number): number {
  let port = 0;
  let at = from;
  for (; at < from + 5; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    port = port * 10 + digit;
  }
  return port > 0 && port < 65_536 ? at : -1;
}

/** Without escapes, each value with something in it. */
function uriParamsEnd(text: string, from: number): number {
  let at = from;
  while (at >= 0 && text.charCodeAt(at) === 59) {
    const name = endOf(UNESCAPED, text, at + 1);
    if (name === at + 1) return -1;
    at = text.charCodeAt(name) === 61 ? someOf(UNESCAPED, text, name + 1) : name;
  }
  return at;
}

function paramsEnd(text: string, from: number): number {
  let at = from;
  while (at >= 0 && text.charCodeAt(at) === 59) {
    const name = endOf(TOKEN, text, at + 1);
    if (name === at + 1) return -1;
    at = text.charCodeAt(name) === 61 ? valueEnd(text, name + 1) : name;
  }
  return at;
}

function valueEnd(text: string, from: number): number {
  return text.charCodeAt(from) === 34 ? quoteEnd(text, from) : someOf(VALUE, text, from);
}

/** As `endOf`; -1 when there is nothing. */
function someOf(kind: number, text: string, from: number): number {
  return is(kind, text.charCodeAt(from)) ? endOf(kind, text, from + 1) : -1;
}

/** Behind a quoted string without quoted pairs; -1 when it is none. */
function quoteEnd(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 34) return at + 1;
    if (code < 32 || code === 92) return -1;
  }
  return -1;
}
