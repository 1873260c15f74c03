import { digits, isSpace, isToken, skipSpace } from './characters.ts';
import type { CSeq } from './types.ts';

/** `number method`, the number below 2^31 (RFC 3261 §8.1.1.5); undefined when it is not that. */
export function parseCSeq(text: string): CSeq | undefined {
  const space = spaceAt(text);
  const number = digits(text, 0, space);
  const method = text.slice(skipSpace(text, space));
  return number !== undefined && number < 2 ** 31 && isToken(method) ? { number, method } : undefined;
}

function spaceAt(text: string): number {
  let at = 0;
  while (at < text.length && !isSpace(text.charCodeAt(at))) at += 1;
  return at;
}
