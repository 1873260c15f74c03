import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import type { Mapped } from '../pbx/index.ts';
import type { Hop } from '../sip/transport/types.ts';
import { bindingRequest, mappedIn } from '../stun/index.ts';
import { why } from './why.ts';

/** RFC 8489 §6.2.1: half a second, doubled; given up sooner than there, for it is asked again. */
const RETRIES_MS = [0, 500, 1500, 3500];
const PATIENCE_MS = 7500;

/**
 * Asks a STUN server from where a datagram of ours reaches it, by a socket of its own: the address counts, not the port. `then`
 * is told once.
 */
export function askStun(server: Hop, then: (mapped: Mapped) => void): void {
  if (server.port < 1 || server.port > 65_535) return then({ why: 'there is no such port' });
  const socket = createSocket(server.address.includes(':') ? 'udp6' : 'udp4');
  const transaction = randomBytes(12);
  const request = bindingRequest(transaction);
  const timers = RETRIES_MS.map((ms) => setTimeout(() => socket.send(request, server.port, server.address), ms));
  const done = (mapped: Mapped): void => {
    for (const timer of timers) clearTimeout(timer);
    socket
      .removeAllListeners()
      .on('error', () => undefined)
      .close();
    then(mapped);
  };
  timers.push(setTimeout(() => done({ why: 'it does not answer' }), PATIENCE_MS));
  for (const timer of timers) timer.unref();
  socket.unref();
  socket.on('error', (error) => done({ why: why(error) }));
  socket.on('message', (bytes) => {
    const mapped = mappedIn(bytes, transaction);
    if (mapped !== undefined) done({ address: mapped.address });
  });
}
