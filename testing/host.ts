import type { Received, Udp, UdpSocket } from '../src/media/net.ts';
import type { Flow, Hop, Protocol, Wire, WireListener } from '../src/sip/transport/types.ts';
import type { WorldKernel } from './driver.ts';
import type { Nat } from './nat.ts';
import type { Stream, StreamEnd, StreamUser } from './stream.ts';

/** What the network does for a host. */
export interface Uplink {
  /** Runs `act` as a later arrival at this very time. */
  soon(act: () => void): void;
  send(host: Host, from: Hop, to: Hop, bytes: Uint8Array): void;
  /** Opens a connection; what is sent before it is open arrives after. */
  connect(host: Host, from: Hop, to: Hop, user: StreamUser): StreamEnd;
}

/** Takes a connection that comes in: who is told of it; `end` is ours. */
export type Accept = (from: Hop, end: StreamEnd) => StreamUser;

/** A wire whose sockets can be closed. */
export interface HostWire extends Wire {
  shut(): void;
}

/** Where ports begin that were not asked for by number. */
const EPHEMERAL = 49_152;
const SIP_PORT = 5060;

/** A machine on the simulated network: one address, its own kernel, its sockets. */
export class Host {
  readonly address: string;
  readonly name: string;
  readonly kernel: WorldKernel;
  /** The box it sits behind. */
  readonly behind: Nat | undefined;
  readonly #uplink: Uplink;
  readonly #sockets = new Map<number, Received>();
  readonly #accepting = new Map<number, Accept>();
  /** Its connections. */
  readonly streams = new Set<Stream>();
  #connections = 0;
  #up = true;

  constructor(address: string, kernel: WorldKernel, uplink: Uplink, behind: Nat | undefined) {
    this.address = address;
    this.name = kernel.name;
    this.kernel = kernel;
    this.behind = behind;
    this.#uplink = uplink;
  }

  /** As media meets the network: binds as the live one does, later. */
  readonly udp: Udp = {
    bind: (address, port, received, bound) => {
      const socket = address === this.address ? this.socket(port, received) : undefined;
      this.#uplink.soon(() => this.kernel.input('bound', () => bound(socket)));
    },
  };

  /** A socket at once. Port 0 picks a free one; undefined: the port is taken. */
  socket(asked: number, received: Received): UdpSocket | undefined {
    const port = asked === 0 ? this.#freePort() : asked;
    if (this.#sockets.has(port)) return undefined;
    this.#sockets.set(port, received);
    const local = { address: this.address, port };
    return {
      local,
      send: (bytes, address, to) => this.#uplink.send(this, local, { address, port: to }, bytes),
      close: () => {
        if (this.#sockets.get(port) === received) this.#sockets.delete(port);
      },
    };
  }

  /** As SIP meets the network: sockets on these ports, UDP and TCP. Throws when one is taken. */
  wire(listener: WireListener, ports: readonly number[] = [SIP_PORT]): HostWire {
    return new SimulatedWire(this, listener, ports);
  }

  /** Takes connections at this port until the answer is called. */
  accept(port: number, accept: Accept): () => void {
    this.#accepting.set(port, accept);
    return () => void (this.#accepting.get(port) === accept && this.#accepting.delete(port));
  }

  /** A connection from a port of its own. */
  connect(to: Hop, user: StreamUser): StreamEnd {
    this.#connections += 1;
    const from = { address: this.address, port: EPHEMERAL + (this.#connections % 16_000) };
    return this.#uplink.connect(this, from, to, user);
  }

  /** Every connection it has breaks; both ends notice. */
  breakConnections(): void {
    for (const stream of this.streams) stream.break();
  }

  /** @internal Who takes connections at that port. */
  accepting(port: number): Accept | undefined {
    return this.#up ? this.#accepting.get(port) : undefined;
  }

  /** False: nothing that is sent to or from it arrives. */
  get up(): boolean {
    return this.#up;
  }

  /** Cuts the power or the cable: nothing is said to anyone; its sockets stay as they are. */
  vanish(): void {
    this.#up = false;
  }

  /** Plugs it in again. */
  reappear(): void {
    this.#up = true;
  }

  /** @internal The network hands a datagram over. */
  take(port: number, from: Hop, bytes: Uint8Array): void {
    const received = this.#sockets.get(port);
    if (received === undefined || !this.#up) return;
    this.kernel.input('datagram', () => received(bytes, from.address, from.port));
  }

  #freePort(): number {
    let port = EPHEMERAL;
    while (this.#sockets.has(port)) port += 1;
    return port;
  }
}

class SimulatedWire implements HostWire {
  readonly #listener: WireListener;
  readonly #sockets = new Map<number, UdpSocket>();
  readonly #flows = new Map<string, Flow>();
  readonly #connections: Connections;

  constructor(host: Host, listener: WireListener, ports: readonly number[]) {
    this.#listener = listener;
    this.#connections = new Connections(host, listener, ports);
    for (const port of ports) {
      const socket = host.socket(port, (bytes, address, from) => this.#received(port, { address, port: from }, bytes));
      if (socket === undefined) throw new Error(`${host.name}: port ${port} is taken`);
      this.#sockets.set(socket.local.port, socket);
    }
  }

  open(protocol: Protocol, to: Hop, local?: Hop, only?: 'existing'): Flow | undefined {
    if (protocol === 'tcp') return this.#connections.open(to, only);
    if (protocol !== 'udp') return undefined;
    const [first] = this.#sockets.values();
    const socket = local === undefined ? first : this.#sockets.get(local.port);
    if (socket === undefined || (local !== undefined && local.address !== socket.local.address)) return undefined;
    return this.#flow(socket.local, to);
  }

  send(flow: Flow, bytes: Uint8Array): void {
    if (flow.reliable) return this.#connections.send(flow, bytes);
    this.#sockets.get(flow.local.port)?.send(bytes, flow.remote.address, flow.remote.port);
  }

  close(flow: Flow): void {
    if (flow.reliable) return this.#connections.close(flow);
    this.#flows.delete(flow.id);
  }

  shut(): void {
    for (const socket of this.#sockets.values()) socket.close();
    this.#sockets.clear();
    this.#connections.shut();
  }

  #received(port: number, from: Hop, bytes: Uint8Array): void {
    const socket = this.#sockets.get(port);
    if (socket !== undefined) this.#listener.received(this.#flow(socket.local, from), bytes);
  }

  #flow(local: Hop, remote: Hop): Flow {
    const id = `udp:${local.address}:${local.port}-${remote.address}:${remote.port}`;
    const known = this.#flows.get(id);
    if (known !== undefined) return known;
    const flow: Flow = { id, protocol: 'udp', local, remote, reliable: false };
    this.#flows.set(id, flow);
    return flow;
  }
}

/** The TCP side of a wire: connections are found again by their hop. */
class Connections {
  readonly #host: Host;
  readonly #listener: WireListener;
  readonly #local: Hop;
  readonly #living = new Map<string, { readonly flow: Flow; readonly end: StreamEnd }>();
  readonly #stop: readonly (() => void)[];
  #serial = 0;

  constructor(host: Host, listener: WireListener, ports: readonly number[]) {
    this.#host = host;
    this.#listener = listener;
    this.#local = { address: host.address, port: ports[0] ?? SIP_PORT };
    this.#stop = ports.map((port) => host.accept(port, (from, end) => this.#add(from, () => end).user));
  }

  open(to: Hop, only: 'existing' | undefined): Flow | undefined {
    const living = [...this.#living.values()].find(
      ({ flow: { remote } }) => remote.address === to.address && remote.port === to.port,
    );
    if (living !== undefined || only === 'existing') return living?.flow;
    return this.#add(to, (user) => this.#host.connect(to, user)).flow;
  }

  send(flow: Flow, bytes: Uint8Array): void {
    const living = this.#living.get(flow.id);
    if (living !== undefined) return living.end.send(bytes);
    this.#host.kernel.house.after(0, () => this.#listener.failed(flow, 'the connection is gone'));
  }

  close(flow: Flow): void {
    const living = this.#living.get(flow.id);
    this.#living.delete(flow.id);
    living?.end.close();
  }

  shut(): void {
    for (const stop of this.#stop) stop();
    for (const { flow } of this.#living.values()) this.close(flow);
  }

  #add(remote: Hop, join: (user: StreamUser) => StreamEnd): { readonly flow: Flow; readonly user: StreamUser } {
    this.#serial += 1;
    const id = `tcp:${this.#local.address}-${remote.address}:${remote.port}#${this.#serial}`;
    const flow: Flow = { id, protocol: 'tcp', local: this.#local, remote, reliable: true };
    const user: StreamUser = {
      opened: () => this.#listener.opened(flow),
      received: (bytes) => this.#living.has(id) && this.#listener.received(flow, bytes),
      failed: (why) => {
        if (this.#living.delete(id)) this.#listener.failed(flow, why);
      },
    };
    this.#living.set(id, { flow, end: join(user) });
    return { flow, user };
  }
}
