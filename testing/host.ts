import type { Received, Udp, UdpSocket } from '../src/media/net.ts';
import type { Flow, Hop, Protocol, Wire, WireListener } from '../src/sip/transport/types.ts';
import type { WorldKernel } from './driver.ts';
import type { Nat } from './nat.ts';

/** What the network does for a host. */
export interface Uplink {
  /** Runs `act` as a later arrival at this very time. */
  soon(act: () => void): void;
  send(host: Host, from: Hop, to: Hop, bytes: Uint8Array): void;
}

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

  /** As SIP meets the network: sockets on these ports, UDP only. Throws when one is taken. */
  wire(listener: WireListener, ports: readonly number[] = [SIP_PORT]): HostWire {
    return new UdpWire(this, listener, ports);
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

class UdpWire implements HostWire {
  readonly #listener: WireListener;
  readonly #sockets = new Map<number, UdpSocket>();
  readonly #flows = new Map<string, Flow>();

  constructor(host: Host, listener: WireListener, ports: readonly number[]) {
    this.#listener = listener;
    for (const port of ports) {
      const socket = host.socket(port, (bytes, address, from) => this.#received(port, { address, port: from }, bytes));
      if (socket === undefined) throw new Error(`${host.name}: port ${port} is taken`);
      this.#sockets.set(socket.local.port, socket);
    }
  }

  open(protocol: Protocol, to: Hop, local?: Hop): Flow | undefined {
    if (protocol !== 'udp') return undefined;
    const [first] = this.#sockets.values();
    const socket = local === undefined ? first : this.#sockets.get(local.port);
    if (socket === undefined || (local !== undefined && local.address !== socket.local.address)) return undefined;
    return this.#flow(socket.local, to);
  }

  send(flow: Flow, bytes: Uint8Array): void {
    this.#sockets.get(flow.local.port)?.send(bytes, flow.remote.address, flow.remote.port);
  }

  close(flow: Flow): void {
    this.#flows.delete(flow.id);
  }

  shut(): void {
    for (const socket of this.#sockets.values()) socket.close();
    this.#sockets.clear();
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
