import { connect as connectTcp, createServer as createTcpServer, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import type { Kernel } from '../../kernel/index.ts';
import type { Flow, Hop } from '../../sip/transport/types.ts';
import { why } from '../why.ts';
import type { Channel, Connections } from './connections.ts';
import { endSoon, type Listening, listen } from './listening.ts';

/** A certificate chain and its key, PEM. */
export interface Credentials {
  readonly cert: string;
  readonly key: string;
}

/** A server whose certificate can be changed while it runs. */
export interface SecureListening extends Listening {
  use(credentials: Credentials): void;
}

export const HANDSHAKE_MS = 10_000;
const CONNECT_MS = 10_000;
/** Peers that vanished without a word are noticed by the system. */
const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelay: 60_000, noDelay: true };

export async function listenTcp(hop: Hop, connections: Connections): Promise<Listening> {
  const server = createTcpServer(KEEP_ALIVE);
  const listening = await listen(server, 'tcp', hop, connections);
  server.on('connection', (socket) => accepted('tcp', socket, listening.local, connections));
  return listening;
}

export async function listenTls(
  hop: Hop,
  connections: Connections,
  credentials: Credentials,
): Promise<SecureListening> {
  const server = createTlsServer({ ...KEEP_ALIVE, ...credentials, handshakeTimeout: HANDSHAKE_MS });
  server.on('tlsClientError', (_, socket) => socket.destroy());
  const listening = await listen(server, 'tls', hop, connections);
  server.on('secureConnection', (socket) => accepted('tls', socket, listening.local, connections));
  return { ...listening, use: (changed) => server.setSecureContext(changed) };
}

/** A connection of our own; its flow is there at once and keeps what is sent until it is open. */
export function connect(kernel: Kernel, protocol: 'tcp' | 'tls', to: Hop, local: Hop, connections: Connections): Flow {
  const where = { host: to.address, port: to.port, localAddress: local.address };
  // Phones show certificates of their own making: who is behind one, its digest tells.
  const socket = protocol === 'tls' ? connectTls({ ...where, rejectUnauthorized: false }) : connectTcp(where);
  const flow = connections.add(protocol, local, to, channelOver(socket));
  const deadline = kernel.house.after(CONNECT_MS, () => connections.lost(flow, 'no answer to the connection'));
  socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE.keepAliveInitialDelay);
  socket.once(protocol === 'tls' ? 'secureConnect' : 'connect', () => {
    deadline.cancel();
    connections.opened(flow);
  });
  socket.once('close', () => deadline.cancel());
  join(socket, flow, connections);
  return flow;
}

function accepted(protocol: 'tcp' | 'tls', socket: Socket, local: Hop, connections: Connections): void {
  const { remoteAddress, remotePort } = socket;
  // It was refused, or is gone already.
  if (socket.destroyed || remoteAddress === undefined || remotePort === undefined) return;
  const flow = connections.add(protocol, local, { address: remoteAddress, port: remotePort }, channelOver(socket));
  join(socket, flow, connections);
  connections.opened(flow);
}

function join(socket: Socket, flow: Flow, connections: Connections): void {
  socket.on('data', (bytes) => connections.received(flow, bytes));
  socket.on('drain', () => connections.drained(flow));
  socket.on('error', (error) => connections.lost(flow, why(error)));
  socket.on('close', () => connections.lost(flow, 'closed by the peer'));
}

function channelOver(socket: Socket): Channel {
  return {
    queued: () => socket.writableLength,
    write: (bytes) => void socket.write(bytes),
    end: () => endSoon(socket),
    destroy: () => void socket.destroy(),
  };
}
