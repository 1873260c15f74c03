import { hex, type Kernel } from '../../kernel/index.ts';
import {
  type Malformed,
  type Message,
  parse,
  print,
  type Request,
  type Response,
  responseTo,
  withFirst,
} from '../message/index.ts';
import { bindingResponse } from '../../stun/index.ts';
import { STREAM_LIMITS, type StreamLimits, Streams } from './streams.ts';
import type { Flow, Wire, WireListener } from './types.ts';
import { hostPort, reopenHop, responseHop, sentByOf, stamped } from './via.ts';

export interface TransportParts {
  readonly kernel: Kernel;
  readonly wire: Wire;
  /** A sound message; telling it is the last thing done with it. */
  readonly deliver: (message: Message, flow: Flow) => void;
  /** Every message sent, repetitions too, and every datagram received that is not a keep-alive. */
  readonly trace?: (direction: 'in' | 'out', flow: Flow, bytes: Uint8Array) => void;
  /** The `host:port` that peers of a flow reach us by; its local address where none is given. */
  readonly sentBy?: (flow: Flow) => string;
  readonly streamLimits?: StreamLimits;
  /** Whether a request that came as a datagram is answered where it came from though it did not ask for that (RFC 3581). */
  readonly forceRport?: (request: Request, flow: Flow) => boolean;
}

/** Counts since start. */
interface TransportCensus {
  readonly received: number;
  readonly sent: number;
  readonly keepAlives: number;
  /** STUN binding requests answered (RFC 5626 §4.4.2). */
  readonly stun: number;
  readonly malformedAnswered: number;
  readonly malformedDropped: number;
  /** Responses whose top Via is not ours. */
  readonly foreignResponses: number;
  /** Connections that are open now. */
  readonly connections: number;
}

export interface Transport {
  /** Prints once and sends; the octets are for {@link Transport.resend}. */
  send(message: Message, flow: Flow): Uint8Array;
  resend(bytes: Uint8Array, flow: Flow): void;
  /** `host:port` for our Via; an IPv6 address in brackets. */
  sentBy(flow: Flow): string;
  /** The flow that takes the responses to a request that came over `flow`: a new one where a connection is lost (RFC 3261 §18.2.2). */
  responseFlow(request: Request, flow: Flow): Flow;
  /** `failed` is told of every flow that failed. */
  watch(failed: (flow: Flow, why: string) => void): void;
  census(): TransportCensus;
}

/** The transport layer (RFC 3261 §18) over one wire. TCP and TLS are framed here; a WebSocket's wire hands in whole messages. */
export function createTransport(parts: TransportParts): Transport & WireListener {
  return new Layer(parts);
}

const CR = 13;
const LF = 10;
const PONG = new Uint8Array([CR, LF]);

class Layer implements Transport, WireListener {
  readonly #parts: TransportParts;
  /** Makes the To tags of stateless responses: the same for a repeated request (RFC 3261 §8.2.7), not to be guessed. */
  readonly #secret: Uint8Array;
  readonly #watchers: ((flow: Flow, why: string) => void)[] = [];
  readonly #streams: Streams;
  readonly #counts: { -readonly [count in Exclude<keyof TransportCensus, 'connections'>]: number } = {
    received: 0,
    sent: 0,
    keepAlives: 0,
    stun: 0,
    malformedAnswered: 0,
    malformedDropped: 0,
    foreignResponses: 0,
  };

  constructor(parts: TransportParts) {
    this.#parts = parts;
    this.#secret = parts.kernel.crypto.random(16);
    this.#streams = new Streams({
      kernel: parts.kernel,
      limits: parts.streamLimits ?? STREAM_LIMITS,
      message: (flow, bytes) => parts.kernel.input('received', () => this.#message(flow, bytes)),
      ping: (flow) => this.#ping(flow),
      spoilt: (flow, why) => {
        parts.wire.close(flow);
        this.#tellFailed(flow, why);
      },
    });
  }

  send(message: Message, flow: Flow): Uint8Array {
    const bytes = print(message);
    this.resend(bytes, flow);
    return bytes;
  }

  resend(bytes: Uint8Array, flow: Flow): void {
    this.#counts.sent += 1;
    this.#parts.trace?.('out', flow, bytes);
    if (flow.reliable) this.#streams.sent(flow);
    this.#parts.wire.send(flow, bytes);
  }

  sentBy(flow: Flow): string {
    return this.#parts.sentBy?.(flow) ?? hostPort(flow.local);
  }

  responseFlow(request: Request, flow: Flow): Flow {
    if (flow.reliable) return this.#streams.has(flow) ? flow : this.#reopened(request, flow);
    if (!request.via.params.has('rport') && this.#parts.forceRport?.(request, flow) === true) return flow;
    const { address, port } = responseHop(request.via, flow.protocol);
    if (address === flow.remote.address && port === flow.remote.port) return flow;
    return this.#parts.wire.open(flow.protocol, { address, port }, flow.local) ?? flow;
  }

  watch(failed: (flow: Flow, why: string) => void): void {
    this.#watchers.push(failed);
  }

  census(): TransportCensus {
    return { ...this.#counts, connections: this.#streams.size };
  }

  received(flow: Flow, bytes: Uint8Array): void {
    this.#parts.kernel.input('received', () =>
      flow.reliable ? this.#streams.received(flow, bytes) : this.#datagram(flow, bytes),
    );
  }

  opened(flow: Flow): void {
    if (flow.reliable) this.#streams.opened(flow);
  }

  failed(flow: Flow, why: string): void {
    this.#streams.forget(flow);
    this.#tellFailed(flow, why);
  }

  /** Nothing waits for a flow to drain: the wire queues what is sent before, and fails the flow that takes nothing. */
  drained(): void {}

  /** RFC 3261 §18.2.2; nobody can connect to a browser (RFC 7118 §5). */
  #reopened(request: Request, flow: Flow): Flow {
    if (flow.protocol !== 'tcp' && flow.protocol !== 'tls') return flow;
    return this.#parts.wire.open(flow.protocol, reopenHop(request.via, flow.protocol), flow.local) ?? flow;
  }

  #tellFailed(flow: Flow, why: string): void {
    for (const watcher of this.#watchers) this.#parts.kernel.input('flow failed', () => watcher(flow, why));
  }

  /** No SIP message begins with such an octet (RFC 7983 §7). */
  #datagram(flow: Flow, bytes: Uint8Array): void {
    const [first = 255] = bytes;
    if (first > 3) return this.#message(flow, bytes);
    const answer = bindingResponse(bytes, flow.remote);
    this.#counts[answer === undefined ? 'malformedDropped' : 'stun'] += 1;
    if (answer !== undefined) this.#parts.wire.send(flow, answer);
  }

  #message(flow: Flow, bytes: Uint8Array): void {
    if (isKeepAlive(bytes)) return this.#keepAlive(flow, bytes);
    this.#counts.received += 1;
    this.#parts.trace?.('in', flow, bytes);
    const parsed = parse(bytes);
    if (parsed.kind === 'malformed') this.#malformed(parsed, flow);
    else if (parsed.kind === 'request') this.#parts.deliver(stamp(parsed, flow), flow);
    else this.#response(parsed, flow);
  }

  /** RFC 5626 §4.4.1: a ping on a connection is two CRLF, the answer is one. */
  #keepAlive(flow: Flow, bytes: Uint8Array): void {
    if (flow.reliable && bytes.length >= 4) this.#ping(flow);
    else this.#counts.keepAlives += 1;
  }

  #ping(flow: Flow): void {
    this.#counts.keepAlives += 1;
    this.#parts.wire.send(flow, PONG);
  }

  /** RFC 3261 §18.1.2. */
  #response(response: Response, flow: Flow): void {
    const ours = sentByOf(response.via, flow.protocol) === this.sentBy(flow).toLowerCase();
    if (ours) this.#parts.deliver(response, flow);
    else this.#counts.foreignResponses += 1;
  }

  #malformed({ request, answerWith }: Malformed, flow: Flow): void {
    if (request === undefined || answerWith === undefined || request.method === 'ACK') {
      this.#counts.malformedDropped += 1;
      return;
    }
    this.#counts.malformedAnswered += 1;
    const answered = stamp(request, flow);
    const response = responseTo(answered, answerWith, { toTag: this.#statelessTag(answered) });
    this.send(response, this.responseFlow(answered, flow));
  }

  #statelessTag({ via, callId }: Request): string {
    return hex(this.#parts.kernel.crypto.hmac('sha1', this.#secret, `${via.branch} ${callId}`)).slice(0, 16);
  }
}

/** The request with its top Via telling where it came from. */
function stamp(request: Request, flow: Flow): Request {
  const [value = ''] = request.headers.list('Via');
  const told = stamped(value, request.via, flow.remote);
  return told === value ? request : withFirst(request, 'Via', told);
}

function isKeepAlive(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte !== CR && byte !== LF) return false;
  return true;
}
