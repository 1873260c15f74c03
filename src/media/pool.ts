import type { Received, UdpSocket } from './net.ts';
import type { HostPorts } from './ports.ts';

/** How long a returned pair rests, so that late packets of its last call are not taken for the next one's (ms). */
const REST = 5000;
/** Pairs that are bound at the same time. */
const WIDTH = 8;
/** Pairs kept at most for calls that come as fast as the last ones came. */
const MOST = 2048;
/** Ports that may be refused before giving up for a while. */
const ATTEMPTS = 20;

/** Who takes what arrives on a pair while it is in use. */
export interface PairUser {
  rtp(bytes: Uint8Array, address: string, port: number): void;
  rtcp(bytes: Uint8Array, address: string, port: number): void;
}

/** Two bound sockets: RTP on an even port, RTCP on the next (RFC 3550 §11). */
export interface Pair {
  readonly lease: number;
  readonly site: Site;
  readonly rtp: UdpSocket;
  readonly rtcp: UdpSocket;
  user: PairUser | undefined;
}

/** One local address and the pairs bound on it. */
export interface Site {
  readonly address: string;
  /** RTP ports of our own pairs there. */
  readonly held: Set<number>;
  free: number;
  /** Pairs that are being bound. */
  filling: number;
  looping: boolean;
  /** Pairs taken within the time that a returned one rests. */
  taken: number;
  /** No more can be bound for now. */
  spent: boolean;
  /** Has been filled as far as possible once. */
  settled: boolean;
  /** Next even port to try; used only with a configured range. */
  cursor: number;
}

type Found = (pair: Pair | undefined) => void;

/** Binds port pairs ahead, announces them as leases, and lets returned ones rest. */
export class PortPool {
  readonly #ports: HostPorts;
  readonly #sites: Site[];
  readonly #pairs = new Map<number, Pair>();
  readonly #filled: () => void;
  #lease = 0;
  #unfilled: number;
  #closed = false;

  /** `filled` is called once, when every address has as many pairs as could be bound. */
  constructor(ports: HostPorts, filled: () => void) {
    this.#ports = ports;
    this.#filled = filled;
    this.#sites = ports.addresses.map((address) => createSite(address, firstEven(ports)));
    this.#unfilled = this.#sites.length;
  }

  start(): void {
    if (this.#unfilled === 0) this.#filled();
    for (const site of this.#sites) this.#fill(site);
  }

  /** Takes a leased pair into use, for whoever sets its user; undefined: unknown or in use. */
  take(lease: number): Pair | undefined {
    const pair = this.#pairs.get(lease);
    if (pair === undefined || pair.user !== undefined) return undefined;
    const { site } = pair;
    pair.user = idle;
    site.free -= 1;
    site.taken += 1;
    this.#ports.after('house', REST, () => {
      site.taken -= 1;
    });
    this.#fill(site);
    return pair;
  }

  /** Closes a leased pair that nobody will take; one that is in use stays. */
  retire(lease: number): void {
    const pair = this.#pairs.get(lease);
    if (pair === undefined || pair.user !== undefined) return;
    pair.site.free -= 1;
    this.#forget(pair);
  }

  giveBack(pair: Pair): void {
    pair.user = idle;
    this.#ports.after('house', REST, () => this.#rested(pair));
  }

  close(): void {
    this.#closed = true;
    for (const pair of this.#pairs.values()) closePair(pair);
    this.#pairs.clear();
  }

  #rested(pair: Pair): void {
    if (this.#closed) return;
    pair.site.spent = false;
    if (pair.site.free >= this.#mayKeep(pair.site)) return this.#forget(pair);
    pair.user = undefined;
    this.#announce(pair);
  }

  #forget(pair: Pair): void {
    this.#pairs.delete(pair.lease);
    pair.site.spent = false;
    closePair(pair);
  }

  /** Pairs that are free when nothing happens. */
  get size(): number {
    return this.#ports.poolSize + (this.#ports.poolSpare ?? 0);
  }

  /** Pairs that may be free: while many are taken, those that come back are not closed to be bound again at once. */
  #mayKeep({ taken }: Site): number {
    return Math.max(this.size, Math.min(taken, MOST));
  }

  #announce(pair: Pair): void {
    pair.site.free += 1;
    this.#ports.tell({ event: 'leased', lease: pair.lease, address: pair.site.address, port: pair.rtp.local.port });
  }

  /** Binding may answer at once: what it answers is taken up by the loop that asked. */
  #fill(site: Site): void {
    if (site.looping) return;
    site.looping = true;
    while (!this.#closed && !site.spent && site.filling < WIDTH && site.free + site.filling < this.size) {
      site.filling += 1;
      this.#find(site, (pair) => this.#bound(site, pair));
    }
    site.looping = false;
    if (site.filling === 0) this.#settle(site);
  }

  #bound(site: Site, pair: Pair | undefined): void {
    site.filling -= 1;
    if (pair === undefined) this.#exhausted(site);
    else if (this.#closed) return closePair(pair);
    else {
      this.#pairs.set(pair.lease, pair);
      this.#announce(pair);
      if (site.free >= this.#ports.poolSize) this.#settle(site);
    }
    this.#fill(site);
  }

  /** Nothing was found to bind: what comes back, or whoever else has our ports and goes, will change that. */
  #exhausted(site: Site): void {
    if (site.spent) return;
    site.spent = true;
    this.#ports.after('house', REST, () => {
      site.spent = false;
      this.#fill(site);
    });
  }

  #settle(site: Site): void {
    if (site.settled) return;
    site.settled = true;
    this.#unfilled -= 1;
    if (this.#unfilled === 0) this.#filled();
  }

  #find(site: Site, found: Found): void {
    const range = this.#ports.ports;
    if (range === undefined) this.#findAnywhere(site, ATTEMPTS, found);
    else this.#findWithin(site, range.to, Math.floor((range.to - firstEven(this.#ports) + 1) / 2), found);
  }

  /** Tries the ports that are not ours in turn: all of them at the start, later a few at a time, since calls are heard meanwhile. */
  #findWithin(site: Site, last: number, attempts: number, found: Found): void {
    let patience = site.settled ? ATTEMPTS : attempts;
    for (let left = attempts; left > 0 && patience > 0; left -= 1) {
      const port = site.cursor;
      site.cursor = port + 3 > last ? firstEven(this.#ports) : port + 2;
      if (site.held.has(port)) continue;
      const at = left - 1;
      const bound = atOnce(
        (then: Found) => this.#bindPair(site, port, then),
        (pair) => (pair === undefined ? this.#findWithin(site, last, at, found) : found(pair)),
      );
      if (bound === 'later') return;
      if (bound !== undefined) return found(bound);
      patience -= 1;
    }
    found(undefined);
  }

  /** Beside an ephemeral port the next even one is tried; the probe stays until then, so that the next is another. */
  #findAnywhere(site: Site, attempts: number, found: Found): void {
    if (attempts === 0) return found(undefined);
    this.#ports.udp.bind(site.address, 0, ignore, (probe) => {
      if (probe === undefined) return found(undefined);
      const { port } = probe.local;
      const even = port % 2 === 0;
      if (even) probe.close();
      const done: Found = (pair) => {
        if (!even) probe.close();
        found(pair);
      };
      this.#bindPair(site, even ? port : port + 1, (pair) => {
        if (pair === undefined) this.#findAnywhere(site, attempts - 1, done);
        else done(pair);
      });
    });
  }

  #bindPair(site: Site, port: number, found: Found): void {
    let pair: Pair | undefined;
    const { udp } = this.#ports;
    const rtpReceived: Received = (bytes, from, fromPort) => pair?.user?.rtp(bytes, from, fromPort);
    const rtcpReceived: Received = (bytes, from, fromPort) => pair?.user?.rtcp(bytes, from, fromPort);
    udp.bind(site.address, port, rtpReceived, (rtp) => {
      if (rtp === undefined) return found(undefined);
      udp.bind(site.address, port + 1, rtcpReceived, (rtcp) => {
        if (rtcp === undefined) {
          rtp.close();
          return found(undefined);
        }
        this.#lease += 1;
        pair = { lease: this.#lease, site, rtp, rtcp, user: undefined };
        site.held.add(port);
        found(pair);
      });
    });
  }
}

/** What is answered before it returns; otherwise 'later', and the answer goes to `then`. */
function atOnce(ask: (then: Found) => void, then: Found): Pair | 'later' | undefined {
  const state: { answer: Pair | 'later' | undefined; waiting: boolean } = { answer: 'later', waiting: true };
  ask((pair) => {
    if (state.waiting) state.answer = pair;
    else then(pair);
  });
  state.waiting = false;
  return state.answer;
}

const ignore = (): void => undefined;

/** Nobody listens, though the pair is not free. */
const idle: PairUser = { rtp: ignore, rtcp: ignore };

function createSite(address: string, cursor: number): Site {
  return {
    address,
    held: new Set(),
    free: 0,
    filling: 0,
    looping: false,
    taken: 0,
    spent: false,
    settled: false,
    cursor,
  };
}

function closePair(pair: Pair): void {
  pair.site.held.delete(pair.rtp.local.port);
  pair.rtp.close();
  pair.rtcp.close();
}

function firstEven(ports: HostPorts): number {
  const from = ports.ports?.from ?? 0;
  return from + (from % 2);
}
