import { wireText } from '../../kernel/index.ts';
import { hexDigit, is, USER } from './characters.ts';

/** The text with its %-escapes resolved, once (RFC 3261 §19.1.2); undefined when a % is no escape. */
export function unescape(text: string): string | undefined {
  return resolve(text, '');
}

/** RFC 2396 §2.2; the percent sign with them, lest %2540 become %40. */
const RESERVED = ';/?:@&=+$,%';

/** As {@link unescape}, but escapes of reserved characters stay: they are not equal to these (RFC 3261 §19.1.4). */
export function unescapeUnreserved(text: string): string | undefined {
  return resolve(text, RESERVED);
}

function resolve(text: string, kept: string): string | undefined {
  let percent = text.indexOf('%');
  if (percent < 0) return text;
  let plain = '';
  let from = 0;
  while (percent >= 0) {
    const high = hexDigit(text.charCodeAt(percent + 1));
    const low = hexDigit(text.charCodeAt(percent + 2));
    if (high < 0 || low < 0) return undefined;
    const character = String.fromCharCode(high * 16 + low);
    plain += text.slice(from, percent) + (kept.includes(character) ? percentOf(character.charCodeAt(0)) : character);
    from = percent + 3;
    percent = text.indexOf('%', from);
  }
  return plain + text.slice(from);
}

/** Escapes what the class does not allow; characters above U+00FF as their UTF-8 octets. */
export function escape(kind: number, text: string): string {
  let escaped = '';
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 255) return escape(kind, wireText(text));
    if (is(kind, code)) continue;
    escaped += text.slice(from, at) + percentOf(code);
    from = at + 1;
  }
  return escaped + text.slice(from);
}

/** A user part as it may stand before the @ of a URI: `*66#` gives `*66%23`. */
export function escapeUser(user: string): string {
  return escape(USER, user);
}

function percentOf(code: number): string {
  return `%${code < 16 ? '0' : ''}${code.toString(16).toUpperCase()}`;
}
