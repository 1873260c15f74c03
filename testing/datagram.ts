import type { Hop } from '../src/sip/transport/types.ts';

/** What a datagram carries, told from its first octets (RFC 7983 §7). */
export type Kind = 'sip' | 'rtp' | 'rtcp' | 'stun' | 'other';

/** A datagram as its sender sent it. */
export interface Datagram {
  readonly kind: Kind;
  readonly from: Hop;
  readonly to: Hop;
  readonly bytes: Uint8Array;
}

export function kindOf(bytes: Uint8Array): Kind {
  const [first = 0, second = 0] = bytes;
  if (first >= 128 && first < 192) return second >= 192 && second < 224 ? 'rtcp' : 'rtp';
  if (first < 4) return 'stun';
  // A SIP message begins with a token, or is a keep-alive of line ends.
  return (first >= 0x41 && first <= 0x7a) || first === 13 ? 'sip' : 'other';
}
