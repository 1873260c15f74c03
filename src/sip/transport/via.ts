import type { Via } from '../message/index.ts';
import type { Hop, Protocol } from './types.ts';

/** Where no port is written (RFC 3261 §18.1.1, RFC 7118 §9). */
export const defaultPorts: Readonly<Record<Protocol, number>> = { udp: 5060, tcp: 5060, tls: 5061, ws: 80, wss: 443 };

/** `host:port`, an IPv6 address in brackets. */
export function hostPort({ address, port }: Hop): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

/** The sent-by of a Via with its port spelt out, to be compared. */
export function sentByOf(via: Via, protocol: Protocol): string {
  return hostPort({ address: bare(via.host).toLowerCase(), port: via.port ?? defaultPorts[protocol] });
}

/**
 * The top Via value of a request with `received` and `rport` telling where it came from (RFC 3261 §18.2.1, RFC 3581 §4).
 * What the sender wrote there itself is not believed: it would aim our responses at others.
 */
export function stamped(value: string, via: Via, source: Hop): string {
  const rport = via.params.has('rport');
  if (!rport && !via.params.has('received') && bare(via.host) === source.address) return value;
  return `${unstamped(value)};received=${source.address}${rport ? `;rport=${source.port}` : ''}`;
}

/**
 * Where a response goes over an unreliable transport (RFC 3261 §18.2.2, RFC 3581 §4): to `received` and `rport`, else the port of
 * sent-by. `maddr` is not followed: without multicast it serves only to aim responses at others.
 */
export function responseHop(via: Via, protocol: Protocol): Hop {
  const port = portOf(via.params.get('rport')) ?? via.port ?? defaultPorts[protocol];
  return { address: bare(via.params.get('received') ?? via.host), port };
}

/** Where a lost connection is made again for a response (§18.2.2): `rport` names the port that the old one had, which nobody listens on. */
export function reopenHop(via: Via, protocol: Protocol): Hop {
  return { address: bare(via.params.get('received') ?? via.host), port: via.port ?? defaultPorts[protocol] };
}

function portOf(text: string | undefined): number | undefined {
  const port = Number(text);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

/** RFC 5118 §4.5: with or without brackets. */
function bare(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}

/** The value without its `received` and `rport` parameters, the rest as it was written. */
function unstamped(value: string): string {
  let kept = '';
  for (let at = 0; at < value.length; ) {
    const end = paramEnd(value, at);
    const name = paramName(value, at, end);
    if (name !== 'received' && name !== 'rport') kept += value.slice(at, end);
    at = end;
  }
  return kept;
}

/** Where the piece that begins at `from`, at a semicolon or at the value's start, ends: before the next semicolon outside quotes. */
function paramEnd(value: string, from: number): number {
  let quoted = false;
  for (let at = from + 1; at < value.length; at += 1) {
    const char = value[at];
    if (quoted && char === '\\') at += 1;
    else if (char === '"') quoted = !quoted;
    else if (char === ';' && !quoted) return at;
  }
  return value.length;
}

function paramName(value: string, from: number, end: number): string {
  if (value[from] !== ';') return '';
  const equals = value.indexOf('=', from);
  return value
    .slice(from + 1, equals < 0 || equals > end ? end : equals)
    .trim()
    .toLowerCase();
}
