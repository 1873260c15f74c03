import type { Kernel, Timer } from '../kernel/index.ts';
import { parseUri, type Uri } from '../sip/message/index.ts';
import type { Resolved, Resolver, Target } from '../sip/transport/resolve/index.ts';
import type { Flow, Protocol, Wire } from '../sip/transport/types.ts';
import { cached, type Destination, resolve } from '../sip/usage/index.ts';
import type { Account } from './config.ts';
import { requestUriOf } from './contact.ts';
import type { Way } from './destination.ts';
import { type Reach, Reachability } from './reachability.ts';

export interface StaticContactsPorts {
  readonly kernel: Kernel;
  readonly wire: Wire;
  /** Who knows names; without one only addresses lead anywhere. */
  readonly resolver: Resolver | undefined;
  /** Seconds between two OPTIONS to a contact, as it is now; 0: none. */
  readonly every: () => number;
  /** Sends OPTIONS; told whether anything came back. */
  readonly ping: (to: Destination | undefined, done: (answered: boolean) => void) => void;
}

/** A contact that the configuration names. */
interface Followed {
  readonly account: string;
  /** As it is written. */
  readonly contact: string;
  readonly uri: Uri;
  /** Where it led when it was last looked up, in the order to be tried. */
  resolved: Resolved;
  looking: Timer | undefined;
}

/** What `registrations` shows of one. */
interface StaticContactView {
  readonly account: string;
  readonly contact: string;
  /** The address that is tried first; undefined: its name leads nowhere. */
  readonly target: Target | undefined;
  readonly reach: Reach;
}

/** Names are looked up so often, each answer no sooner than its TTL says: a call finds addresses without waiting for them. */
const LOOK_EVERY = 30_000;
/** An address from which nothing came is tried after the others for so long. */
const SHUNNED = 60_000;
const SPEAKS: readonly Protocol[] = ['udp', 'tcp', 'tls'];

/** Contacts that do not register: looked up (RFC 3263), asked by OPTIONS whether they are there, and rung. */
export class StaticContacts {
  readonly #ports: StaticContactsPorts;
  readonly #resolver: Resolver;
  readonly #reachability: Reachability;
  readonly #followed = new Map<string, Followed>();
  /** Until when an address is tried last. */
  readonly #shunned = new Map<string, number>();

  constructor(ports: StaticContactsPorts) {
    this.#ports = ports;
    this.#resolver = cached(ports.kernel, ports.resolver ?? NOBODY);
    this.#reachability = new Reachability(ports.kernel);
  }

  /** These accounts' contacts from now on; those that were there before keep what is known of them. */
  follow(accounts: readonly Account[]): void {
    const before = new Map(this.#followed);
    for (const { number, contacts = [] } of accounts)
      for (const contact of contacts) if (!before.delete(idOf(number, contact))) this.#begin(number, contact);
    for (const [id, { looking }] of before) {
      looking?.cancel();
      this.#reachability.forget(id);
      this.#followed.delete(id);
    }
  }

  get all(): readonly StaticContactView[] {
    return [...this.#followed].map(([id, followed]) => ({
      account: followed.account,
      contact: followed.contact,
      target: this.#inTurn(followed)[0],
      reach: this.#reachability.of(id),
    }));
  }

  /** For each contact of an account the ways to it, best first. Those that do not answer are left out where others ring. */
  waysTo(account: string, othersRing: boolean): readonly (readonly Way[])[] {
    const own = [...this.#followed].filter(([, followed]) => followed.account === account);
    const answering = own.filter(([id]) => this.#reachability.of(id) !== 'unreachable');
    const rung = answering.length > 0 || othersRing ? answering : own;
    return rung.map(([, followed]) => this.#ways(followed)).filter((ways) => ways.length > 0);
  }

  /** Why the contacts of an account lead nowhere, in words for a log; undefined: it has none. */
  whyUnreachable(account: string): string | undefined {
    const found = [...this.#followed.values()].find((followed) => followed.account === account);
    return found && `${found.contact}: ${found.resolved.why}`;
  }

  #begin(account: string, contact: string): void {
    const uri = parseUri(contact);
    if (uri === undefined) return;
    const followed: Followed = { account, contact, uri, resolved: UNKNOWN, looking: undefined };
    const id = idOf(account, contact);
    this.#followed.set(id, followed);
    this.#look(followed);
    const ping = (done: (answered: boolean) => void): void => this.#ask(this.#ways(followed), done);
    this.#reachability.follow(id, { every: this.#ports.every, ping }, false);
  }

  /** Looks its name up, and again and again as long as it is followed. An address is itself. */
  #look(followed: Followed): void {
    let told = false;
    const asked = this.#resolve(followed, (resolved) => {
      told = true;
      // Where nobody can say, what was known still stands.
      if (resolved.targets.length > 0 || followed.resolved.targets.length === 0) followed.resolved = resolved;
      if (!isAddress(followed.uri.host))
        followed.looking = this.#ports.kernel.house.after(LOOK_EVERY, () => this.#look(followed));
    });
    if (!told) followed.looking = asked;
  }

  #resolve({ uri }: Followed, then: (resolved: Resolved) => void): Timer {
    const { kernel } = this.#ports;
    return resolve(
      { kernel, resolver: this.#resolver, speaks: SPEAKS, families: [6, 4], scope: kernel.house },
      uri,
      then,
    );
  }

  /** Drawn anew by the weights of SRV each time; what is known answers at once. */
  #inTurn(followed: Followed): readonly Target[] {
    let drawn: readonly Target[] = [];
    this.#resolve(followed, ({ targets }) => (drawn = targets)).cancel();
    const targets = drawn.length > 0 ? drawn : followed.resolved.targets;
    const now = this.#ports.kernel.now();
    const isShunned = (target: Target): number => Number((this.#shunned.get(keyOf(target)) ?? 0) > now);
    return targets.toSorted((a, b) => isShunned(a) - isShunned(b));
  }

  #ways(followed: Followed): readonly Way[] {
    return this.#inTurn(followed).map((target) => ({
      find: () => this.#destination(followed, target),
      unheard: () => this.#shun(target),
    }));
  }

  #destination({ contact, uri }: Followed, { protocol, hop }: Target): Destination | undefined {
    const { wire } = this.#ports;
    const name = protocol === 'tls' && !isAddress(uri.host) ? uri.host : undefined;
    const flow = wire.open(protocol, hop, undefined, undefined, name);
    // telephony.md, Addresses: only a next hop that named no transport is met by another.
    const large = (): Flow | undefined => wire.open('tcp', hop);
    const free = uri.params.get('transport') === undefined;
    return flow && { requestUri: requestUriOf(contact), flow, route: [], ...(free && { large }) };
  }

  #shun(target: Target): void {
    const now = this.#ports.kernel.now();
    for (const [key, until] of this.#shunned) if (until <= now) this.#shunned.delete(key);
    this.#shunned.set(keyOf(target), now + SHUNNED);
  }

  /** One way after another, until one answers. */
  #ask([way, ...others]: readonly Way[], done: (answered: boolean) => void): void {
    if (way === undefined) return done(false);
    this.#ports.ping(way.find(), (answered) => {
      if (answered) return done(true);
      way.unheard?.();
      this.#ask(others, done);
    });
  }
}

const UNKNOWN: Resolved = { targets: [], why: 'not looked up yet' };

const NOBODY: Resolver = {
  naptr: (_name, then) => then({ ok: false, why: 'there is no name service' }),
  srv: (_name, then) => then({ ok: false, why: 'there is no name service' }),
  addresses: (_name, _family, then) => then({ ok: false, why: 'there is no name service' }),
};

function idOf(account: string, contact: string): string {
  return `${account} ${contact}`;
}

function keyOf({ protocol, hop }: Target): string {
  return `${protocol} ${hop.address} ${hop.port}`;
}

function isAddress(host: string): boolean {
  return host.includes(':') || /^\d{1,3}(\.\d{1,3}){3}$/.test(host);
}
