import { isUtf8 } from 'node:buffer';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Hop } from '../../sip/transport/types.ts';
import { why } from '../why.ts';
import type { Channel, Connections } from './connections.ts';
import { endSoon, type Listening, listen } from './listening.ts';
import { type Credentials, HANDSHAKE_MS, type HandshakeFailed, type SecureListening } from './stream.ts';

/** RFC 7118 §4. */
const SUBPROTOCOL = 'sip';
const MOST_OCTETS = 65_535;
/** How often a browser is asked whether it is still there; it answers by itself (RFC 6455 §5.5.2). */
const PING_MS = 30_000;
const TIMEOUTS = { headersTimeout: HANDSHAKE_MS, requestTimeout: HANDSHAKE_MS, maxHeaderSize: 16_384 };

export async function listenWs(hop: Hop, connections: Connections): Promise<Listening> {
  const server = createHttpServer(TIMEOUTS);
  return serve(server, 'ws', hop, connections);
}

export async function listenWss(
  hop: Hop,
  connections: Connections,
  credentials: Credentials,
  failed: HandshakeFailed,
): Promise<SecureListening> {
  const server = createHttpsServer({ ...TIMEOUTS, ...credentials, handshakeTimeout: HANDSHAKE_MS });
  server.on('tlsClientError', (error, socket: Socket) => {
    failed(socket.remoteAddress ?? '', why(error));
    socket.destroy();
  });
  const listening = await serve(server, 'wss', hop, connections);
  return { ...listening, use: (changed) => server.setSecureContext(changed) };
}

async function serve(
  server: HttpServer | HttpsServer,
  protocol: 'ws' | 'wss',
  hop: Hop,
  connections: Connections,
): Promise<Listening> {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MOST_OCTETS,
    perMessageDeflate: false,
    clientTracking: false,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  server.on('request', (_, response) => response.writeHead(426, { Upgrade: 'websocket' }).end('SIP over WebSocket\n'));
  const listening = await listen(server, protocol, hop, connections);
  server.on('upgrade', (request, socket: Socket, head) => {
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    if (!offered.includes(SUBPROTOCOL)) return void socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    sockets.handleUpgrade(request, socket, head, (webSocket) =>
      join(protocol, webSocket, socket, listening.local, connections),
    );
  });
  return listening;
}

function join(
  protocol: 'ws' | 'wss',
  webSocket: WebSocket,
  socket: Socket,
  local: Hop,
  connections: Connections,
): void {
  const { remoteAddress, remotePort } = socket;
  if (remoteAddress === undefined || remotePort === undefined) return webSocket.terminate();
  const remote = { address: remoteAddress, port: remotePort };
  const flow = connections.add(protocol, local, remote, channelOver(webSocket, socket));
  let answered = true;
  const pings = setInterval(() => {
    if (!answered) return connections.lost(flow, 'no answer to a ping');
    answered = false;
    webSocket.ping();
  }, PING_MS).unref();
  webSocket.on('pong', () => {
    answered = true;
  });
  webSocket.on('message', (data) => connections.received(flow, octets(data)));
  webSocket.on('error', (error) => connections.lost(flow, why(error)));
  webSocket.on('close', () => {
    clearInterval(pings);
    connections.lost(flow, 'closed by the peer');
  });
  connections.opened(flow);
}

/** A text message must be UTF-8 (RFC 7118 §5); browsers' stacks take text more readily than octets. */
function channelOver(webSocket: WebSocket, socket: Socket): Channel {
  return {
    queued: () => webSocket.bufferedAmount,
    write: (bytes) => webSocket.send(bytes, { binary: !isUtf8(bytes) }, () => undefined),
    end: () => {
      webSocket.close(1000);
      endSoon(socket);
    },
    destroy: () => webSocket.terminate(),
  };
}

function octets(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
