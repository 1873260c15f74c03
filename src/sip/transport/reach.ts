import type { Uri } from '../message/index.ts';
import type { Flow, Wire } from './types.ts';
import { defaultPorts } from './via.ts';

/**
 * A flow to a peer last met on `last`, whose URI (Contact, or the first route) is `target`: the same connection while it
 * lives, else a new one where the URI names the address that it came from. Behind a NAT, over WebSocket (RFC 7118 §5) and for
 * outbound contacts (RFC 5626 §5.3) only the peer can connect again: undefined, at once.
 */
export function reach(
  wire: Wire,
  last: Pick<Flow, 'protocol' | 'local' | 'remote' | 'name'>,
  target: Uri,
): Flow | undefined {
  const { protocol, local, remote, name } = last;
  if (protocol === 'udp') return wire.open(protocol, remote, local) ?? wire.open(protocol, remote);
  const living = wire.open(protocol, remote, local, 'existing', name);
  if (living !== undefined || protocol === 'ws' || protocol === 'wss' || target.params.has('ob')) return living;
  const address = target.host.replace(/^\[|\]$/g, '');
  if (address !== remote.address.toLowerCase()) return undefined;
  return wire.open(protocol, { address, port: target.port ?? defaultPorts[protocol] }, local, undefined, name);
}

/**
 * The URI by which a flow's peer reaches us, `at` being the `host:port` it knows (RFC 3261 §19.1.1, RFC 7118 §5.2.2). `secure`:
 * the peer is met by a sips URI, and must meet us by one (§8.1.1.8, §12.1.1).
 */
export function contactOf({ protocol }: Pick<Flow, 'protocol'>, at: string, secure = false): string {
  if (secure && protocol === 'tls') return `sips:${at}`;
  if (secure && protocol === 'wss') return `sips:${at};transport=ws`;
  if (protocol === 'udp') return `sip:${at}`;
  // Unasked, a sips URI would ask the same of every hop behind us, and phones refuse to be called by it from a sip URI.
  return `sip:${at};transport=${protocol === 'wss' ? 'ws' : protocol}`;
}
