import type { Hop } from '../src/sip/transport/types.ts';
import { Connecting, type ConnectingParts } from './connecting.ts';
import { type Datagram, kindOf } from './datagram.ts';
import type { Driver, WorldKernel } from './driver.ts';
import { Host, type Uplink } from './host.ts';
import { Nat, type NatOptions } from './nat.ts';
import type { Random } from './random.ts';
import type { StreamEnd, StreamUser } from './stream.ts';
import { Climate, type Fate, type Weather, type Where } from './weather.ts';

/** More does not fit into a UDP datagram over IPv4 (65,535 less 20 less 8). */
const LARGEST = 65_507;
/** Milliseconds from anywhere to anywhere. */
const BASE_DELAY = 1;

/** What an observer is told of each datagram that was sent. */
export interface Sighting {
  readonly at: number;
  readonly datagram: Datagram;
  readonly sender: Host;
  /** undefined: no such address, or a NAT box kept it out. */
  readonly receiver: Host | undefined;
  /** Copies that will arrive at the receiver: 0 when lost. */
  readonly copies: number;
}

/** Weather or a filter that can be taken away again. */
export interface Condition {
  clear(): void;
}

export interface Filter extends Condition {
  /** Datagrams it has swallowed. */
  readonly dropped: number;
}

interface Destination {
  readonly host: Host;
  readonly port: number;
  /** Who the host believes it comes from. */
  readonly source: Hop;
}

/** Everything inside one box, or outside all of them: addresses are unique in here. */
class Realm {
  readonly hosts = new Map<string, Host>();
  readonly boxes = new Map<string, { readonly nat: Nat; readonly inside: Realm }>();
  readonly way: { readonly nat: Nat; readonly outer: Realm } | undefined;

  constructor(way?: { nat: Nat; outer: Realm }) {
    this.way = way;
  }
}

/**
 * Hosts by address, joined by UDP. A datagram always arrives as an input of its own, never inside `send`; what happens
 * to it on the way is decided by weather, filters and NAT boxes, all seeded.
 */
export class Network {
  readonly #driver: Driver;
  readonly #random: Random;
  readonly #public = new Realm();
  readonly #realms = new Map<Nat, Realm>();
  readonly #climates = new Set<Climate>();
  readonly #filters = new Set<(datagram: Datagram) => boolean>();
  readonly #observers: ((sighting: Sighting) => void)[] = [];
  readonly #latest = new Map<string, number>();

  constructor(driver: Driver, random: Random) {
    this.#driver = driver;
    this.#random = random;
  }

  /** The host there is, or undefined. */
  at(address: string, behind?: Nat): Host | undefined {
    return this.#realm(behind).hosts.get(address);
  }

  place(address: string, kernel: WorldKernel, behind?: Nat): Host {
    const realm = this.#realm(behind);
    if (realm.hosts.has(address)) throw new Error(`${address} is taken`);
    const uplink: Uplink = {
      send: (...sent) => this.#send(...sent),
      connect: (...asked) => this.#connect(...asked),
      soon: (act) => this.#driver.arrive(0, act),
    };
    const host = new Host(address, kernel, uplink, behind);
    realm.hosts.set(address, host);
    return host;
  }

  /** Takes a host off the network for good; what is under way to it gets lost. */
  remove(host: Host): void {
    host.vanish();
    this.#realm(host.behind).hosts.delete(host.address);
  }

  /** A NAT box; hosts go behind it, and so may another box (carrier-grade NAT). */
  nat(options: NatOptions, behind?: Nat): Nat {
    const nat = new Nat(options, () => this.#driver.now);
    const outer = this.#realm(behind);
    const inside = new Realm({ nat, outer });
    for (const address of nat.addresses) outer.boxes.set(address, { nat, inside });
    this.#realms.set(nat, inside);
    return nat;
  }

  weather(weather: Weather, where: Where = {}): Condition {
    const climate = new Climate(weather, where, this.#random);
    this.#climates.add(climate);
    return { clear: () => void this.#climates.delete(climate) };
  }

  /** Swallows every datagram for which `which` is true. */
  drop(which: (datagram: Datagram) => boolean): Filter {
    let dropped = 0;
    const filter = (datagram: Datagram): boolean => {
      const hit = which(datagram);
      if (hit) dropped += 1;
      return hit;
    };
    this.#filters.add(filter);
    return {
      get dropped() {
        return dropped;
      },
      clear: () => void this.#filters.delete(filter),
    };
  }

  /** Ends all weather and filters. */
  calm(): void {
    this.#climates.clear();
    this.#filters.clear();
  }

  observe(observer: (sighting: Sighting) => void): void {
    this.#observers.push(observer);
  }

  #send(sender: Host, from: Hop, to: Hop, bytes: Uint8Array): void {
    if (!sender.up || bytes.length > LARGEST) return;
    const datagram: Datagram = { kind: kindOf(bytes), from, to, bytes };
    const destination = this.#route(this.#realm(sender.behind), from, to);
    const { copies } = this.#fate(datagram);
    this.#tell({ at: this.#driver.now, datagram, sender, receiver: destination?.host, copies: copies.length });
    if (destination === undefined) return;
    for (const copy of copies) this.#carry(datagram, destination, copy);
  }

  /** Nobody there, or nobody who takes it, is refused. Weather leaves connections alone: loss would only show as delay. */
  #connect(host: Host, from: Hop, to: Hop, user: StreamUser): StreamEnd {
    const parts: ConnectingParts = {
      later: (act) => this.#driver.arrive(BASE_DELAY, act),
      cut: (octets) => 1 + Math.floor(this.#random.under(octets)),
      now: () => this.#driver.now,
      tell: (sighting) => this.#tell(sighting),
    };
    const connecting = new Connecting(parts, host, from, to, user);
    connecting.begin(host.up ? this.#route(this.#realm(host.behind), from, to) : undefined);
    return connecting;
  }

  #tell(sighting: Sighting): void {
    for (const observer of this.#observers) observer(sighting);
  }

  #fate(datagram: Datagram): Fate {
    let copies: Fate['copies'] = [{ delay: BASE_DELAY, overtaken: false }];
    for (const filter of this.#filters) if (filter(datagram)) return { copies: [] };
    for (const climate of this.#climates) {
      if (!climate.covers(datagram)) continue;
      const further = climate.fate(datagram).copies;
      copies = copies.flatMap((copy) =>
        further.map((more) => ({ delay: copy.delay + more.delay, overtaken: copy.overtaken || more.overtaken })),
      );
    }
    return { copies };
  }

  /** Each copy has octets of its own: a receiver may write into what it gets. */
  #carry({ from, to, kind, bytes }: Datagram, { host, port, source }: Destination, copy: Fate['copies'][number]): void {
    const own = new Uint8Array(bytes);
    const delay = copy.overtaken ? copy.delay : this.#inOrder(`${from.address} ${to.address} ${kind}`, copy.delay);
    this.#driver.arrive(delay, () => host.take(port, source, own), kind !== 'sip');
  }

  /** Jitter does not reorder: what was sent later arrives no earlier. */
  #inOrder(link: string, delay: number): number {
    const now = this.#driver.now;
    const at = Math.max(now + delay, this.#latest.get(link) ?? 0);
    this.#latest.set(link, at);
    return at - now;
  }

  /** Outwards through boxes until somebody has the address, then inwards as far as the boxes let it. */
  #route(start: Realm, from: Hop, to: Hop): Destination | undefined {
    let realm = start;
    let source = from;
    for (;;) {
      const host = realm.hosts.get(to.address);
      if (host !== undefined) return { host, port: to.port, source };
      const box = realm.boxes.get(to.address);
      if (box !== undefined) return this.#enter(box, source, to);
      if (realm.way === undefined) return undefined;
      source = realm.way.nat.outbound(source, to);
      realm = realm.way.outer;
    }
  }

  #enter(box: { nat: Nat; inside: Realm }, source: Hop, to: Hop): Destination | undefined {
    const inside = box.nat.inbound(source, to);
    if (inside === undefined) return undefined;
    const host = box.inside.hosts.get(inside.address);
    if (host !== undefined) return { host, port: inside.port, source };
    const next = box.inside.boxes.get(inside.address);
    return next === undefined ? undefined : this.#enter(next, source, inside);
  }

  #realm(behind: Nat | undefined): Realm {
    const realm = behind === undefined ? this.#public : this.#realms.get(behind);
    if (realm === undefined) throw new Error('that NAT box is not of this network');
    return realm;
  }
}
