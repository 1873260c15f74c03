import { isIP } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import { StrowgerError } from '../kernel/index.ts';

/** As os.networkInterfaces() answers. */
export type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/**
 * The addresses to bind, each once, in the machine's order. Nothing asked for: IPv4 loopback and the private addresses,
 * for a public one must be named. A wildcard becomes every address of its family, because the local address of a
 * datagram cannot be read from a wildcard socket. Throws E_NO_ADDRESS when nothing is left.
 */
export function bindAddresses(asked: readonly string[], interfaces: Interfaces): readonly string[] {
  if (asked.length === 0) return some(own(interfaces, 'IPv4').filter(homely), 'loopback or a private network');
  return [...new Set(asked.flatMap((address) => meant(address, interfaces)))];
}

/** The addresses among these that a phone on another machine can use. */
export function reachable(addresses: readonly string[]): readonly string[] {
  return addresses.filter((address) => !isLoopback(address));
}

/** 127/8 (RFC 1122 §3.2.1.3) and ::1 (RFC 4291 §2.5.3). */
export function isLoopback(address: string): boolean {
  return address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
}

/** 10/8, 172.16/12, 192.168/16 (RFC 1918 §3). */
export function isPrivate(address: string): boolean {
  if (isIP(address) !== 4) return false;
  const [first = 0, second = 0] = address.split('.').map(Number);
  return first === 10 || (first === 172 && second >= 16 && second < 32) || (first === 192 && second === 168);
}

function homely(address: string): boolean {
  return isLoopback(address) || isPrivate(address);
}

function meant(address: string, interfaces: Interfaces): readonly string[] {
  if (address === '0.0.0.0') return some(own(interfaces, 'IPv4'), address);
  if (address === '::') return some(own(interfaces, 'IPv6').filter(unscoped), address);
  if (isIP(address) === 0) throw new StrowgerError('E_NO_ADDRESS', { wanted: address });
  return [address];
}

function own(interfaces: Interfaces, family: 'IPv4' | 'IPv6'): readonly string[] {
  const all = Object.values(interfaces).flatMap((of) => of ?? []);
  return [...new Set(all.filter((one) => one.family === family).map((one) => one.address))];
}

/** fe80::/10 means nothing without its interface (RFC 4007 §6) and cannot stand in a SIP URI. */
function unscoped(address: string): boolean {
  return !/^fe[89ab]/i.test(address);
}

function some(addresses: readonly string[], wanted: string): readonly string[] {
  if (addresses.length === 0) throw new StrowgerError('E_NO_ADDRESS', { wanted });
  return addresses;
}
