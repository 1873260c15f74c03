import type { Kernel, Opened } from '../../kernel/index.ts';
import type { Flow, Hop, Protocol, WireListener } from '../../sip/transport/types.ts';

/** How a connection carries octets; one of TCP and TLS, one of WebSocket. */
export interface Channel {
  /** Octets that the peer has not taken yet. */
  queued(): number;
  write(bytes: Uint8Array): void;
  /** Sends what is queued, then closes. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
}

/** What a peer has not taken when its connection is given up. */
const MOST_QUEUED = 256_000;
/** Connections of one address, which may be a NAT with many phones behind it. */
const MOST_OF_ONE_ADDRESS = 1000;

interface Connection {
  readonly flow: Flow;
  readonly channel: Channel;
  readonly opened: Opened;
}

export interface ConnectionLimits {
  readonly queue?: number;
  readonly perAddress?: number;
}

/** The connections that live, of all protocols. */
export class Connections {
  readonly #kernel: Kernel;
  readonly #listener: WireListener;
  readonly #limits: Required<ConnectionLimits>;
  readonly #byId = new Map<string, Connection>();
  /** The newest connection to each hop. */
  readonly #byHop = new Map<string, Connection>();
  readonly #ofAddress = new Map<string, number>();
  #serial = 0;

  constructor(kernel: Kernel, listener: WireListener, limits: ConnectionLimits = {}) {
    this.#kernel = kernel;
    this.#listener = listener;
    this.#limits = { queue: MOST_QUEUED, perAddress: MOST_OF_ONE_ADDRESS, ...limits };
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Counts a socket that an address has opened; false: it has too many. What was admitted must be released. */
  admit(address: string): boolean {
    const count = this.#ofAddress.get(address) ?? 0;
    if (count >= this.#limits.perAddress) return false;
    this.#ofAddress.set(address, count + 1);
    return true;
  }

  release(address: string): void {
    const left = (this.#ofAddress.get(address) ?? 0) - 1;
    if (left > 0) this.#ofAddress.set(address, left);
    else this.#ofAddress.delete(address);
  }

  /** A new flow: each connection has an id of its own, whatever its ends. */
  add(protocol: Protocol, local: Hop, remote: Hop, channel: Channel, name?: string): Flow {
    this.#serial += 1;
    const id = `${protocol}:${hopKey(local)}>${hopKey(remote)}#${this.#serial}`;
    const flow: Flow = { id, protocol, local, remote, reliable: true, ...(name === undefined ? {} : { name }) };
    const connection = { flow, channel, opened: this.#kernel.house.open(`${protocol} connection`) };
    this.#byId.set(id, connection);
    this.#byHop.set(this.#hopOf(flow), connection);
    return flow;
  }

  /** With a name: only one that was made for it, for nobody else's certificate was verified. */
  find(protocol: Protocol, to: Hop, name?: string): Flow | undefined {
    return this.#byHop.get(`${protocol} ${hopKey(to)} ${name ?? ''}`)?.flow;
  }

  opened(flow: Flow): void {
    if (this.#byId.has(flow.id)) this.#input('opened', () => this.#listener.opened(flow));
  }

  received(flow: Flow, bytes: Uint8Array): void {
    if (this.#byId.has(flow.id)) this.#input('stream', () => this.#listener.received(flow, bytes));
  }

  drained(flow: Flow): void {
    if (this.#byId.has(flow.id)) this.#input('drained', () => this.#listener.drained(flow));
  }

  /** Failures are told in a step of their own, never within `send`. */
  send(flow: Flow, bytes: Uint8Array): void {
    const connection = this.#byId.get(flow.id);
    if (connection === undefined) return this.#later(flow, 'the connection is gone');
    if (connection.channel.queued() + bytes.length <= this.#limits.queue) return connection.channel.write(bytes);
    this.#forget(flow)?.channel.destroy();
    this.#later(flow, 'the peer takes nothing');
  }

  close(flow: Flow): void {
    this.#forget(flow)?.channel.end();
  }

  /** The connection ended by itself; only the first reason is told. */
  lost(flow: Flow, why: string): void {
    const connection = this.#forget(flow);
    if (connection === undefined) return;
    connection.channel.destroy();
    this.#input('failed', () => this.#listener.failed(flow, why));
  }

  closeAll(): void {
    for (const { flow } of this.#byId.values()) this.close(flow);
  }

  #forget(flow: Flow): Connection | undefined {
    const connection = this.#byId.get(flow.id);
    if (connection === undefined) return undefined;
    this.#byId.delete(flow.id);
    if (this.#byHop.get(this.#hopOf(flow)) === connection) this.#byHop.delete(this.#hopOf(flow));
    connection.opened.close();
    return connection;
  }

  #later(flow: Flow, why: string): void {
    setImmediate(() => this.#input('failed', () => this.#listener.failed(flow, why)));
  }

  #input(step: string, act: () => void): void {
    this.#kernel.input(step, act);
  }

  #hopOf({ protocol, remote, name = '' }: Flow): string {
    return `${protocol} ${hopKey(remote)} ${name}`;
  }
}

function hopKey({ address, port }: Hop): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
