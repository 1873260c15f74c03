import type { Uri } from '../../message/index.ts';
import type { Hop, Protocol } from '../types.ts';
import { defaultPorts } from '../via.ts';
import type { Family, Naptr, Srv } from './resolver.ts';

/** One place to try. */
export interface Target {
  readonly protocol: Protocol;
  readonly hop: Hop;
}

/** A SRV question: whom to ask for, and the transport that its answers speak. */
export interface Service {
  readonly protocol: Protocol;
  readonly name: string;
}

/** What a URI alone says (RFC 3263 §4.1, §4.2). */
export type Plan =
  | { readonly kind: 'known'; readonly target: Target }
  | HostPlan
  /** The transport is known, the port is not: SRV, else the host's own address. */
  | { readonly kind: 'service'; readonly service: Service; readonly host: HostPlan }
  /** Nothing is known: NAPTR, else SRV of each of these, else the host's own address. */
  | {
      readonly kind: 'domain';
      readonly domain: string;
      readonly services: readonly Service[];
      readonly host: HostPlan;
    }
  | { readonly kind: 'nowhere'; readonly why: string };

/** The address of a host whose transport and port are known. */
export interface HostPlan {
  readonly kind: 'host';
  readonly protocol: Protocol;
  readonly host: string;
  readonly port: number;
}

const MOST_RECORDS = 16;

/** `speaks`: the transports we can open, in the order they are preferred where nobody else says. */
export function planOf(uri: Uri, speaks: readonly Protocol[]): Plan {
  const secure = uri.scheme === 'sips';
  const host = bare(uri.params.get('maddr') ?? uri.host);
  const named = protocolOf(uri.params.get('transport')?.toLowerCase(), secure);
  if (named === 'unknown' || (uri.scheme !== 'sip' && !secure)) return { kind: 'nowhere', why: 'no such transport' };
  const protocol = named ?? (secure ? 'tls' : 'udp');
  const plain: HostPlan = { kind: 'host', protocol, host, port: uri.port ?? defaultPorts[protocol] };
  const address = isAddress(host);
  if (named === undefined && !address && uri.port === undefined) {
    const services = speaks.filter((one) => !secure || one === 'tls').map((one) => serviceOf(one, host));
    return { kind: 'domain', domain: host, services, host: plain };
  }
  if (!speaks.includes(protocol)) return { kind: 'nowhere', why: `we do not speak ${protocol}` };
  if (address) return { kind: 'known', target: { protocol, hop: { address: host, port: plain.port } } };
  return uri.port === undefined ? { kind: 'service', service: serviceOf(protocol, host), host: plain } : plain;
}

/** §4.1: what NAPTR offers of what we speak, best first; secure URIs take secure transports only. */
export function servicesOf(
  records: readonly Naptr[],
  speaks: readonly Protocol[],
  secure: boolean,
): readonly Service[] {
  return records
    .slice(0, MOST_RECORDS)
    .toSorted((a, b) => a.order - b.order || a.preference - b.preference)
    .flatMap(({ flags, service, replacement }) => {
      const protocol = flags.toLowerCase() === 's' ? OFFERS[service.toUpperCase()] : undefined;
      const usable = protocol !== undefined && speaks.includes(protocol) && (!secure || protocol === 'tls');
      return usable && replacement !== '' ? [{ protocol, name: replacement }] : [];
    });
}

const OFFERS: Readonly<Record<string, Protocol>> = { 'SIP+D2U': 'udp', 'SIP+D2T': 'tcp', 'SIPS+D2T': 'tls' };

/**
 * RFC 2782: lowest priority first; within one, each place is drawn with a chance in proportion to its weight. `random` gives a
 * whole number below its argument. A target `.` says that there is no such service.
 */
export function inTurn(records: readonly Srv[], random: (below: number) => number): readonly Srv[] {
  const left = records
    .filter(({ target, port }) => target !== '' && target !== '.' && port > 0)
    .slice(0, MOST_RECORDS)
    .toSorted((a, b) => a.priority - b.priority || a.weight - b.weight);
  const turn: Srv[] = [];
  while (left.length > 0) {
    const equal = left.filter(({ priority }) => priority === left[0]?.priority);
    const total = equal.reduce((sum, { weight }) => sum + weight, 0);
    const drawn = random(total + 1);
    let sum = 0;
    const at = equal.findIndex(({ weight }) => (sum += weight) >= drawn);
    turn.push(...left.splice(Math.max(0, at), 1));
  }
  return turn;
}

/** The families of addresses, as we can use them (RFC 7984 §3). */
export function familiesOf(locals: readonly Hop[]): readonly Family[] {
  const has = (family: Family): boolean => locals.some(({ address }) => address.includes(':') === (family === 6));
  return ([6, 4] as const).filter(has);
}

function protocolOf(transport: string | undefined, secure: boolean): Protocol | 'unknown' | undefined {
  if (transport === undefined) return undefined;
  // RFC 3261 §26.2.2: sips over tcp is TLS; over udp there is none.
  if (secure) return transport === 'tcp' || transport === 'tls' ? 'tls' : 'unknown';
  return transport === 'udp' || transport === 'tcp' || transport === 'tls' ? transport : 'unknown';
}

const PREFIXES: Readonly<Record<Protocol, string>> = {
  udp: '_sip._udp.',
  tcp: '_sip._tcp.',
  tls: '_sips._tcp.',
  ws: '_sip._ws.',
  wss: '_sips._ws.',
};

function serviceOf(protocol: Protocol, domain: string): Service {
  return { protocol, name: PREFIXES[protocol] + domain };
}

/** Dotted quads and everything with a colon: names have neither. */
function isAddress(host: string): boolean {
  return host.includes(':') || /^\d{1,3}(\.\d{1,3}){3}$/.test(host);
}

function bare(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}
