import type { Kernel, Opened } from '../../kernel/index.ts';
import { type Request, type Response, responseTo } from '../message/index.ts';
import type { Flow, Transport } from '../transport/index.ts';
import { type ServerAction, type ServerEvent, serverEvent } from './machine.ts';
import { mergeKey } from './match.ts';
import { type Actor, Run } from './run.ts';
import { serverInvite } from './server-invite.ts';
import { serverNonInvite } from './server-non-invite.ts';
import { Countdown } from './timers.ts';
import type { ServerTransaction, Timers, TransactionUser } from './types.ts';

export interface ServerContext {
  readonly kernel: Kernel;
  readonly transport: Transport;
  readonly timers: Timers;
  /** Everything but new requests, which are told through {@link Server.told}. */
  readonly user: TransactionUser;
  /** A final response is out, and nothing but its repetition is left to do; not even that (undefined) when its ACK is here. */
  readonly answered: (server: Server, status: number, sent: Uint8Array | undefined) => void;
  /** The transaction is terminated: forget it. */
  readonly ended: (server: Server) => void;
}

/** One server transaction (RFC 3261 §17.2). */
export class Server implements ServerTransaction, Actor<ServerAction, Request | Response> {
  readonly context: ServerContext;
  /** What repetitions of the request are found by (§17.2.3). */
  readonly key: string;
  /** What the same request on another path is found by (§8.2.2.2). */
  readonly mergeKey: string | undefined;
  readonly request: Request;
  /** Where the request came from. */
  readonly flow: Flow;
  /** Where responses go (§18.2.2): the same flow unless the top Via says otherwise, or it is a connection that was lost. */
  responseFlow: Flow;
  /** Who answers the request: the user or, for CANCEL and merged requests, this layer. */
  readonly told: (server: Server) => void;
  readonly countdown: Countdown;
  readonly run: Run<ServerEvent, ServerAction, Request | Response>;
  /** The newest response and its octets. */
  last: Response | undefined;
  sent: Uint8Array | undefined;
  /** {@link TransactionUser.unacknowledged} was told; it is told once. */
  gaveUp = false;
  /** {@link TransactionUser.cancelled} was told; a second CANCEL, once the first is forgotten, tells nothing new. */
  cancelled = false;
  readonly opened: Opened;

  constructor(context: ServerContext, key: string, request: Request, flow: Flow, told: (server: Server) => void) {
    this.context = context;
    this.key = key;
    this.mergeKey = mergeKey(request);
    this.request = request;
    this.flow = flow;
    this.responseFlow = context.transport.responseFlow(request, flow);
    this.told = told;
    this.opened = context.kernel.scene.open('transaction');
    this.run = new Run(request.method === 'INVITE' ? serverInvite : serverNonInvite, this);
    this.countdown = new Countdown(context.kernel.scene, context.timers, flow.reliable, this.run);
  }

  get state(): string {
    return this.run.state;
  }

  /** No final response has been sent yet. */
  get pending(): boolean {
    return this.state === 'trying' || this.state === 'proceeding';
  }

  respond(response: Response): void {
    this.run.fire(serverEvent(this.request.method, response.status), response);
  }

  acknowledged(): void {
    if (this.state === 'accepted' && this.last !== undefined) this.context.answered(this, this.last.status, undefined);
  }

  /** A response of this layer's own; its To tag is the one the user gave, if it gave one (§9.2). */
  answer(status: number, toTag = this.last?.toTag || this.context.kernel.token()): void {
    this.respond(responseTo(this.request, status, { toTag }));
  }

  act(action: ServerAction, message: Request | Response | undefined): void {
    actions[action](this, message);
  }

  end(): void {
    this.countdown.stop();
    this.opened.close();
    this.context.ended(this);
  }
}

const actions: Readonly<Record<ServerAction, (server: Server, message: Request | Response | undefined) => void>> = {
  startG: ({ countdown }) => countdown.start('G'),
  doubleG: ({ countdown }) => countdown.doubleToT2('G'),
  startH: ({ countdown }) => countdown.start('H'),
  startI: ({ countdown }) => countdown.start('I'),
  startJ: ({ countdown }) => countdown.start('J'),
  startL: ({ countdown }) => countdown.start('L'),
  stopTimers: ({ countdown }) => countdown.stop(),
  sendResponse: (server, message) => {
    if (message?.kind === 'response') send(server, message);
  },
  resendResponse: resend,
  tellRequest: (server) => tellRequest(server),
  tellAck: (server, message) => {
    if (message?.kind === 'request') server.context.user.ack(message, server.flow);
  },
  tellUnacknowledged: (server) => {
    if (server.gaveUp) return;
    server.gaveUp = true;
    server.context.user.unacknowledged(server);
  },
};

/** A 2xx that the dialog repeats is printed once. */
function send(server: Server, response: Response): void {
  const { request, responseFlow, context } = server;
  if (responseFlow.reliable) server.responseFlow = context.transport.responseFlow(request, responseFlow);
  if (response === server.last) return resend(server);
  server.last = response;
  server.sent = server.context.transport.send(response, server.responseFlow);
  if (response.status >= 200 && server.run.machine === serverNonInvite)
    server.context.answered(server, response.status, server.sent);
}

function resend(server: Server): void {
  if (server.sent !== undefined) server.context.transport.resend(server.sent, server.responseFlow);
}

/** A user that throws is our own mistake: contained, and its request is answered 500. */
function tellRequest(server: Server): void {
  try {
    server.told(server);
  } catch (error) {
    server.context.kernel.fault('request', error);
    if (server.pending) server.answer(500);
  }
  if (server.last === undefined && server.request.method === 'INVITE') trying(server);
}

/**
 * §17.2.1: 100 unless its user has answered already: a caller that heard it would not repeat an INVITE whose only 401 got
 * lost. No To tag (§8.2.6.1).
 */
function trying(server: Server): void {
  send(server, responseTo(server.request, 100));
}
