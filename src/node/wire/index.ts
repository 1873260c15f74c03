import type { Kernel } from '../../kernel/index.ts';
import type { Hop, Protocol, Wire, WireListener } from '../../sip/transport/types.ts';
import { type ConnectionLimits, Connections } from './connections.ts';
import type { Listening } from './listening.ts';
import { chooseLocal } from './socket-choice.ts';
import {
  connect,
  type Credentials,
  type HandshakeFailed,
  listenTcp,
  listenTls,
  type SecureListening,
} from './stream.ts';
import type { Verifying } from '../tls/identity.ts';
import { createUdpWire, type UdpWire } from './udp.ts';
import { listenWs, listenWss } from './websocket.ts';

export { type HandshakeNews, handshakeNews } from './handshakes.ts';
export type { Credentials } from './stream.ts';

/** Where to listen, by protocol. Port 0: any free one; for TCP the one that UDP got at that address, if it is free. */
export type Binds = Readonly<Partial<Record<Protocol, readonly Hop[]>>>;

export interface Wires {
  readonly wire: Wire;
  /** The hops as bound, in the order of the binds. */
  readonly locals: Readonly<Record<Protocol, readonly Hop[]>>;
  /** Connections that live. */
  readonly connections: number;
  /** Shows another certificate from now on; connections go on with theirs. Throws when it is none. */
  secure(credentials: Credentials): void;
  /** Lets what is queued leave, for a moment. */
  close(): Promise<void>;
}

export interface WiresOptions {
  readonly kernel: Kernel;
  readonly binds: Binds;
  readonly listener: WireListener;
  /** Needed for TLS and WSS: without them these are not bound. */
  readonly credentials?: Credentials;
  readonly limits?: ConnectionLimits;
  /** How peers are verified that we connect to by a name; undefined: anybody is believed. */
  readonly verifying?: Verifying | undefined;
  readonly handshakeFailed?: HandshakeFailed;
}

/** SIP over all its transports as one wire. Rejects with E_BIND, with nothing left open, when one cannot be bound. */
export async function createWires(options: WiresOptions): Promise<Wires> {
  const { kernel, binds, listener, credentials, handshakeFailed: failed = () => undefined } = options;
  const connections = new Connections(kernel, listener, options.limits);
  const udp = await createUdpWire({ kernel, binds: binds.udp ?? [], listener });
  const streams: (Listening | SecureListening)[] = [];
  try {
    for (const hop of tcpBinds(binds.tcp ?? [], udp.locals)) streams.push(await listenTcpNear(hop, connections));
    for (const hop of binds.ws ?? []) streams.push(await listenWs(hop, connections));
    if (credentials !== undefined) {
      for (const hop of binds.tls ?? []) streams.push(await listenTls(hop, connections, credentials, failed));
      for (const hop of binds.wss ?? []) streams.push(await listenWss(hop, connections, credentials, failed));
    }
  } catch (error) {
    await closeAll(udp, streams);
    throw error;
  }
  const opened = streams.map(({ protocol }) => kernel.house.open(`${protocol} socket`));
  return {
    wire: wireOver(kernel, udp, streams, connections, options.verifying),
    locals: localsOf(udp, streams),
    get connections() {
      return connections.size;
    },
    secure: (changed) => {
      for (const one of streams) if ('use' in one) one.use(changed);
    },
    close: async () => {
      for (const one of opened) one.close();
      connections.closeAll();
      await closeAll(udp, streams);
    },
  };
}

interface TcpBind extends Hop {
  /** The port was not asked for: another will do. */
  readonly any: boolean;
}

/** People who are told one port for both protocols are told less. */
function tcpBinds(binds: readonly Hop[], udp: readonly Hop[]): readonly TcpBind[] {
  return binds.map(({ address, port }) => {
    const same = udp.find((local) => local.address === address);
    return { address, port: port === 0 ? (same?.port ?? 0) : port, any: port === 0 };
  });
}

async function listenTcpNear({ any, ...hop }: TcpBind, connections: Connections): Promise<Listening> {
  try {
    return await listenTcp(hop, connections);
  } catch (error) {
    if (!any) throw error;
    return listenTcp({ ...hop, port: 0 }, connections);
  }
}

function wireOver(
  kernel: Kernel,
  udp: UdpWire,
  streams: readonly Listening[],
  connections: Connections,
  verifying: Verifying | undefined,
): Wire {
  const open: Wire['open'] = (protocol, to, wanted, only, asked) => {
    if (protocol === 'udp') return udp.wire.open(protocol, to, wanted);
    const name = protocol === 'tls' ? asked : undefined;
    const living = connections.find(protocol, to, name);
    // Nobody can connect to a browser.
    if (living !== undefined || only === 'existing' || protocol === 'ws' || protocol === 'wss') return living;
    if (to.port < 1 || to.port > 65_535) return undefined;
    const ours = streams.filter((one) => one.protocol === protocol).map(({ local }) => local);
    const local = chooseLocal(ours, to.address, wanted);
    return local === undefined ? undefined : connect({ kernel, protocol, to, local, connections, name, verifying });
  };
  return {
    open,
    send: (flow, bytes) => (flow.reliable ? connections.send(flow, bytes) : udp.wire.send(flow, bytes)),
    close: (flow) => (flow.reliable ? connections.close(flow) : udp.wire.close(flow)),
  };
}

function localsOf(udp: UdpWire, streams: readonly Listening[]): Wires['locals'] {
  const of = (protocol: Protocol): readonly Hop[] =>
    streams.filter((one) => one.protocol === protocol).map(({ local }) => local);
  return { udp: udp.locals, tcp: of('tcp'), tls: of('tls'), ws: of('ws'), wss: of('wss') };
}

async function closeAll(udp: UdpWire, streams: readonly Listening[]): Promise<void> {
  await Promise.all([udp.close(), ...streams.map((one) => one.close())]);
}
