import { read32 } from '../packet.ts';
import { Aes } from './aes.ts';
import type { Cipher } from './cipher.ts';
import { CounterMode } from './counter-mode.ts';
import { GaloisMode } from './galois-mode.ts';
import { applyKeystream } from './keystream.ts';
import type { Suite } from './suite.ts';

/** The ciphers of one direction: their session keys come out of one master key. */
export interface Ciphers {
  readonly rtp: Cipher;
  readonly rtcp: Cipher;
}

/** Octets of the key of HMAC-SHA1 (RFC 3711 §5.2). */
const AUTHENTICATION = 20;

/** `master`: key and salt one behind the other, as SDES carries them. */
export function ciphersOf(suite: Suite, master: Uint8Array): Ciphers {
  const key = master.subarray(0, suite.key);
  const salt = master.subarray(suite.key, suite.key + suite.salt);
  const derived = (label: number, octets: number): Uint8Array => derive(key, salt, label, octets);
  const cipher = (label: number, tag: number): Cipher => {
    const session = derived(label, suite.key);
    const sessionSalt = derived(label + 2, suite.salt);
    return suite.mode === 'galois'
      ? new GaloisMode(session, sessionSalt, label > 0)
      : new CounterMode(session, sessionSalt, derived(label + 1, AUTHENTICATION), tag);
  };
  return { rtp: cipher(0, suite.tag), rtcp: cipher(3, suite.reportTag) };
}

/**
 * Key derivation at rate zero (RFC 3711 §4.3.1, §4.3.3; RFC 6188 §4): the keystream of counter mode, its IV the salt with the
 * label in it. Labels: 0 encryption, 1 authentication, 2 salt; 3, 4 and 5 the same for SRTCP. A salt of 12 octets is followed
 * by two zeros.
 */
export function derive(key: Uint8Array, salt: Uint8Array, label: number, octets: number): Uint8Array {
  const x = new Uint8Array(16);
  x.set(salt);
  x[7]! ^= label;
  const derived = new Uint8Array(octets);
  applyKeystream(new Aes(key), derived, 0, octets, read32(x, 0), read32(x, 4), read32(x, 8), read32(x, 12));
  return derived;
}
