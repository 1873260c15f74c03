import type { Kernel, Opened, Scope } from '../../kernel/index.ts';
import type { Field, Request, Response } from '../message/index.ts';
import type { Flow, Transport } from '../transport/index.ts';
import { clientInvite } from './client-invite.ts';
import { clientNonInvite } from './client-non-invite.ts';
import { ackFor } from './hop-by-hop.ts';
import { type ClientAction, type ClientEvent, responseEvent } from './machine.ts';
import { type Actor, Run } from './run.ts';
import { Countdown } from './timers.ts';
import type { ClientTransaction, ClientUser, Timers } from './types.ts';

export interface ClientContext {
  readonly kernel: Kernel;
  readonly transport: Transport;
  readonly timers: Timers;
  /** The transaction is terminated: forget it. */
  readonly ended: (client: Client) => void;
  /** Sends the CANCEL of this INVITE in a transaction of its own. */
  readonly cancel: (client: Client) => void;
}

/** One client transaction (RFC 3261 §17.1). */
export class Client implements ClientTransaction, Actor<ClientAction, Response> {
  readonly context: ClientContext;
  /** What responses to it are found by (§17.1.3). */
  readonly key: string;
  /** As it was sent, our Via on top. */
  readonly request: Request;
  readonly flow: Flow;
  readonly user: ClientUser;
  readonly countdown: Countdown;
  readonly run: Run<ClientEvent, ClientAction, Response>;
  /** What was sent, for retransmissions. */
  sent: Uint8Array | undefined;
  ack: Uint8Array | undefined;
  /** Header lines of a CANCEL to come. */
  cancelHeaders: readonly Field[] = [];
  readonly #opened: Opened;

  constructor(
    context: ClientContext,
    key: string,
    request: Request,
    flow: Flow,
    user: ClientUser,
    scope: Scope = context.kernel.scene,
  ) {
    this.context = context;
    this.key = key;
    this.request = request;
    this.flow = flow;
    this.user = user;
    this.#opened = scope.open('transaction');
    this.run = new Run(request.method === 'INVITE' ? clientInvite : clientNonInvite, this);
    this.countdown = new Countdown(scope, context.timers, flow.reliable, this.run);
  }

  get state(): string {
    return this.run.state;
  }

  cancel(headers: readonly Field[] = []): void {
    if (this.state === 'calling' || this.state === 'proceeding') this.cancelHeaders = headers;
    this.run.fire('cancel');
  }

  received(response: Response): void {
    this.run.fire(responseEvent(response.status), response);
  }

  act(action: ClientAction, response: Response | undefined): void {
    actions[action](this, response);
  }

  end(): void {
    this.countdown.stop();
    this.#opened.close();
    this.context.ended(this);
  }
}

const actions: Readonly<Record<ClientAction, (client: Client, response: Response | undefined) => void>> = {
  startA: ({ countdown }) => countdown.start('A'),
  doubleA: ({ countdown }) => countdown.double('A'),
  startB: ({ countdown }) => countdown.start('B'),
  startCancel: ({ countdown }) => countdown.start('Cancel'),
  startD: ({ countdown }) => countdown.start('D'),
  startE: ({ countdown }) => countdown.start('E'),
  doubleE: ({ countdown }) => countdown.doubleToT2('E'),
  slowE: ({ countdown }) => countdown.atT2('E'),
  startF: ({ countdown }) => countdown.start('F'),
  startK: ({ countdown }) => countdown.start('K'),
  // Neither is sent again: for 32 s nothing is kept that is not needed.
  startM: (client) => {
    client.sent = undefined;
    client.countdown.start('M');
  },
  stopTimers: ({ countdown }) => countdown.stop(),
  sendRequest: (client) => {
    client.sent = client.context.transport.send(client.request, client.flow);
  },
  resendRequest: (client) => resend(client, client.sent),
  sendAck: (client, response) => {
    if (response !== undefined) {
      client.ack = client.context.transport.send(ackFor(client.request, response), client.flow);
    }
  },
  resendAck: (client) => resend(client, client.ack),
  sendCancel: (client) => client.context.cancel(client),
  tellResponse: (client, response) => {
    if (response !== undefined) client.user.response(response);
  },
  tellTimeout: (client) => client.user.failed('timeout'),
  tellTransport: (client) => client.user.failed('transport'),
};

function resend(client: Client, bytes: Uint8Array | undefined): void {
  if (bytes !== undefined) client.context.transport.resend(bytes, client.flow);
}
