import { isIP } from 'node:net';
import type { Hop } from '../../sip/transport/types.ts';
import { isLoopback } from '../addresses.ts';

/**
 * The local hop that reaches an address: the one asked for where it can, else one of the same family and the same side
 * of loopback, and of several the one that shares the longest prefix, which is the one on the same network.
 */
export function chooseLocal<L extends Hop>(locals: readonly L[], address: string, wanted?: Hop): L | undefined {
  const able = locals.filter((local) => canReach(local.address, address));
  if (wanted !== undefined) {
    const there = able.filter((local) => local.address === wanted.address);
    const same = there.find((local) => local.port === wanted.port) ?? there[0];
    if (same !== undefined) return same;
  }
  return nearest(able, address);
}

/** IPv4 written as IPv6 (::ffff:192.0.2.1) is out of reach of a socket that speaks IPv6 only. */
function canReach(local: string, address: string): boolean {
  const family = isIP(address);
  if (family === 0 || address.includes('.') !== (family === 4)) return false;
  return isIP(local) === family && isLoopback(local) === isLoopback(address);
}

function nearest<L extends Hop>(locals: readonly L[], address: string): L | undefined {
  const [first] = locals;
  if (locals.length < 2 || first === undefined) return first;
  let best = first;
  for (const local of locals)
    if (sharedPrefix(local.address, address) > sharedPrefix(best.address, address)) best = local;
  return best;
}

/** How many leading bits two addresses of one family have in common. */
function sharedPrefix(a: string, b: string): number {
  const [left, right] = [groups(a), groups(b)];
  const differs = left.findIndex((group, at) => group !== right[at]);
  if (differs < 0) return left.length * 16;
  return differs * 16 + Math.clz32((left[differs] ?? 0) ^ (right[differs] ?? 0)) - 16;
}

/** An address as groups of 16 bits: two of IPv4, eight of IPv6 (RFC 4291 §2.2; no dotted tails). */
function groups(address: string): readonly number[] {
  if (isIP(address) === 4) {
    const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  }
  const [head = '', tail] = address.replace(/%.*/, '').split('::');
  const before = hexGroups(head);
  if (tail === undefined) return before;
  const after = hexGroups(tail);
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}

function hexGroups(text: string): readonly number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}
