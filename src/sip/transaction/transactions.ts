import type { Kernel } from '../../kernel/index.ts';
import { type Message, prepend, type Request, type Response } from '../message/index.ts';
import type { Flow, Transport } from '../transport/index.ts';
import { Client, type ClientContext } from './client.ts';
import { cancelFor } from './hop-by-hop.ts';
import { ackKeys, clientKey, cookie, mergeKey, serverKey } from './match.ts';
import { Server, type ServerContext } from './server.ts';
import { standardTimers } from './timers.ts';
import type { ClientUser, Timers, TransactionLayer, TransactionUser } from './types.ts';

export interface TransactionParts {
  readonly kernel: Kernel;
  readonly transport: Transport;
  readonly user: TransactionUser;
  readonly timers?: Partial<Timers>;
}

export interface Transactions extends TransactionLayer {
  /** A message that the transport found sound; what it means for a transaction is found here. */
  received(message: Message, flow: Flow): void;
  /** Transactions that live now, by the name of their machine; kinds with none are left out. */
  census(): Readonly<Record<string, number>>;
}

/** The transaction layer (RFC 3261 §17) over one transport, for one user. */
export function createTransactions(parts: TransactionParts): Transactions {
  const layer = new Layer(parts);
  parts.transport.watch((flow) => layer.failed(flow));
  return layer;
}

/** The user of a CANCEL transaction: what happens to the INVITE tells all. */
const nobody: ClientUser = { response: () => undefined, failed: () => undefined };

class Layer implements Transactions {
  readonly timers: Timers;
  readonly #kernel: Kernel;
  readonly #transport: Transport;
  readonly #user: TransactionUser;
  readonly #clients = new Map<string, Client>();
  readonly #servers = new Map<string, Server>();
  /** Servers whose request might come again on another path, by {@link mergeKey}. */
  readonly #unmerged = new Map<string, Server>();
  readonly #clientContext: ClientContext;
  readonly #serverContext: ServerContext;

  constructor({ kernel, transport, user, timers }: TransactionParts) {
    this.timers = { ...standardTimers, ...timers };
    this.#kernel = kernel;
    this.#transport = transport;
    this.#user = user;
    const common = { kernel, transport, timers: this.timers };
    this.#clientContext = {
      ...common,
      ended: (client) => this.#clients.delete(client.key),
      cancel: ({ request, flow, cancelHeaders }) => this.#start(cancelFor(request, cancelHeaders), flow, nobody),
    };
    this.#serverContext = { ...common, user, ended: (server) => this.#forget(server) };
  }

  send(request: Request, flow: Flow, user: ClientUser): Client {
    return this.#start(this.#withVia(request, flow), flow, user);
  }

  sendAck(ack: Request, flow: Flow): void {
    this.#transport.send(this.#withVia(ack, flow), flow);
  }

  received(message: Message, flow: Flow): void {
    if (message.kind === 'response') this.#response(message, flow);
    else if (message.method === 'ACK') this.#ack(message, flow);
    else this.#request(message, flow);
  }

  census(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { run } of [...this.#clients.values(), ...this.#servers.values()]) {
      counts[run.machine.name] = (counts[run.machine.name] ?? 0) + 1;
    }
    return counts;
  }

  failed(flow: Flow): void {
    const clients = [...this.#clients.values()].filter((client) => client.flow.id === flow.id);
    const servers = [...this.#servers.values()].filter((server) => server.responseFlow.id === flow.id);
    for (const { run } of [...clients, ...servers]) this.#kernel.input('flow failed', () => run.fire('transportError'));
  }

  #withVia(request: Request, flow: Flow): Request {
    const branch = cookie + this.#kernel.token(12);
    const sentBy = this.#transport.sentBy(flow);
    return prepend(request, 'Via', `SIP/2.0/${flow.protocol.toUpperCase()} ${sentBy};rport;branch=${branch}`);
  }

  #start(request: Request, flow: Flow, user: ClientUser): Client {
    const client = new Client(this.#clientContext, clientKey(request), request, flow, user);
    this.#clients.set(client.key, client);
    client.run.start();
    return client;
  }

  #response(response: Response, flow: Flow): void {
    const client = this.#clients.get(clientKey(response));
    if (client === undefined) this.#user.strayResponse(response, flow);
    else client.received(response);
  }

  #ack(ack: Request, flow: Flow): void {
    const invite = this.#inviteOf(ack);
    if (invite === undefined) this.#user.ack(ack, flow);
    else invite.run.fire('ack', ack);
  }

  #inviteOf(ack: Request): Server | undefined {
    for (const key of ackKeys(ack)) {
      const server = this.#servers.get(key);
      if (server !== undefined && acknowledges(ack, server)) return server;
    }
    return undefined;
  }

  #request(request: Request, flow: Flow): void {
    const known = this.#servers.get(serverKey(request));
    if (known !== undefined) known.run.fire('request', request);
    else this.#serve(request, flow);
  }

  #serve(request: Request, flow: Flow): void {
    const key = mergeKey(request);
    const merged = key !== undefined && ongoing(this.#unmerged.get(key));
    const server = new Server(this.#serverContext, serverKey(request), request, flow, this.#whoIsTold(request, merged));
    this.#servers.set(server.key, server);
    if (key !== undefined && !merged) this.#unmerged.set(key, server);
    server.run.start();
  }

  #whoIsTold(request: Request, merged: boolean): (server: Server) => void {
    if (request.method === 'CANCEL') return (server) => this.#cancel(server);
    return merged ? (server) => server.answer(482) : (server) => this.#user.request(server);
  }

  /** RFC 3261 §9.2. */
  #cancel(cancel: Server): void {
    const invite = this.#servers.get(serverKey(cancel.request, 'INVITE'));
    if (invite === undefined) return cancel.answer(481);
    cancel.answer(200, invite.last?.toTag || undefined);
    if (invite.pending) this.#user.cancelled(invite, cancel.request);
  }

  #forget(server: Server): void {
    this.#servers.delete(server.key);
    const key = mergeKey(server.request);
    if (key !== undefined && this.#unmerged.get(key) === server) this.#unmerged.delete(key);
  }
}

/** With an RFC 2543 client only the To tag tells the ACK for our response from others (RFC 3261 §17.2.3). */
function acknowledges(ack: Request, invite: Server): boolean {
  return ack.via.branch.startsWith(cookie) || ack.toTag === (invite.last?.toTag ?? '');
}

/** A challenged request is over: some phones repeat it with credentials and the same CSeq, against RFC 3261 §8.1.3.5. */
function ongoing(first: Server | undefined): boolean {
  return first !== undefined && first.last?.status !== 401 && first.last?.status !== 407;
}
