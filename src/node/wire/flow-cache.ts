import type { Flow, Hop } from '../../sip/transport/types.ts';

/**
 * The flows of UDP, values by their pair of hops, kept so that one pair is one object. Bounded: when the young half is
 * full the old half is dropped, and a dropped flow is simply made again.
 */
export class FlowCache {
  readonly #half: number;
  #young = new Map<string, Flow>();
  #old = new Map<string, Flow>();

  constructor(bound: number) {
    this.#half = Math.ceil(bound / 2);
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  flow(local: Hop, address: string, port: number): Flow {
    const id = `udp:${written(local.address, local.port)}>${written(address, port)}`;
    const young = this.#young.get(id);
    if (young !== undefined) return young;
    const old = this.#old.get(id);
    this.#old.delete(id);
    const flow = old ?? { id, protocol: 'udp', local, remote: { address, port }, reliable: false };
    if (this.#young.size >= this.#half) this.#turn();
    this.#young.set(id, flow);
    return flow;
  }

  delete(flow: Flow): void {
    this.#young.delete(flow.id);
    this.#old.delete(flow.id);
  }

  #turn(): void {
    this.#old = this.#young;
    this.#young = new Map();
  }
}

function written(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
