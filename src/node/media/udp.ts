import { createSocket, type Socket } from 'node:dgram';
import { isIP, isIPv6 } from 'node:net';
import type { Received, Udp, UdpSocket } from '../../media/net.ts';
import type { Address } from '../../media/protocol.ts';

/** Room for two seconds of a flood; Linux doubles it for its own bookkeeping. */
const RECEIVE_BUFFER = 256 * 1024;

/**
 * Datagram sockets of this machine. Unconnected: a connected one fails when its peer is gone, and shuts out a peer whose
 * NAT moved it. Addresses are never looked up: what is not an IP address is nowhere.
 */
export function createUdp(): Udp {
  return { bind };
}

type Lookup = (
  hostname: string,
  options: unknown,
  callback: (error: Error | null, address: string, family: number) => void,
) => void;

/** An address and what it is: looked at once for as long as the same one is asked for, as it is for every packet of a call. */
interface Known {
  address: string;
  /** As isIP says. */
  family: number;
}

function familyOf(known: Known, address: string): number {
  if (address === known.address) return known.family;
  known.address = address;
  known.family = isIP(address);
  return known.family;
}

function bind(address: string, port: number, received: Received, bound: (socket: UdpSocket | undefined) => void): void {
  const known: Known = { address: '', family: 0 };
  // Answers at once: without it every send would wait for the resolver's turn.
  const lookup: Lookup = (hostname, _options, callback) => {
    const found = familyOf(known, hostname);
    callback(found === 0 ? new Error('not an address') : null, hostname, found);
  };
  const socket = createSocket({ type: isIPv6(address) ? 'udp6' : 'udp4', lookup, recvBufferSize: RECEIVE_BUFFER });
  let answered = false;
  const answer = (made: UdpSocket | undefined): void => {
    if (answered) return;
    answered = true;
    // Not at once: who binds the next when he has this one would come too deep.
    queueMicrotask(() => bound(made));
  };
  socket.on('error', () => answer(undefined));
  socket.on('message', (bytes, from) => received(bytes, from.address, from.port));
  socket.on('listening', () => answer(new Wrapped(socket, known)));
  socket.bind({ address, port, exclusive: true });
}

class Wrapped implements UdpSocket {
  readonly local: Address;
  readonly #socket: Socket;
  readonly #known: Known;
  #open = true;

  constructor(socket: Socket, known: Known) {
    const { address, port } = socket.address();
    this.local = { address, port };
    this.#socket = socket;
    this.#known = known;
  }

  send(bytes: Uint8Array, address: string, port: number): void {
    if (this.#open && port > 0 && port < 65_536 && familyOf(this.#known, address) !== 0)
      this.#socket.send(bytes, port, address);
  }

  close(): void {
    if (this.#open) this.#socket.close();
    this.#open = false;
  }
}
