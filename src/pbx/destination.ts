import { parseNameAddr, type Uri } from '../sip/message/index.ts';
import type { Flow, Protocol, Wire } from '../sip/transport/types.ts';
import { type Destination, reach } from '../sip/usage/index.ts';
import type { Binding } from './bindings.ts';
import type { Account } from './config.ts';
import { requestUriOf } from './contact.ts';

/** One way to a phone, looked for when it is needed. */
export interface Way {
  /** undefined: there is none now. */
  readonly find: () => Destination | undefined;
  /** Nothing came back on it. */
  readonly unheard?: () => void;
}

/** Where a peer was last met. */
type Met = Pick<Flow, 'protocol' | 'local' | 'remote'>;

/**
 * The way to a registered contact: the flow its REGISTER came over, out of the socket that it went to. Through the proxies of
 * its Path (RFC 3327 §5.4) to the first of them, which may not be the one that brought the REGISTER.
 */
export function destinationOf(wire: Wire, { row, uri }: Binding, nat?: Account['nat']): Destination | undefined {
  const met: Met = {
    protocol: row.protocol as Protocol,
    local: { address: row.localAddress, port: row.localPort },
    remote: { address: row.sourceAddress, port: row.sourcePort },
  };
  const route = row.path === '' ? [] : row.path.split('\n');
  const proxy = route[0] === undefined ? undefined : parseNameAddr(route[0])?.uri;
  const flow =
    proxy === undefined
      ? reach(wire, nat === 'no' ? atContact(met, uri) : met, outboundUri(uri, row.regId))
      : reach(wire, throughProxy(met, proxy), { ...proxy, params: new Map() });
  return flow && { requestUri: requestUriOf(row.contact), flow, route };
}

/** What stands in no NAT's shadow is where its contact says, which may be another machine than the one that registered it. */
function atContact(met: Met, uri: Uri): Met {
  const address = uri.host.replace(/^\[(.*)\]$/, '$1');
  if (met.protocol !== 'udp' || !isAddress(address)) return met;
  return { ...met, remote: { address, port: uri.port ?? 5060 } };
}

function isAddress(host: string): boolean {
  return /^[\d.]+$|:/.test(host);
}

/** A flow that the phone keeps is not made anew by us (RFC 5626 §5.3). */
function outboundUri(uri: Uri, regId: number): Uri {
  return regId === 0 ? uri : { ...uri, params: new Map([...uri.params, ['ob', '']]) };
}

/** A proxy that Path names by an address is met there; one with a name, where its REGISTER came from. */
function throughProxy(met: Met, proxy: Uri): Met {
  const address = proxy.host.replace(/^\[(.*)\]$/, '$1');
  if (met.protocol !== 'udp' || !isAddress(address)) return met;
  return { ...met, remote: { address, port: proxy.port ?? 5060 } };
}
