import { base64, type Kernel } from '../kernel/index.ts';
import { keyOctets, type LocalCrypto, type SrtpPolicy } from '../sdp/index.ts';

/** Our SRTP keys of one leg. */
export interface Keying extends LocalCrypto {
  /** The key that the peer protects with from now on; undefined: none. */
  met(theirs: string | undefined): void;
}

/**
 * A leg keeps its keys for as long as its peer does, and with them the rollover counters: a re-INVITE changes nothing. When
 * the peer offers a new key it may be another machine that knows no counter of ours, so it is answered with a new one too
 * (RFC 4568 §7.1.4).
 */
export function createKeying(policy: SrtpPolicy, { crypto }: Pick<Kernel, 'crypto'>): Keying {
  const ours = new Map<string, string>();
  let known: string | undefined;
  return {
    policy,
    keyOf(suite, theirs) {
      if (theirs !== undefined && known !== undefined && theirs !== known) ours.clear();
      const key = ours.get(suite) ?? base64(crypto.random(keyOctets(suite)));
      ours.set(suite, key);
      return key;
    },
    met(theirs) {
      known = theirs;
    },
  };
}
