import { comesFrom } from './source.ts';

/** An exchange that stands behind a NAT: where peers outside find it. */
export interface Network {
  /** Its IP address outside. */
  readonly external: string;
  /** The networks inside, each an address or a prefix (`192.168.0.0/16`). */
  readonly local: readonly string[];
}

/** Always inside: this machine, and its link (RFC 1122 §3.2.1.3, RFC 3927, RFC 4291 §2.4). */
const NEAR = ['127.0.0.0/8', '169.254.0.0/16', '::1', 'fe80::/10'];

/**
 * The address by which a peer reaches the socket at `local`: that itself, unless the socket is inside, the peer outside, and the
 * external address of the same family. Via, Contact and SDP say it.
 */
export function addressFor(network: Network | undefined, local: string, peer: string): string {
  if (network === undefined || local.includes(':') !== network.external.includes(':')) return local;
  const outside = comesFrom(network.local, local) && !comesFrom([...network.local, ...NEAR], peer);
  return outside ? network.external : local;
}
