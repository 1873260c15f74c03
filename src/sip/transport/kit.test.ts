import { createHash, createHmac } from 'node:crypto';
import { type Crypto, type Fault, fromLatin1, Kernel, latin1 } from '../../kernel/index.ts';
import type { Flow, Hop, Protocol, Wire } from './types.ts';

/** One thing sent on the simulated wire. */
export class Sent {
  /** Milliseconds from the start. */
  readonly at: number;
  readonly flow: Flow;
  readonly #bytes: Uint8Array;

  constructor(at: number, flow: Flow, bytes: Uint8Array) {
    this.at = at;
    this.flow = flow;
    this.#bytes = bytes;
  }

  get text(): string {
    return latin1(this.#bytes);
  }

  /** The first line. */
  get line(): string {
    return this.text.slice(0, this.text.indexOf('\r\n'));
  }
}

/** Virtual time and a wire that keeps what is sent. */
export class Simulation {
  readonly kernel: Kernel;
  readonly sent: Sent[] = [];
  readonly faults: Fault[] = [];
  readonly local: Hop = { address: '192.0.2.1', port: 5060 };
  readonly #flows = new Map<string, Flow>();
  #now = 0;

  constructor() {
    this.kernel = new Kernel({
      now: () => this.#now,
      wall: () => this.#now,
      crypto: countingCrypto(),
      arm: () => undefined,
      onFault: (fault) => void this.faults.push(fault),
    });
  }

  readonly wire: Wire = {
    open: (protocol, to, local) => this.flow(to.address, to.port, protocol, local),
    send: (flow, bytes) => void this.sent.push(new Sent(this.#now, flow, bytes)),
    close: () => undefined,
  };

  get now(): number {
    return this.#now;
  }

  /** The same pair of ends is the same flow. */
  flow(address: string, port: number, protocol: Protocol = 'udp', local: Hop = this.local): Flow {
    const id = `${protocol} ${local.address} ${local.port} ${address} ${port}`;
    const known = this.#flows.get(id);
    if (known !== undefined) return known;
    const flow: Flow = { id, protocol, local, remote: { address, port }, reliable: protocol !== 'udp' };
    this.#flows.set(id, flow);
    return flow;
  }

  /** Lets time pass; timers fire at their times. */
  advance(ms: number): void {
    const until = this.#now + ms;
    for (let due = this.kernel.nextDue(); due !== undefined && due <= until; due = this.kernel.nextDue()) {
      this.#now = Math.max(this.#now, due);
      this.kernel.runDue();
    }
    this.#now = until;
  }

  /** Lets time pass until no timer is left; gives what the scene still holds. */
  quiet(): Readonly<Record<string, number>> {
    for (let due = this.kernel.nextDue(); due !== undefined; due = this.kernel.nextDue()) {
      this.#now = Math.max(this.#now, due);
      this.kernel.runDue();
    }
    return this.kernel.scene.census();
  }

  /** When lines that begin so were sent. */
  times(beginning: string): number[] {
    return this.sent.filter(({ line }) => line.startsWith(beginning)).map(({ at }) => at);
  }

  lines(): string[] {
    return this.sent.map(({ line }) => line);
  }
}

/** Wire text out of lines: each ended by CRLF, an empty one at the end. */
export function octets(...lines: string[]): Uint8Array {
  return fromLatin1(`${lines.join('\r\n')}\r\n\r\n`);
}

/** The values of the lines of a header, as they stand in a message's text. */
export function values(text: string, name: string): string[] {
  return text
    .split('\r\n')
    .filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))
    .map((line) => line.slice(name.length + 1).trim());
}

function countingCrypto(): Crypto {
  let count = 0;
  return {
    hash: (name, data) =>
      createHash(name === 'sha512-256' ? 'sha512-256' : name)
        .update(data)
        .digest(),
    hmac: (name, key, data) =>
      createHmac(name === 'sha512-256' ? 'sha512-256' : name, key)
        .update(data)
        .digest(),
    random: (size) => {
      count += 1;
      const bytes = new Uint8Array(size);
      new DataView(bytes.buffer).setUint32(size - 4, count);
      return bytes;
    },
    equal: (a, b) => latin1(a) === latin1(b),
  };
}
