/** Octets to text and back. SIP headers are handled as latin1 text: one character an octet, nothing lost. */

interface Latin1 {
  readonly decode: (bytes: Uint8Array, from: number, to: number) => string;
  readonly encode: (text: string) => Uint8Array;
}

let codec: Latin1 = {
  decode(bytes, from, to) {
    let text = '';
    for (let at = from; at < to; at += 4096) {
      text += String.fromCharCode(...bytes.subarray(at, Math.min(at + 4096, to)));
    }
    return text;
  },
  encode(text) {
    const bytes = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
    return bytes;
  },
};

/** Puts a platform's faster codec of the same meaning in place (node/ hands Buffer's in). */
export function useLatin1(faster: Latin1): void {
  codec = faster;
}

/** The octets as text, one character each (U+0000…U+00FF); not windows-1252, which TextDecoder calls latin1. */
export function latin1(bytes: Uint8Array, from = 0, to = bytes.length): string {
  return codec.decode(bytes, from, to);
}

/** The inverse of {@link latin1}; characters above U+00FF lose their high bits. */
export function fromLatin1(text: string): Uint8Array {
  return codec.encode(text);
}

const decoder = new TextDecoder('utf-8');
const encoder = new TextEncoder();

/** UTF-8 octets as text; broken sequences become U+FFFD. */
export function utf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

export function fromUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Text for people out of wire text: latin1 octets read as UTF-8 (RFC 3261 §7.3.1). */
export function display(wire: string): string {
  return isAscii(wire) ? wire : utf8(fromLatin1(wire));
}

/** Text for people as wire text: the inverse of {@link display}. */
export function wireText(text: string): string {
  return isAscii(text) ? text : latin1(fromUtf8(text));
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 127) return false;
  return true;
}

/** One flat string: what is put together of single characters costs more wherever it is used. */
export function hex(bytes: Uint8Array): string {
  const digits = new Uint8Array(bytes.length * 2);
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    digits[at * 2] = hexDigit(byte >> 4);
    digits[at * 2 + 1] = hexDigit(byte & 15);
  }
  return latin1(digits);
}

function hexDigit(value: number): number {
  return value < 10 ? 48 + value : 87 + value;
}

/** A flat copy of a slice that outlives its step: without it a contact would hold a whole datagram in memory. */
export function keep(slice: string): string {
  return slice.length === 0 ? '' : latin1(fromLatin1(slice));
}
