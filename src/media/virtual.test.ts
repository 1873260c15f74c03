import { type Fault, Kernel } from '../kernel/index.ts';
import type { Received, Udp } from './net.ts';
import type { Address } from './protocol.ts';

/** A kernel on virtual time, and the wire beside it; for tests of this folder. */
export interface Virtual {
  readonly kernel: Kernel;
  readonly udp: Udp;
  readonly faults: Fault[];
  /** A socket of a phone's: keeps what comes. */
  socket(address: string): {
    readonly local: Address;
    readonly received: Uint8Array[];
    send(bytes: Uint8Array, to: Address): void;
  };
  /** Runs until the condition holds; throws when it does not come to hold within a minute. */
  until(holds: () => boolean): void;
  pass(ms: number): void;
}

const ADDRESSES = ['192.0.2.1', '192.0.2.50'];

export function createVirtual(): Virtual {
  let now = 1000;
  let seed = 1;
  const faults: Fault[] = [];
  const sockets = new Map<string, Received>();
  const kernel = new Kernel({
    now: () => now,
    wall: () => 1_767_600_000_000 + now,
    crypto: {
      hash: () => new Uint8Array(0),
      hmac: () => new Uint8Array(0),
      random: (count) =>
        Uint8Array.from({ length: count }, () => {
          seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
          return (seed >>> 16) & 0xff;
        }),
      equal: () => false,
    },
    arm: () => undefined,
    onFault: (fault) => void faults.push(fault),
  });
  const carry = (bytes: Uint8Array, from: Address, address: string, port: number): void => {
    kernel.house.after(1, () => sockets.get(`${address}:${port}`)?.(bytes, from.address, from.port));
  };
  const freePort = (address: string): number => {
    let port = 20_001;
    while (sockets.has(`${address}:${port}`)) port += 1;
    return port;
  };
  const udp: Udp = {
    bind: (address, asked, received, bound) => {
      const port = asked === 0 ? freePort(address) : asked;
      const key = `${address}:${port}`;
      if (sockets.has(key) || !ADDRESSES.includes(address)) return bound(undefined);
      sockets.set(key, received);
      const local = { address, port };
      bound({
        local,
        send: (bytes, to, toPort) => carry(bytes, local, to, toPort),
        close: () => void sockets.delete(key),
      });
    },
  };
  const pass = (until: number): void => {
    for (;;) {
      kernel.runDue();
      const due = kernel.nextDue();
      if (due === undefined || due > until) break;
      now = Math.max(now, due);
    }
    now = until;
  };
  return {
    kernel,
    udp,
    faults,
    socket: (address) => {
      const received: Uint8Array[] = [];
      let made: Address | undefined;
      let send: (bytes: Uint8Array, to: Address) => void = () => undefined;
      udp.bind(
        address,
        0,
        (bytes) => void received.push(bytes),
        (socket) => {
          made = socket?.local;
          send = (bytes, to) => socket?.send(bytes, to.address, to.port);
        },
      );
      if (made === undefined) throw new Error(`no socket on ${address}`);
      return { local: made, received, send };
    },
    until: (holds) => {
      for (const end = now + 60_000; !holds(); ) {
        if (now > end) throw new Error(`did not come to hold: ${holds.toString()}`);
        pass(now + 1);
      }
    },
    pass: (ms) => pass(now + ms),
  };
}
