import { once } from 'node:events';
import { isIP, type Server, type Socket } from 'node:net';
import { StrowgerError } from '../../kernel/index.ts';
import type { Hop, Protocol } from '../../sip/transport/types.ts';
import { why } from '../why.ts';
import type { Connections } from './connections.ts';

/** How long what is queued may take to leave when a connection is closed. */
const LAST_WORDS_MS = 1000;

/** A server that listens, and the sockets it has. */
export interface Listening {
  readonly protocol: Protocol;
  readonly local: Hop;
  close(): Promise<void>;
}

/** Listens; rejects with E_BIND. Sockets above an address's limit are closed before anything is read from them. */
export async function listen(
  server: Server,
  protocol: Protocol,
  { address, port }: Hop,
  connections: Connections,
): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.prependListener('connection', (socket: Socket) => {
    const from = socket.remoteAddress;
    if (from === undefined || !connections.admit(from)) return void socket.destroy();
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      connections.release(from);
    });
    socket.on('error', () => undefined);
  });
  try {
    const listening = once(server, 'listening');
    server.listen({ host: address, port, ipv6Only: isIP(address) === 6, exclusive: true });
    await listening;
  } catch (error) {
    throw new StrowgerError('E_BIND', { address, port, protocol, why: why(error) }, { cause: error });
  }
  // Out of descriptors: it listens on, and takes the next when there are some.
  server.on('error', () => undefined);
  const bound = server.address();
  return {
    protocol,
    local: { address, port: typeof bound === 'object' && bound !== null ? bound.port : port },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        for (const socket of sockets) endSoon(socket);
      }),
  };
}

/** Sends what is queued, then closes; a peer that takes nothing is not waited for. */
export function endSoon(socket: Socket): void {
  socket.setTimeout(LAST_WORDS_MS, () => socket.destroy());
  socket.destroySoon();
}
