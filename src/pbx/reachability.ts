import type { Kernel, Timer } from '../kernel/index.ts';
import type { Binding } from './bindings.ts';
import type { ExchangeConfig } from './config.ts';
import type { BindingRow } from './store.ts';

/** `unknown`: not heard of since the exchange started. */
export type Reach = 'reachable' | 'unreachable' | 'unknown';

export interface ReachabilityPorts {
  readonly kernel: Kernel;
  /** As it is now. */
  readonly qualify: () => ExchangeConfig['qualify'];
  /** Sends OPTIONS to a contact; told whether anything came back. */
  readonly ping: (binding: Binding, done: (answered: boolean) => void) => void;
}

interface Followed {
  readonly binding: Binding;
  reach: Reach;
  timer: Timer | undefined;
}

/**
 * Which contacts answer. Any response to OPTIONS, even 404, means reachable; silence makes a contact unreachable and leaves it
 * bound. Pings also keep the NAT boxes open that phones sit behind.
 */
export class Reachability {
  readonly #ports: ReachabilityPorts;
  readonly #followed = new Map<string, Followed>();

  constructor(ports: ReachabilityPorts) {
    this.#ports = ports;
  }

  /** A contact is there, or is there again; `heard`: its phone has just said so itself. */
  follow(binding: Binding, heard: boolean): void {
    const before = this.#followed.get(binding.row.id);
    before?.timer?.cancel();
    const reach = heard ? 'reachable' : (before?.reach ?? 'unknown');
    const followed: Followed = { binding, reach, timer: undefined };
    this.#followed.set(binding.row.id, followed);
    // Spread over the interval: contacts restored together are not asked together.
    this.#later(followed, (interval) => this.#ports.kernel.random(interval));
  }

  forget(id: string): void {
    this.#followed.get(id)?.timer?.cancel();
    this.#followed.delete(id);
  }

  of(id: string): Reach {
    return this.#followed.get(id)?.reach ?? 'unknown';
  }

  #later(followed: Followed, delay: (interval: number) => number): void {
    const interval = intervalOf(followed.binding, this.#ports.qualify()) * 1000;
    if (interval <= 0) return;
    followed.timer = this.#ports.kernel.house.after(delay(interval), () => this.#ask(followed));
  }

  #ask(followed: Followed): void {
    followed.timer = undefined;
    this.#ports.ping(followed.binding, (answered) => {
      if (this.#followed.get(followed.binding.row.id) !== followed) return;
      followed.reach = answered ? 'reachable' : 'unreachable';
      this.#later(followed, (interval) => interval);
    });
  }
}

/** Seconds between two OPTIONS; 0: never. Behind a proxy it is the proxy that keeps the way open. */
function intervalOf({ row, uri }: Binding, qualify: ExchangeConfig['qualify']): number {
  const { every = 0, behindNat = 0 } = qualify ?? {};
  if (!isBehindNat(row, uri.host) || behindNat === 0) return every;
  return every === 0 ? behindNat : Math.min(every, behindNat);
}

function isBehindNat(row: BindingRow, host: string): boolean {
  return row.protocol === 'udp' && row.path === '' && host.replace(/^\[(.*)\]$/, '$1') !== row.sourceAddress;
}

/**
 * What is rung for a user: one list of alternatives for each of his phones (RFC 5626 §7: one contact of an instance at a time),
 * best first. Contacts that do not answer are left out where others do.
 */
export function targetsOf(
  bindings: readonly Binding[],
  reachOf: (id: string) => Reach,
): readonly (readonly Binding[])[] {
  const phones = new Map<string, Binding[]>();
  for (const binding of bindings) {
    const { id, instance } = binding.row;
    const phone = instance === '' ? `contact ${id}` : `instance ${instance}`;
    phones.set(phone, [...(phones.get(phone) ?? []), binding]);
  }
  const silent = ({ row }: Binding): boolean => reachOf(row.id) === 'unreachable';
  const rank = (a: Binding, b: Binding): number =>
    Number(silent(a)) - Number(silent(b)) || b.row.refreshedAt - a.row.refreshedAt;
  const all = [...phones.values()].map((alternatives) => alternatives.toSorted(rank));
  const answers = bindings.some(({ row }) => reachOf(row.id) === 'reachable');
  return answers ? all.filter(([first]) => first !== undefined && !silent(first)) : all;
}
