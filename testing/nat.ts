import type { Hop } from '../src/sip/transport/types.ts';

/**
 * RFC 3489 §5 names; in RFC 4787's words: the first three map independently of the endpoint and filter independently of it,
 * by address, by address and port; a symmetric one maps and filters by address and port.
 */
export type NatKind = 'full-cone' | 'address-restricted' | 'port-restricted' | 'symmetric';

export interface NatOptions {
  readonly kind: NatKind;
  /** The address it shows outside. */
  readonly address: string;
  /** Milliseconds a mapping lasts without traffic from inside; default one minute. */
  readonly timeout?: number;
}

interface Mapping {
  readonly inside: Hop;
  readonly port: number;
  /** Who was written to, each as `address` and `address:port`. */
  readonly spokenTo: Set<string>;
  expiresAt: number;
}

const FIRST_PORT = 40_001;
const MINUTE = 60_000;

/** The translator of a NAT box: hops inside to ports outside, and who may come in. */
export class Nat {
  readonly address: string;
  readonly #kind: NatKind;
  readonly #timeout: number;
  readonly #now: () => number;
  readonly #byInside = new Map<string, Mapping>();
  readonly #byPort = new Map<number, Mapping>();
  #nextPort = FIRST_PORT;

  constructor(options: NatOptions, now: () => number) {
    this.address = options.address;
    this.#kind = options.kind;
    this.#timeout = options.timeout ?? MINUTE;
    this.#now = now;
  }

  /** The hop that `to` sees when `inside` writes to it; makes or refreshes the mapping. */
  outbound(inside: Hop, to: Hop): Hop {
    const key = this.#kind === 'symmetric' ? `${text(inside)} ${text(to)}` : text(inside);
    const mapping = this.#live(this.#byInside.get(key)) ?? this.#map(key, inside);
    mapping.spokenTo.add(to.address).add(text(to));
    mapping.expiresAt = this.#now() + this.#timeout;
    return { address: this.address, port: mapping.port };
  }

  /** The hop inside that gets what `from` sends to `port`; undefined: nothing passes. */
  inbound(from: Hop, port: number): Hop | undefined {
    const mapping = this.#live(this.#byPort.get(port));
    return mapping !== undefined && this.#passes(mapping, from) ? mapping.inside : undefined;
  }

  /** Forgets every mapping, as a box does that was switched off and on. */
  reboot(): void {
    this.#byInside.clear();
    this.#byPort.clear();
  }

  #passes(mapping: Mapping, from: Hop): boolean {
    switch (this.#kind) {
      case 'full-cone':
        return true;
      case 'address-restricted':
        return mapping.spokenTo.has(from.address);
      case 'port-restricted':
      case 'symmetric':
        return mapping.spokenTo.has(text(from));
    }
  }

  #map(key: string, inside: Hop): Mapping {
    const mapping: Mapping = { inside, port: this.#nextPort, spokenTo: new Set(), expiresAt: 0 };
    this.#nextPort += 1;
    this.#byInside.set(key, mapping);
    this.#byPort.set(mapping.port, mapping);
    return mapping;
  }

  #live(mapping: Mapping | undefined): Mapping | undefined {
    return mapping !== undefined && mapping.expiresAt > this.#now() ? mapping : undefined;
  }
}

function text({ address, port }: Hop): string {
  return `${address}:${port}`;
}
