import { base64 } from '../../src/kernel/index.ts';
import { keyOctets, type LocalCrypto, type SuiteName } from '../../src/sdp/index.ts';
import type { Instrument } from './instrument.ts';

/** What a phone offers and answers of SRTP in one call: one key a suite for all of it. */
export function suiteKeys({ srtp, host }: Pick<Instrument, 'srtp' | 'host'>): LocalCrypto {
  const keys = new Map<SuiteName, string>();
  return {
    policy: srtp,
    keyOf: (suite) => {
      const key = keys.get(suite) ?? base64(host.kernel.crypto.random(keyOctets(suite)));
      keys.set(suite, key);
      return key;
    },
  };
}
