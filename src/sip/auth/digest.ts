import { type Crypto, fromLatin1, type HashName, hex } from '../../kernel/index.ts';

/** RFC 8760 §2.1; the names of the IANA registry, strongest first. */
export const ALGORITHMS = ['SHA-512-256', 'SHA-256', 'MD5'] as const;

export type Algorithm = (typeof ALGORITHMS)[number];

const HASHES: Readonly<Record<Algorithm, HashName>> = { 'SHA-512-256': 'sha512-256', 'SHA-256': 'sha256', MD5: 'md5' };

/** The algorithm of that name, which is MD5 when there is none; undefined for one we do not know (the -sess ones too). */
export function algorithmOf(name: string | undefined): Algorithm | undefined {
  const wanted = (name ?? 'MD5').toUpperCase();
  return ALGORITHMS.find((algorithm) => algorithm === wanted);
}

/** H(user:realm:password) in lower-case hex (RFC 7616 §3.4.2); the texts are people's, hashed as UTF-8. */
export function ha1(crypto: Crypto, algorithm: Algorithm, user: string, realm: string, password: string): string {
  return hex(crypto.hash(HASHES[algorithm], `${user}:${realm}:${password}`));
}

/** What a response is made over; wire text (one character an octet), quotes taken off. */
export interface DigestInput {
  readonly algorithm: Algorithm;
  readonly ha1: string;
  readonly nonce: string;
  readonly method: string;
  readonly uri: string;
  /** undefined: without qop, as RFC 2069 had it. */
  readonly counted: { readonly qop: 'auth' | 'auth-int'; readonly nc: string; readonly cnonce: string } | undefined;
  readonly body: Uint8Array;
}

/** The request-digest in lower-case hex (RFC 7616 §3.4.1, RFC 2617 §3.2.2.1). */
export function digestResponse(crypto: Crypto, input: DigestInput): string {
  const hash = (text: string): string => hex(crypto.hash(HASHES[input.algorithm], fromLatin1(text)));
  const { counted, nonce } = input;
  if (counted === undefined) return hash(`${input.ha1}:${nonce}:${hash(`${input.method}:${input.uri}`)}`);
  const entity = counted.qop === 'auth-int' ? `:${hex(crypto.hash(HASHES[input.algorithm], input.body))}` : '';
  const ha2 = hash(`${input.method}:${input.uri}${entity}`);
  return hash(`${input.ha1}:${nonce}:${counted.nc}:${counted.cnonce}:${counted.qop}:${ha2}`);
}
