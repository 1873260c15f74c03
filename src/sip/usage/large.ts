import { print, type Request } from '../message/index.ts';
import type { Flow } from '../transport/types.ts';
import type { Destination } from './types.ts';

/** Octets that go into a datagram where nobody knows the path's MTU, and those of our Via (RFC 3261 §18.1.1). */
const LARGEST = 1300;
const VIA = 120;

/** The connection that a request is to go over because it is too large for a datagram; undefined: it is not, or there is none. */
export function largeFlow({ flow, large }: Destination, request: Request): Flow | undefined {
  if (large === undefined || flow.protocol !== 'udp' || print(request).length + VIA <= LARGEST) return undefined;
  return large();
}
