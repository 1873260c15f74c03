import { wireText } from '../../kernel/index.ts';

/**
 * Text that cannot break out of its header line: no CR or LF, nothing above U+00FF (whose low octet could be one). Text for
 * people that slipped through becomes its UTF-8 octets.
 */
export function oneLine(text: string): string {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 255) return oneLine(wireText(text));
    if (code === 10 || code === 13) return oneLine(text.replaceAll('\r', ' ').replaceAll('\n', ' '));
  }
  return text;
}

/** A quoted-string (RFC 3261 §25.1) of wire text. */
export function quote(text: string): string {
  const safe = oneLine(text);
  let quoted = '"';
  let from = 0;
  for (let at = 0; at < safe.length; at += 1) {
    const code = safe.charCodeAt(at);
    if (code !== 34 && code !== 92) continue;
    quoted += `${safe.slice(from, at)}\\`;
    from = at;
  }
  return `${quoted + safe.slice(from)}"`;
}

/** The content of a quoted-string given with its quotes; its quoted-pairs resolved. */
export function unquote(text: string): string {
  const inner = text.slice(1, -1);
  if (!inner.includes('\\')) return inner;
  let plain = '';
  for (let at = 0; at < inner.length; at += 1) {
    if (inner.charCodeAt(at) === 92) at += 1;
    plain += inner.charAt(at);
  }
  return plain;
}
