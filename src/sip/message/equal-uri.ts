import { unescapeUnreserved } from './escape.ts';
import type { Params, Uri } from './types.ts';
import { printUri, readUri, writtenUri } from './uri.ts';

/** These never match when they stand in one URI only (RFC 3261 §19.1.4); transport by the rule on default values. */
const NEVER_IGNORED: ReadonlySet<string> = new Set(['user', 'ttl', 'method', 'maddr', 'transport']);

/** These header values differ by case; all other URI parts behind the host do not. */
const EXACT_HEADERS: ReadonlySet<string> = new Set(['body', 'call-id']);

/** Whether two URIs are equivalent (RFC 3261 §19.1.4; for tel: RFC 3966 §4; other schemes by their characters). Not transitive. */
export function equalUri(a: Uri, b: Uri): boolean {
  if (a.scheme !== b.scheme) return false;
  if (a.scheme === 'tel') return dialable(a.host) === dialable(b.host);
  if (a.scheme !== 'sip' && a.scheme !== 'sips') return a.host === b.host;
  const escaped = writtenUri(a) !== undefined || writtenUri(b) !== undefined;
  return escaped ? equalParts(comparable(a), comparable(b)) : equalParts(a, b);
}

/** The URI with those escapes resolved that make no difference. */
function comparable(uri: Uri): Uri {
  return readUri(writtenUri(uri) ?? printUri(uri), unescapeUnreserved) ?? uri;
}

function equalParts(a: Uri, b: Uri): boolean {
  return (
    a.user === b.user &&
    a.password === b.password &&
    a.port === b.port &&
    sameText(a.host, b.host) &&
    paramsFit(a.params, b.params, true) &&
    paramsFit(b.params, a.params, false) &&
    (a.headers === b.headers || headerList(a.headers) === headerList(b.headers))
  );
}

function paramsFit(a: Params, b: Params, compare: boolean): boolean {
  for (const [name, value] of a) {
    const other = b.get(name);
    if (other === undefined ? NEVER_IGNORED.has(name) : compare && !sameText(value, other)) return false;
  }
  return true;
}

function sameText(a: string, b: string): boolean {
  return a === b || (a.length === b.length && a.toLowerCase() === b.toLowerCase());
}

/** URI headers in an order and spelling that is the same for equal ones. */
function headerList(headers: string): string {
  return headers.split('&').map(comparableHeader).sort().join('&');
}

function comparableHeader(header: string): string {
  const equals = header.indexOf('=');
  const plain = unescapeUnreserved(header) ?? header;
  if (equals < 0) return plain.toLowerCase();
  const [name = '', ...rest] = plain.split('=');
  const value = rest.join('=');
  return EXACT_HEADERS.has(name.toLowerCase()) ? `${name.toLowerCase()}=${value}` : `${name}=${value}`.toLowerCase();
}

/** A tel: number and its parameters, without the visual separators `-.()`, in lower case and in one order. */
function dialable(text: string): string {
  const [number = '', ...params] = text.toLowerCase().split(';');
  return [withoutSeparators(number), ...params.map(telParam).sort()].join(';');
}

function telParam(param: string): string {
  return param.startsWith('ext=') || param.startsWith('phone-context=+')
    ? withoutSeparators(param, param.indexOf('='))
    : param;
}

function withoutSeparators(text: string, from = 0): string {
  let plain = text.slice(0, from);
  for (let at = from; at < text.length; at += 1) if (!'-.()'.includes(text.charAt(at))) plain += text.charAt(at);
  return plain;
}
