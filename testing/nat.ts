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
  /** Keeps port numbers where they are free (RFC 4787 §4.2.1). */
  readonly keepsPorts?: boolean;
  /** More addresses outside: each mapping takes the next (RFC 4787 §4.1, "arbitrary" pooling, as some carriers do). */
  readonly pool?: readonly string[];
  /** 1:1: every port of that host inside is the same port outside, always open. */
  readonly forwardsTo?: string;
}

interface Mapping {
  readonly inside: Hop;
  readonly outside: Hop;
  /** Who was written to, each as `address` and `address:port`. */
  readonly spokenTo: Set<string>;
  expiresAt: number;
}

const FIRST_PORT = 40_001;
const MINUTE = 60_000;

/** The translator of a NAT box: hops inside to ports outside, and who may come in. */
export class Nat {
  readonly address: string;
  /** All its addresses outside. */
  readonly addresses: readonly string[];
  readonly #options: NatOptions;
  readonly #kind: NatKind;
  readonly #timeout: number;
  readonly #now: () => number;
  readonly #byInside = new Map<string, Mapping>();
  readonly #byOutside = new Map<string, Mapping>();
  #nextPort = FIRST_PORT;

  constructor(options: NatOptions, now: () => number) {
    this.address = options.address;
    this.addresses = [options.address, ...(options.pool ?? [])];
    this.#options = options;
    this.#kind = options.kind;
    this.#timeout = options.timeout ?? MINUTE;
    this.#now = now;
  }

  /** The hop that `to` sees when `inside` writes to it; makes or refreshes the mapping. */
  outbound(inside: Hop, to: Hop): Hop {
    if (inside.address === this.#options.forwardsTo) return { address: this.address, port: inside.port };
    const key = this.#kind === 'symmetric' ? `${text(inside)} ${text(to)}` : text(inside);
    const mapping = this.#live(this.#byInside.get(key)) ?? this.#map(key, inside);
    mapping.spokenTo.add(to.address).add(text(to));
    mapping.expiresAt = this.#now() + this.#timeout;
    return mapping.outside;
  }

  /** The hop inside that gets what `from` sends to `to`; undefined: nothing passes. */
  inbound(from: Hop, to: Hop): Hop | undefined {
    const { forwardsTo } = this.#options;
    if (forwardsTo !== undefined) return { address: forwardsTo, port: to.port };
    const mapping = this.#live(this.#byOutside.get(text(to)));
    return mapping !== undefined && this.#passes(mapping, from) ? mapping.inside : undefined;
  }

  /** Forgets every mapping, as a box does that was switched off and on. */
  reboot(): void {
    this.#byInside.clear();
    this.#byOutside.clear();
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
    const outside = this.#free(inside.port);
    const mapping: Mapping = { inside, outside, spokenTo: new Set(), expiresAt: 0 };
    this.#byInside.set(key, mapping);
    this.#byOutside.set(text(outside), mapping);
    return mapping;
  }

  #free(wished: number): Hop {
    const kept = { address: this.address, port: wished };
    if (this.#options.keepsPorts === true && this.#live(this.#byOutside.get(text(kept))) === undefined) return kept;
    const address = this.addresses[this.#nextPort % this.addresses.length] ?? this.address;
    const port = this.#nextPort;
    this.#nextPort += 1;
    return { address, port };
  }

  #live(mapping: Mapping | undefined): Mapping | undefined {
    return mapping !== undefined && mapping.expiresAt > this.#now() ? mapping : undefined;
  }
}

function text({ address, port }: Hop): string {
  return `${address}:${port}`;
}
