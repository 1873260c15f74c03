import type { Kernel, Timer } from '../kernel/index.ts';
import type { Resolver } from '../sip/transport/resolve/index.ts';
import type { Hop } from '../sip/transport/types.ts';
import type { PbxEvent } from './events.ts';
import { comesFrom } from './source.ts';

/** An exchange that stands behind a NAT: where peers outside find it. */
export interface Network {
  /** Its IP address outside, a name that has it, or `stun:HOST[:PORT]`, which tells it. */
  readonly external: string;
  /** The networks inside, each an address or a prefix (`192.168.0.0/16`). */
  readonly local: readonly string[];
}

/** What a STUN server says: the address that our datagram came from, or why it says nothing. */
export type Mapped = { readonly address: string } | { readonly why: string };

export interface OutsidePorts {
  readonly kernel: Kernel;
  readonly resolver: Resolver | undefined;
  /** Asks a STUN server (RFC 8489 §2); answers once, at any time. */
  readonly stun: ((server: Hop, then: (mapped: Mapped) => void) => void) | undefined;
  readonly tell: (event: PbxEvent) => void;
}

/** How often the address outside is asked for; sooner while it is not known. */
const EVERY = { name: 60_000, stun: 300_000, unknown: 10_000 };
const STUN_PORT = 3478;

/** Always inside: this machine, and its link (RFC 1122 §3.2.1.3, RFC 3927, RFC 4291 §2.4). */
const NEAR = ['127.0.0.0/8', '169.254.0.0/16', '::1', 'fe80::/10'];

/**
 * The address by which a peer reaches the socket at `local`: that itself, unless the socket is inside, the peer outside, and the
 * external address of the same family. Via, Contact and SDP say it.
 */
export function addressFor(network: Network | undefined, local: string, peer: string): string {
  if (network === undefined || local.includes(':') !== network.external.includes(':')) return local;
  const outside = comesFrom(network.local, local) && !comesFrom([...network.local, ...NEAR], peer);
  return outside ? network.external : local;
}

/** Knows the address outside, and asks for it again and again where it may change. What fails leaves the last known one. */
export class Outside {
  readonly #ports: OutsidePorts;
  #asked: Network | undefined;
  /** As it is known; undefined: not yet, or there is no NAT. */
  #known: Network | undefined;
  #pending: Timer | undefined;

  constructor(ports: OutsidePorts) {
    this.#ports = ports;
  }

  /** {@link addressFor} as things are now. */
  addressFor(local: string, peer: string): string {
    return addressFor(this.#known, local, peer);
  }

  /** The configuration was read. */
  follow(network: Network | undefined): void {
    const same = network?.external === this.#asked?.external;
    this.#asked = network;
    if (network !== undefined && isAddress(network.external)) this.#settle(network);
    else
      this.#known =
        same && network !== undefined && this.#known ? { ...network, external: this.#known.external } : undefined;
    if (same) return;
    this.#pending?.cancel();
    this.#pending = undefined;
    if (network !== undefined && !isAddress(network.external)) this.#ask(network.external);
  }

  #ask(external: string): void {
    const server = /^stun:(\[[^\]]+\]|[^:]+)(?::(\d+))?$/i.exec(external);
    if (server === null) return this.#name(external, (address) => this.#learn(address, EVERY.name));
    const [, host = '', port = String(STUN_PORT)] = server;
    const bare = host.replace(/^\[|\]$/g, '');
    const stun = (address: string | undefined): void =>
      address === undefined ? this.#learn(undefined, 0) : this.#stun({ address, port: Number(port) });
    if (isAddress(bare)) stun(bare);
    else this.#name(bare, stun);
  }

  /** IPv4 before IPv6: it is IPv4 that is translated. */
  #name(name: string, then: (address: string | undefined) => void): void {
    const { kernel, resolver } = this.#ports;
    if (resolver === undefined) return then(undefined);
    this.#pending = kernel.house.ask<string | undefined>(
      'name',
      (answer) =>
        resolver.addresses(name, 4, (four) => {
          const [address] = four.ok ? four.records : [];
          if (address !== undefined) return answer(address);
          resolver.addresses(name, 6, (six) => answer(six.ok ? six.records[0] : undefined));
        }),
      then,
    );
  }

  #stun(server: Hop): void {
    const { kernel, stun } = this.#ports;
    if (stun === undefined) return this.#learn(undefined, 0);
    this.#pending = kernel.house.ask<Mapped>(
      'stun',
      (answer) => stun(server, answer),
      (mapped) => this.#learn('address' in mapped ? mapped.address : undefined, EVERY.stun),
    );
  }

  #learn(address: string | undefined, every: number): void {
    const network = this.#asked;
    if (network === undefined) return;
    const again = address === undefined ? EVERY.unknown : every;
    this.#pending = this.#ports.kernel.house.after(again, () => this.#ask(network.external));
    if (address !== undefined) this.#settle({ ...network, external: address });
  }

  /** Dialogs that are there keep the address that they were told. */
  #settle(network: Network): void {
    const before = this.#known?.external;
    this.#known = network;
    if (before === network.external || network === this.#asked) return;
    const event: PbxEvent = { event: 'network.changed', external: network.external, before: before ?? '' };
    this.#ports.kernel.afterStep(() => this.#ports.tell(event));
  }
}

function isAddress(host: string): boolean {
  return host.includes(':') ? !/^stun:/i.test(host) : /^\d{1,3}(\.\d{1,3}){3}$/.test(host);
}
