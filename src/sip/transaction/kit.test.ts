import { type Request, type Response, request, responseTo } from '../message/index.ts';
import { octets, Simulation } from '../transport/kit.test.ts';
import { createTransport, type Flow, type Protocol } from '../transport/index.ts';
import type { ClientTransaction, ServerTransaction, Timers } from './index.ts';
import { createTransactions } from './index.ts';

/** A transaction layer on a simulated wire, one peer, and a transcript of what the layer told. */
export class Bench extends Simulation {
  readonly told: string[] = [];
  readonly servers: ServerTransaction[] = [];
  readonly peer: Flow;
  readonly transport;
  readonly layer;
  /** What the user does with a new request, after it was noted. */
  onRequest: (server: ServerTransaction) => void = () => undefined;

  constructor(options: { protocol?: Protocol; timers?: Partial<Timers> } = {}) {
    super();
    this.peer = this.flow('192.0.2.7', 5070, options.protocol ?? 'udp');
    this.transport = createTransport({
      kernel: this.kernel,
      wire: this.wire,
      deliver: (message, flow) => this.layer.received(message, flow),
    });
    this.layer = createTransactions({
      kernel: this.kernel,
      transport: this.transport,
      ...(options.timers === undefined ? {} : { timers: options.timers }),
      user: {
        request: (server) => {
          this.servers.push(server);
          this.told.push(`request ${server.request.method}`);
          this.onRequest(server);
        },
        cancelled: (server, cancel) => this.told.push(`cancelled ${server.state} by ${cancel.method}`),
        ack: (ack) => this.told.push(`ack ${ack.cseq.number}`),
        strayResponse: (response) => this.told.push(`stray ${response.status}`),
        unacknowledged: (server) => this.told.push(`unacknowledged ${server.state}`),
      },
    });
  }

  /** Until nothing of this layer is left: what the transport sweeps later is not its affair. */
  override quiet(): Readonly<Record<string, number>> {
    for (let left = 1_000_000; left > 0 && Object.keys(this.kernel.scene.census()).length > 0; left -= 1) {
      const due = this.kernel.nextDue();
      if (due === undefined) break;
      this.advance(Math.max(0, due - this.now));
    }
    return this.kernel.scene.census();
  }

  /** Sends a request in a client transaction; what it tells goes into the transcript. */
  send(method: string, headers: readonly (readonly [string, string])[] = []): ClientTransaction {
    return this.layer.send(outgoing(method, headers), this.peer, {
      response: (response) => this.told.push(`response ${response.status}`),
      failed: (failure) => this.told.push(`failed ${failure}`),
    });
  }

  ackFor2xx(): Request {
    return outgoing('ACK', []);
  }

  /** The peer answers: a response of this status to that request, through the wire. */
  reply(to: Request, status: number, toTag = 'peer'): void {
    const lines = [
      `SIP/2.0 ${status} Whatever`,
      ...['Via', 'From', 'Call-ID', 'CSeq'].map((name) => `${name}: ${to.headers.get(name)}`),
      `To: ${to.headers.get('To')};tag=${toTag}`,
      'Content-Length: 0',
    ];
    this.transport.received(this.peer, octets(...lines));
  }

  /** The peer sends a request. */
  arrive(method: string, options: Partial<Arriving> = {}): void {
    this.transport.received(this.peer, octets(...arriving(method, options)));
  }

  get server(): ServerTransaction {
    const server = this.servers.at(-1);
    if (server === undefined) throw new Error('no request has arrived');
    return server;
  }

  respond(status: number, toTag = 'ours', server = this.server): Response {
    const response = responseTo(server.request, status, { toTag });
    server.respond(response);
    return response;
  }
}

function outgoing(method: string, headers: readonly (readonly [string, string])[]): Request {
  return request({
    method,
    uri: 'sip:bob@192.0.2.7:5070',
    headers: [
      ['Max-Forwards', '69'],
      ...headers,
      ['From', '"Alice" <sip:alice@192.0.2.1>;tag=alice'],
      ['To', '<sip:bob@192.0.2.7>'],
      ['Call-ID', 'call-1'],
      ['CSeq', `7 ${method}`],
    ],
  });
}

interface Arriving {
  readonly uri: string;
  readonly branch: string;
  readonly via: string;
  readonly to: string;
  readonly cseq: number;
  readonly callId: string;
}

function arriving(method: string, options: Partial<Arriving>): string[] {
  const {
    uri = 'sip:101@192.0.2.1',
    branch = 'z9hG4bK-a',
    to = '<sip:101@192.0.2.1>',
    cseq = 1,
    callId = 'c1',
  } = options;
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: ${options.via ?? `SIP/2.0/UDP 192.0.2.7:5070;branch=${branch}`}`,
    'Max-Forwards: 70',
    'From: <sip:102@192.0.2.1>;tag=f',
    `To: ${to}`,
    `Call-ID: ${callId}`,
    `CSeq: ${cseq} ${method}`,
    'Contact: <sip:102@192.0.2.7:5070>',
    'Content-Length: 0',
  ];
}
