import { all, digits, endOf, HOST, IPV6 } from './characters.ts';

/** The place behind the host that begins at `from` (name, IPv4 address or [IPv6] reference); -1 when none stands there. */
export function hostEnd(text: string, from: number): number {
  if (text.charCodeAt(from) === 91) return referenceEnd(text, from);
  const first = text.charCodeAt(from);
  if (first === 45 || first === 46) return -1;
  const end = endOf(HOST, text, from);
  return end > from ? end : -1;
}

function referenceEnd(text: string, from: number): number {
  const close = text.indexOf(']', from);
  if (close < 0 || !all(IPV6, text, from + 1, close)) return -1;
  const colon = text.indexOf(':', from);
  return colon >= 0 && colon < close ? close + 1 : -1;
}

/** The host in lower case; the third colon that RFC 3261's grammar put into some addresses is dropped (RFC 5118 §4.10). */
export function hostAt(text: string, from: number, to: number): string {
  const host = text.slice(from, to).toLowerCase();
  return host.charCodeAt(0) === 91 ? host.replace(':::', '::') : host;
}

/** A port, 1…65535; undefined for anything else. */
export function portAt(text: string, from: number, to: number): number | undefined {
  const port = digits(text, from, to);
  return port !== undefined && port > 0 && port < 65_536 ? port : undefined;
}
