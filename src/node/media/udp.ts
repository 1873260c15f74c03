import { createSocket, type Socket } from 'node:dgram';
import { isIP, isIPv6 } from 'node:net';
import type { Received, Udp, UdpSocket } from '../../media/net.ts';

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

/** Answers at once: without it every send would wait for the resolver's turn. */
const lookup: Lookup = (hostname, _options, callback) => {
  const family = isIP(hostname);
  callback(family === 0 ? new Error('not an address') : null, hostname, family);
};

function bind(address: string, port: number, received: Received, bound: (socket: UdpSocket | undefined) => void): void {
  const socket = createSocket({ type: isIPv6(address) ? 'udp6' : 'udp4', lookup, recvBufferSize: RECEIVE_BUFFER });
  let answered = false;
  const answer = (made: UdpSocket | undefined): void => {
    if (answered) return;
    answered = true;
    bound(made);
  };
  socket.on('error', () => answer(undefined));
  socket.on('message', (bytes, from) => received(bytes, from.address, from.port));
  socket.on('listening', () => answer(wrap(socket)));
  socket.bind({ address, port, exclusive: true });
}

function wrap(socket: Socket): UdpSocket {
  const { address, port } = socket.address();
  let open = true;
  return {
    local: { address, port },
    send: (bytes, to, toPort) => {
      if (open && toPort > 0 && toPort < 65_536 && isIP(to) !== 0) socket.send(bytes, 0, bytes.length, toPort, to);
    },
    close: () => {
      if (open) socket.close();
      open = false;
    },
  };
}
