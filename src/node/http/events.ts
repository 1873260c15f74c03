import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { problemOf, TOPICS } from '../../api/index.ts';
import { type Kernel, StrowgerError } from '../../kernel/index.ts';
import type { Subscription, Topic } from '../../pbx/stream.ts';
import type { ExchangeView } from '../../pbx/view.ts';
import { type Admission, type Refusal, strangeHost } from './admission.ts';

export const EVENTS = '/api/events';
/** Offered beside the one that carries the token, and chosen. */
const SUBPROTOCOL = 'strowger.events';
const TOKEN_PROTOCOL = 'bearer.';
/** Whoever follows has nothing to say. */
const MOST_OCTETS = 1024;
const MOST_CLIENTS = 100;
const PING_MS = 30_000;
/** Close codes of one's own (RFC 6455 §7.4.2). */
const NO_LONGER_GOOD = 4401;
/** What is followed unless topics are named; quality must be, for it changes all the time. */
const USUAL: readonly Topic[] = TOPICS.filter((topic) => topic !== 'quality');

export interface EventsOptions {
  readonly kernel: Kernel;
  readonly view: ExchangeView;
  /** Left out: whoever reaches the server may. */
  readonly admission?: Admission;
  /** The server is on loopback only, where no other name is ours. */
  readonly loopback?: boolean;
}

/** Puts the event stream on a server; gives what ends it. */
export function attachEvents(server: Server, options: EventsOptions): () => void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MOST_OCTETS,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const url = urlOf(request);
    if (url?.pathname !== EVENTS) {
      const facts = { method: request.method ?? '', path: (url?.pathname ?? '').slice(0, 200) };
      return refuse(socket, 404, new StrowgerError('E_NOT_FOUND', facts));
    }
    const token = tokenIn(request, url);
    const refusal = against(options, request, token) ?? crowded(sockets.clients.size);
    if (refusal !== undefined) return refuse(socket, refusal.status, refusal.error);
    const topics = topicsIn(url);
    if (topics === undefined) {
      const error = new StrowgerError('E_INPUT', { mistakes: `topics: one or more of ${TOPICS.join(', ')}` });
      return refuse(socket, 400, error);
    }
    sockets.handleUpgrade(request, socket, head, (client) =>
      serve(options, client, topics, url.searchParams.get('since') ?? undefined, token),
    );
  });
  return () => {
    for (const client of sockets.clients) client.terminate();
  };
}

/** `since` on the same sides as a query: a client that reconnects need not change its headers. */
function serve(
  { kernel, view, admission }: EventsOptions,
  client: WebSocket,
  topics: readonly Topic[],
  since: string | undefined,
  token: string | undefined,
): void {
  let subscription: Subscription | undefined;
  const drained = (): void => {
    if (subscription !== undefined) kernel.input('stream', () => subscription?.drained());
  };
  const port = {
    send: (text: string) => client.send(text, drained),
    queued: () => client.bufferedAmount,
  };
  kernel.input('stream', () => {
    subscription = view.subscribe(port, topics, since);
  });
  let answered = true;
  const pings = setInterval(() => {
    if (!answered) return client.terminate();
    if (token !== undefined && admission?.stillGood(token) === false) return client.close(NO_LONGER_GOOD);
    answered = false;
    client.ping();
  }, PING_MS).unref();
  client.on('pong', () => {
    answered = true;
  });
  client.on('error', () => client.terminate());
  client.on('close', () => {
    clearInterval(pings);
    kernel.input('stream', () => subscription?.close());
    subscription = undefined;
  });
}

function against(
  { admission, loopback = false }: EventsOptions,
  request: IncomingMessage,
  token: string | undefined,
): Refusal | undefined {
  const strange = loopback ? strangeHost(request.headers) : undefined;
  if (strange !== undefined || admission === undefined) return strange;
  const knock = { headers: request.headers, url: request.url ?? '', source: request.socket.remoteAddress ?? '' };
  const admitted = admission.admit(knock, ['read'], token);
  return admitted.ok ? undefined : admitted.refusal;
}

function crowded(clients: number): Refusal | undefined {
  return clients < MOST_CLIENTS ? undefined : { status: 503, error: new StrowgerError('E_BUSY', {}) };
}

/** Browsers cannot send a header: they say it as a subprotocol, or in the query. */
function tokenIn({ headers }: IncomingMessage, url: URL): string | undefined {
  const [, bearer] = /^bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const said = offered.find((name) => name.startsWith(TOKEN_PROTOCOL))?.slice(TOKEN_PROTOCOL.length);
  return bearer ?? said ?? url.searchParams.get('token') ?? undefined;
}

/** undefined: one that there is not. */
function topicsIn(url: URL): readonly Topic[] | undefined {
  const named = url.searchParams.get('topics')?.split(',');
  if (named === undefined) return USUAL;
  const known = TOPICS.filter((topic) => named.includes(topic));
  return known.length === new Set(named).size ? known : undefined;
}

function urlOf({ url }: IncomingMessage): URL | undefined {
  return URL.parse(url ?? '', 'http://localhost') ?? undefined;
}

function refuse(socket: Duplex, status: number, error: StrowgerError): void {
  const body = JSON.stringify(problemOf(status, error));
  const head = [
    `HTTP/1.1 ${status} Refused`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  // Who is refused may keep his end open for ever: no time-out of the server is his any more.
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
