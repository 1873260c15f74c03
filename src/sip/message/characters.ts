/** Which octets may stand where (RFC 3261 §25.1): one bit a class. */
export const TOKEN = 1;
/** Host names; the underscore is no RFC's but is on the wire. */
export const HOST = 2;
/** Between the brackets of an IPv6 reference. */
export const IPV6 = 4;
/** user: unreserved / user-unreserved. */
export const USER = 8;
/** password: unreserved / "&" / "=" / "+" / "$" / ",". */
export const PASSWORD = 16;
/** paramchar: unreserved / param-unreserved. */
export const PARAM = 32;
/** Parameter values that need no quotes: token / host. */
export const PLAIN = 64;
/** Unquoted display names: tokens and spaces, and what phones put there without harm; not `" , : ; < > \`. */
export const DISPLAY = 128;
/** URI schemes behind their first letter. */
export const SCHEME = 256;
/** Parameter values as they are on the wire without quotes: base64, URIs, `[…]` around received (RFC 5118 §4.5). */
export const VALUE = 512;
/** user parts that mean what they say: no escapes, passwords or parameters. */
export const USERINFO = 1024;
/** names and values of URI parameters that mean what they say: tokens without escapes. */
export const UNESCAPED = 2048;

const classes = new Uint16Array(256);

function allow(kind: number, characters: string): void {
  for (let at = 0; at < characters.length; at += 1) {
    const code = characters.charCodeAt(at);
    classes[code] = (classes[code] ?? 0) | kind;
  }
}

const ALPHANUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const UNRESERVED = `${ALPHANUM}-_.!~*'()`;
const TOKENS = `${ALPHANUM}-.!%*_+\`'~`;

allow(TOKEN, TOKENS);
allow(HOST, `${ALPHANUM}-._`);
allow(IPV6, '0123456789abcdefABCDEF:.');
allow(USER, `${UNRESERVED}&=+$,;?/`);
allow(PASSWORD, `${UNRESERVED}&=+$,`);
allow(PARAM, `${UNRESERVED}[]/:&+$`);
allow(PLAIN, `${TOKENS}[]:`);
allow(SCHEME, `${ALPHANUM}+-.`);
allow(USERINFO, `${UNRESERVED}&=+$/`);
allow(UNESCAPED, `${ALPHANUM}-.!*_+~`);
allow(DISPLAY, `${TOKENS} \t()/@[]?={}&$#|^`);
for (let code = 128; code < 256; code += 1) allow(DISPLAY, String.fromCharCode(code));
for (let code = 33; code < 256; code += 1) {
  const character = String.fromCharCode(code);
  if (code !== 127 && !';,"<>'.includes(character)) allow(VALUE, character);
}

export function is(kind: number, code: number): boolean {
  return ((classes[code] ?? 0) & kind) !== 0;
}

/** True when every character from `from` to `to` is of that class; also for nothing. */
export function all(kind: number, text: string, from = 0, to = text.length): boolean {
  for (let at = from; at < to; at += 1) if (!is(kind, text.charCodeAt(at))) return false;
  return true;
}

export function isToken(text: string): boolean {
  return text.length > 0 && all(TOKEN, text);
}

export function isSpace(code: number): boolean {
  return code === 32 || code === 9;
}

/** The first place at or after `at` that is no white space. */
export function skipSpace(text: string, at: number): number {
  let to = at;
  while (to < text.length && isSpace(text.charCodeAt(to))) to += 1;
  return to;
}

/** The first place at or after `at` that is not of that class. */
export function endOf(kind: number, text: string, at: number): number {
  let to = at;
  while (to < text.length && is(kind, text.charCodeAt(to))) to += 1;
  return to;
}

/** The slice without white space at its ends. */
export function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isSpace(text.charCodeAt(start))) start += 1;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/** 1*DIGIT as a number (leading zeros allowed), Infinity beyond 15 significant digits; undefined when it is something else. */
export function digits(text: string, from = 0, to = text.length): number | undefined {
  if (from >= to) return undefined;
  let value = 0;
  for (let at = from; at < to; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    value = value * 10 + digit;
    if (value > 999_999_999_999_999) value = Number.POSITIVE_INFINITY;
  }
  return value;
}

/** The value of a hexadecimal digit, or -1. */
export function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

/** The place behind the closing quote of the quoted string that begins at `at`; -1 when it never closes. */
export function quotedEnd(text: string, at: number): number {
  for (let to = at + 1; to < text.length; to += 1) {
    const code = text.charCodeAt(to);
    if (code === 34) return to + 1;
    if (code === 92) to += 1;
  }
  return -1;
}
