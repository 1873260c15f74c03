const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Base64 with padding (RFC 4648 §4). */
export function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const bits = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const signs = [18, 12, 6, 0].map((shift) => ALPHABET.charAt((bits >> shift) & 63)).join('');
    text += left >= 3 ? signs : signs.slice(0, left + 1).padEnd(4, '=');
  }
  return text;
}

/** The inverse of {@link base64}, its padding there or not; undefined: it is not base64. */
export function fromBase64(text: string): Uint8Array | undefined {
  const signs = text.replace(/={1,2}$/, '');
  if (signs.length % 4 === 1 || !/^[A-Za-z\d+/]*$/.test(signs)) return undefined;
  const bytes = new Uint8Array(Math.floor((signs.length * 3) / 4));
  let bits = 0;
  for (let at = 0, to = 0; at < signs.length; at += 1) {
    bits = ((bits << 6) | ALPHABET.indexOf(signs.charAt(at))) & 0xffffff;
    if (at % 4 !== 0) {
      bytes[to] = bits >> (6 - (at % 4) * 2);
      to += 1;
    }
  }
  return bytes;
}
