import type { Address, StrayKind } from './protocol.ts';
import type { Session } from './session.ts';

/** Fewer than these between two looks are what changes leave behind: a phone that moves, a codec that is agreed anew. */
const LEAST = 25;
/** While they go on they are told so often (ms). */
const AGAIN = 60_000;

/** Packets at a leg's RTP port that are not of its call, though it takes some: counted as they come, told now and then. */
export class Strays {
  #packets = 0;
  #kind: StrayKind = 'shape';
  #address = '';
  #port = 0;
  #told = 0;
  #toldAt = -Infinity;
  #seen = 0;

  count(kind: StrayKind, address: string, port: number): void {
    this.#packets += 1;
    this.#kind = kind;
    this.#address = address;
    this.#port = port;
  }

  /** Called now and then. */
  look({ host, id }: Session): void {
    const now = host.ports.now();
    const since = this.#packets - this.#seen;
    this.#seen = this.#packets;
    if (since < LEAST || now - this.#toldAt < AGAIN) return;
    this.#toldAt = now;
    const packets = this.#packets - this.#told;
    this.#told = this.#packets;
    const source: Address = { address: this.#address, port: this.#port };
    host.ports.tell({ event: 'strays', session: id, packets, kind: this.#kind, source });
  }
}
