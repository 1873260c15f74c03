import type { Kernel, Scope } from '../../kernel/index.ts';
import { type Message, prepend, type Request, type Response } from '../message/index.ts';
import type { Flow, Transport } from '../transport/index.ts';
import { Answered } from './answered.ts';
import { Client, type ClientContext } from './client.ts';
import { cancelFor } from './hop-by-hop.ts';
import { ackKeys, clientKey, cookie, looped, serverKey, uriMark } from './match.ts';
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
  readonly #answered = new Map<string, Answered>();
  /** Servers whose request might come again on another path, by their merge keys. */
  readonly #unmerged = new Map<string, Server | Answered>();
  readonly #tell = (server: Server): void => this.#told(server);
  readonly #clientContext: ClientContext;
  readonly #serverContext: ServerContext;
  /** Branches of this layer begin so: by this it knows what it sent itself. */
  readonly #mark: string;

  constructor({ kernel, transport, user, timers }: TransactionParts) {
    this.timers = { ...standardTimers, ...timers };
    this.#mark = cookie + kernel.token(4);
    this.#kernel = kernel;
    this.#transport = transport;
    this.#user = user;
    const common = { kernel, transport, timers: this.timers };
    this.#clientContext = {
      ...common,
      ended: (client) => this.#clients.delete(client.key),
      cancel: ({ request, flow, cancelHeaders }) => this.#start(cancelFor(request, cancelHeaders), flow, nobody),
    };
    const forget = (gone: Server | Answered): void => this.#forget(gone);
    this.#serverContext = {
      ...common,
      user,
      answered: (server, status, sent) => this.#settle(server, new Answered(server, status, sent, forget)),
      ended: forget,
    };
  }

  send(request: Request, flow: Flow, user: ClientUser, scope?: Scope): Client {
    return this.#start(this.#withVia(request, flow), flow, user, scope);
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
    for (const { run } of [...this.#clients.values(), ...this.#servers.values(), ...this.#answered.values()]) {
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
    const branch = `${this.#mark}${this.#kernel.token(8)}.${uriMark(request)}`;
    const sentBy = this.#transport.sentBy(flow);
    return prepend(request, 'Via', `SIP/2.0/${flow.protocol.toUpperCase()} ${sentBy};rport;branch=${branch}`);
  }

  #start(request: Request, flow: Flow, user: ClientUser, scope?: Scope): Client {
    const client = new Client(this.#clientContext, clientKey(request), request, flow, user, scope);
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

  #inviteOf(ack: Request): Server | Answered | undefined {
    for (const key of ackKeys(ack)) {
      const server = this.#servers.get(key) ?? this.#answered.get(key);
      if (server !== undefined && acknowledges(ack, server)) return server;
    }
    return undefined;
  }

  #request(request: Request, flow: Flow): void {
    const key = serverKey(request);
    const known = this.#servers.get(key) ?? this.#answered.get(key);
    if (known !== undefined) known.run.fire('request', request);
    else this.#serve(key, request, flow);
  }

  #serve(key: string, request: Request, flow: Flow): void {
    const server = new Server(this.#serverContext, key, request, flow, this.#tell);
    this.#servers.set(key, server);
    server.run.start();
  }

  /** What a new request is for: this layer, or its user. */
  #told(server: Server): void {
    if (server.request.method === 'CANCEL') return this.#cancel(server);
    if (this.#merged(server) || this.#loops(server.request)) server.answer(482);
    else this.#user.request(server);
  }

  /** Whether the same request came on another path before (RFC 3261 §8.2.2.2); the first that came is remembered. */
  #merged(server: Server): boolean {
    const key = server.mergeKey;
    if (key === undefined) return false;
    if (ongoing(this.#unmerged.get(key))) return true;
    this.#unmerged.set(key, server);
    return false;
  }

  #settle(server: Server, answered: Answered): void {
    this.#servers.delete(server.key);
    this.#answered.set(answered.key, answered);
    const { mergeKey } = answered;
    if (mergeKey === undefined || this.#unmerged.get(mergeKey) !== server) return;
    // Deleted first: the map would go on holding the first key, and with it the datagram that it is a slice of.
    this.#unmerged.delete(mergeKey);
    this.#unmerged.set(mergeKey, answered);
  }

  /** RFC 3261 §8.2.2.2; requests inside a dialog find their way by it. */
  #loops(request: Request): boolean {
    return request.toTag === '' && looped(request, this.#mark);
  }

  /** RFC 3261 §9.2. */
  #cancel(cancel: Server): void {
    const key = serverKey(cancel.request, 'INVITE');
    const invite = this.#servers.get(key) ?? this.#answered.get(key);
    if (invite === undefined) return cancel.answer(481);
    cancel.answer(200, toTagOf(invite) || undefined);
    if (invite instanceof Answered || !invite.pending || invite.cancelled) return;
    invite.cancelled = true;
    this.#user.cancelled(invite, cancel.request);
  }

  #forget(gone: Server | Answered): void {
    if (gone instanceof Answered) this.#answered.delete(gone.key);
    else this.#servers.delete(gone.key);
    if (gone.mergeKey !== undefined && this.#unmerged.get(gone.mergeKey) === gone) this.#unmerged.delete(gone.mergeKey);
  }
}

/** With an RFC 2543 client only the To tag tells the ACK for our response from others (RFC 3261 §17.2.3). */
function acknowledges(ack: Request, invite: Server | Answered): boolean {
  return ack.via.branch.startsWith(cookie) || ack.toTag === toTagOf(invite);
}

function toTagOf(invite: Server | Answered): string {
  return invite instanceof Answered ? invite.toTag : (invite.last?.toTag ?? '');
}

/** A challenged request is over: some phones repeat it with credentials and the same CSeq, against RFC 3261 §8.1.3.5. */
function ongoing(first: Server | Answered | undefined): boolean {
  if (first === undefined) return false;
  const status = first instanceof Answered ? first.status : first.last?.status;
  return status !== 401 && status !== 407;
}
