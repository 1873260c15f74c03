import { connect as connectTcp, createServer as createTcpServer, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, createServer as createTlsServer } from 'node:tls';
import type { Kernel } from '../../kernel/index.ts';
import type { Flow, Hop } from '../../sip/transport/types.ts';
import { notOf, type Verifying } from '../tls/identity.ts';
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

/** Somebody began TLS with us, and it came to nothing. */
export type HandshakeFailed = (address: string, why: string) => void;

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
  failed: HandshakeFailed,
): Promise<SecureListening> {
  const server = createTlsServer({ ...KEEP_ALIVE, ...credentials, handshakeTimeout: HANDSHAKE_MS });
  server.on('tlsClientError', (error, socket) => {
    failed(socket.remoteAddress ?? '', why(error));
    socket.destroy();
  });
  const listening = await listen(server, 'tls', hop, connections);
  server.on('secureConnection', (socket) => accepted('tls', socket, listening.local, connections));
  return { ...listening, use: (changed) => server.setSecureContext(changed) };
}

export interface Connecting {
  readonly kernel: Kernel;
  readonly protocol: 'tcp' | 'tls';
  readonly to: Hop;
  readonly local: Hop;
  readonly connections: Connections;
  /** The host that was asked for; undefined: an address was. */
  readonly name: string | undefined;
  /** undefined: anybody is believed. */
  readonly verifying: Verifying | undefined;
}

/** Phones show certificates of their own making: who is behind an address, its digest tells. Behind a name, its certificate. */
function credible(name: string | undefined, verifying: Verifying | undefined): ConnectionOptions {
  const servername = name === undefined ? {} : { servername: name };
  if (name === undefined || verifying === undefined) return { ...servername, rejectUnauthorized: false };
  const checkServerIdentity: ConnectionOptions['checkServerIdentity'] = (_, certificate) => {
    const against = notOf(name, certificate);
    return against === undefined ? undefined : new Error(against);
  };
  return { ...servername, secureContext: verifying.authorities(), checkServerIdentity };
}

/** A connection of our own; its flow is there at once and keeps what is sent until it is open. */
export function connect({ kernel, protocol, to, local, connections, name, verifying }: Connecting): Flow {
  const where = { host: to.address, port: to.port, localAddress: local.address };
  const socket = protocol === 'tls' ? connectTls({ ...where, ...credible(name, verifying) }) : connectTcp(where);
  const flow = connections.add(protocol, local, to, channelOver(socket), name);
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
