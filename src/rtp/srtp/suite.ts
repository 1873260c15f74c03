/** Crypto-suites of SDES (RFC 4568 §6.2, RFC 6188, RFC 7714). */
export type SuiteName =
  | 'AES_CM_128_HMAC_SHA1_80'
  | 'AES_CM_128_HMAC_SHA1_32'
  | 'AES_256_CM_HMAC_SHA1_80'
  | 'AES_256_CM_HMAC_SHA1_32'
  | 'AEAD_AES_128_GCM'
  | 'AEAD_AES_256_GCM';

export interface Suite {
  readonly mode: 'counter' | 'galois';
  /** Octets of keys, of salts, and of the tags of RTP and RTCP. */
  readonly key: number;
  readonly salt: number;
  readonly tag: number;
  /** The tag of SRTCP is 80 bits whatever that of SRTP is (RFC 4568 §6.2.2). */
  readonly reportTag: number;
}

const counter = (key: number, tag: number): Suite => ({ mode: 'counter', key, salt: 14, tag, reportTag: 10 });
const galois = (key: number): Suite => ({ mode: 'galois', key, salt: 12, tag: 16, reportTag: 16 });

export const SUITES: Readonly<Record<SuiteName, Suite>> = {
  AES_CM_128_HMAC_SHA1_80: counter(16, 10),
  AES_CM_128_HMAC_SHA1_32: counter(16, 4),
  AES_256_CM_HMAC_SHA1_80: counter(32, 10),
  AES_256_CM_HMAC_SHA1_32: counter(32, 4),
  AEAD_AES_128_GCM: galois(16),
  AEAD_AES_256_GCM: galois(32),
};
