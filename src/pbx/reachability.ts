import type { Kernel, Timer } from '../kernel/index.ts';
import type { Binding } from './bindings.ts';
import type { Account, ExchangeConfig } from './config.ts';
import type { BindingRow } from './store.ts';

/** `unknown`: not heard of since the exchange started. */
export type Reach = 'reachable' | 'unreachable' | 'unknown';

/** Somebody who can be asked whether he is there. */
export interface Pinged {
  /** Seconds between two questions, as it is now; 0: none. */
  readonly every: () => number;
  /** Sends OPTIONS; told whether anything came back. */
  readonly ping: (done: (answered: boolean) => void) => void;
}

interface Followed {
  readonly pinged: Pinged;
  reach: Reach;
  timer: Timer | undefined;
}

/**
 * Which contacts answer. Any response to OPTIONS, even 404, means reachable; silence makes a contact unreachable and leaves it
 * bound. Pings also keep the NAT boxes open that phones sit behind.
 */
export class Reachability {
  readonly #kernel: Kernel;
  readonly #followed = new Map<string, Followed>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** A contact is there, or is there again; `heard`: its phone has just said so itself. */
  follow(id: string, pinged: Pinged, heard: boolean): void {
    const before = this.#followed.get(id);
    before?.timer?.cancel();
    const reach = heard ? 'reachable' : (before?.reach ?? 'unknown');
    const followed: Followed = { pinged, reach, timer: undefined };
    this.#followed.set(id, followed);
    // Spread over the interval: contacts restored together are not asked together.
    this.#later(id, followed, (interval) => this.#kernel.random(interval));
  }

  forget(id: string): void {
    this.#followed.get(id)?.timer?.cancel();
    this.#followed.delete(id);
  }

  of(id: string): Reach {
    return this.#followed.get(id)?.reach ?? 'unknown';
  }

  #later(id: string, followed: Followed, delay: (interval: number) => number): void {
    const interval = followed.pinged.every() * 1000;
    if (interval <= 0) return;
    followed.timer = this.#kernel.house.after(delay(interval), () => this.#ask(id, followed));
  }

  #ask(id: string, followed: Followed): void {
    followed.timer = undefined;
    followed.pinged.ping((answered) => {
      if (this.#followed.get(id) !== followed) return;
      followed.reach = answered ? 'reachable' : 'unreachable';
      this.#later(id, followed, (interval) => interval);
    });
  }
}

/** Seconds between two OPTIONS to a binding; 0: never. Behind a proxy it is the proxy that keeps the way open. */
export function intervalOf({ row, uri }: Binding, nat: Account['nat'], qualify: ExchangeConfig['qualify']): number {
  const { every = 0, behindNat = 0 } = qualify ?? {};
  const natted = nat === 'auto' || nat === undefined ? isBehindNat(row, uri.host) : nat === 'yes' && isDatagram(row);
  if (!natted || behindNat === 0) return every;
  return every === 0 ? behindNat : Math.min(every, behindNat);
}

function isDatagram({ protocol, path }: BindingRow): boolean {
  return protocol === 'udp' && path === '';
}

function isBehindNat(row: BindingRow, host: string): boolean {
  return isDatagram(row) && host.replace(/^\[(.*)\]$/, '$1') !== row.sourceAddress;
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
