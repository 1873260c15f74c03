import type { Address } from './protocol.ts';

/** A bound datagram socket. Unconnected: the peer may be anyone, and may move. */
export interface UdpSocket {
  readonly local: Address;
  /** Takes the octets over: the caller does not touch them again. Never delivers before it returns. */
  send(bytes: Uint8Array, address: string, port: number): void;
  close(): void;
}

/** The octets are the receiver's: it may keep them, change them and send them on. */
export type Received = (bytes: Uint8Array, address: string, port: number) => void;

/** How a media host reaches the network: dgram in node/, the simulated network in the World. */
export interface Udp {
  /**
   * Binds a port, 0 for any free one, and answers once, at once or later: the socket when it is bound, undefined when
   * the port is taken or the address is not ours.
   */
  bind(address: string, port: number, received: Received, bound: (socket: UdpSocket | undefined) => void): void;
}
