import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIP } from 'node:net';
import { type Kernel, StrowgerError } from '../../kernel/index.ts';
import type { Flow, Hop, Wire, WireListener } from '../../sip/transport/types.ts';
import { FlowCache } from './flow-cache.ts';
import { chooseLocal } from './socket-choice.ts';
import { why } from '../why.ts';

const FLOWS = 10_000;
/** A thousand phones registering at once fit; the system gives what it allows. */
const RECEIVE_BUFFER = 4 * 1024 * 1024;

export interface UdpWire {
  readonly wire: Wire;
  /** The hops as bound, in the order of the binds: port 0 has become the port it got. */
  readonly locals: readonly Hop[];
  readonly counts: UdpCounts;
  close(): Promise<void>;
}

export interface UdpCounts {
  readonly received: number;
  readonly sent: number;
  /** Sends that the system refused, and errors of sockets: UDP may lose, so nobody else is told. */
  readonly errors: number;
}

interface Counting {
  received: number;
  sent: number;
  errors: number;
}

interface Bound {
  readonly socket: Socket;
  readonly local: Hop;
}

/** SIP over UDP: one unconnected socket per bind. Rejects with E_BIND, with none left open, when one cannot be bound. */
export async function createUdpWire(options: {
  readonly kernel: Kernel;
  readonly binds: readonly Hop[];
  readonly listener: WireListener;
}): Promise<UdpWire> {
  const counts: Counting = { received: 0, sent: 0, errors: 0 };
  const bound = await bindAll(options.binds, counts);
  const flows = new FlowCache(FLOWS);
  const opened = bound.map(() => options.kernel.house.open('udp socket'));
  for (const one of bound) listen(one, flows, counts, options);
  return {
    wire: wireOver(bound, flows, counts),
    locals: bound.map((one) => one.local),
    counts,
    close: async () => {
      for (const one of opened) one.close();
      await closeAll(bound.map((one) => one.socket));
    },
  };
}

async function bindAll(binds: readonly Hop[], counts: Counting): Promise<readonly Bound[]> {
  const tried = await Promise.allSettled(binds.map((hop) => bind(hop, counts)));
  const bound = tried.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = tried.find((one) => one.status === 'rejected');
  if (failed === undefined) return bound;
  await closeAll(bound.map((one) => one.socket));
  throw failed.reason;
}

async function bind(hop: Hop, counts: Counting): Promise<Bound> {
  const ipv6 = isIP(hop.address) === 6;
  const socket = createSocket({
    type: ipv6 ? 'udp6' : 'udp4',
    ipv6Only: ipv6,
    // Addresses are never names here; answering at once keeps a send within its step.
    lookup: (address, _options, answer) => answer(null, address, ipv6 ? 6 : 4),
  });
  try {
    const listening = once(socket, 'listening');
    socket.bind({ address: hop.address, port: hop.port, exclusive: true });
    await listening;
  } catch (error) {
    socket.close();
    throw new StrowgerError('E_BIND', { ...hop, protocol: 'udp', why: why(error) }, { cause: error });
  }
  socket.on('error', () => {
    counts.errors += 1;
  });
  enlarge(socket);
  return { socket, local: { address: hop.address, port: socket.address().port } };
}

/** Some systems refuse what is above their limit: then the default has to do. */
function enlarge(socket: Socket): void {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER);
  } catch {
    return;
  }
}

function listen(
  { socket, local }: Bound,
  flows: FlowCache,
  counts: Counting,
  { kernel, listener }: { readonly kernel: Kernel; readonly listener: WireListener },
): void {
  socket.on('message', (bytes, from) => {
    counts.received += 1;
    kernel.input('udp', () => listener.received(flows.flow(local, from.address, from.port), bytes));
  });
}

function wireOver(bound: readonly Bound[], flows: FlowCache, counts: Counting): Wire {
  const sockets = new Map(bound.map(({ local, socket }) => [local, socket]));
  const locals = [...sockets.keys()];
  const sent = (error: Error | null): void => {
    if (error === null) counts.sent += 1;
    else counts.errors += 1;
  };
  return {
    open: (protocol, to, wanted) => {
      if (protocol !== 'udp' || to.port < 1 || to.port > 65535) return undefined;
      const local = chooseLocal(locals, to.address, wanted);
      return local === undefined ? undefined : flows.flow(local, to.address, to.port);
    },
    send: (flow, bytes) => {
      const socket =
        sockets.get(flow.local) ?? sockets.get(chooseLocal(locals, flow.remote.address, flow.local) ?? NOWHERE);
      transmit(socket, flow, bytes, sent);
    },
    close: (flow) => flows.delete(flow),
  };
}

const NOWHERE: Hop = { address: '', port: 0 };

/** What a closed socket or an impossible address throws is a lost datagram like any other. */
function transmit(
  socket: Socket | undefined,
  flow: Flow,
  bytes: Uint8Array,
  sent: (error: Error | null) => void,
): void {
  if (socket === undefined) return sent(new Error('no socket'));
  try {
    socket.send(bytes, flow.remote.port, flow.remote.address, sent);
  } catch (error) {
    sent(error instanceof Error ? error : new Error(String(error)));
  }
}

async function closeAll(sockets: readonly Socket[]): Promise<void> {
  await Promise.all(sockets.map((socket) => new Promise<void>((closed) => socket.close(closed))));
}
