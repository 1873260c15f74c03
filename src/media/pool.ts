import type { Received, UdpSocket } from './net.ts';
import type { HostPorts } from './ports.ts';

/** How long a returned pair rests, so that late packets of its last call are not taken for the next one's (ms). */
const REST = 5000;
/** Attempts to find a pair among ephemeral ports before giving up until the next need. */
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
  filling: boolean;
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
    pair.user = idle;
    pair.site.free -= 1;
    this.#fill(pair.site);
    return pair;
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
    if (pair.site.free >= this.#ports.poolSize) {
      this.#pairs.delete(pair.lease);
      closePair(pair);
      return;
    }
    pair.user = undefined;
    this.#announce(pair);
  }

  #announce(pair: Pair): void {
    pair.site.free += 1;
    this.#ports.tell({ event: 'leased', lease: pair.lease, address: pair.site.address, port: pair.rtp.local.port });
  }

  #fill(site: Site): void {
    if (site.filling || this.#closed) return;
    if (site.free >= this.#ports.poolSize) return this.#settle(site);
    site.filling = true;
    this.#find(site, (pair) => {
      site.filling = false;
      if (pair === undefined) return this.#exhausted(site);
      if (this.#closed) return closePair(pair);
      this.#pairs.set(pair.lease, pair);
      this.#announce(pair);
      this.#fill(site);
    });
  }

  /** With nothing left to take or be given back, only time can help: who has our ports may go. */
  #exhausted(site: Site): void {
    this.#settle(site);
    if (site.held.size === 0) this.#ports.after('house', REST, () => this.#fill(site));
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

  #findWithin(site: Site, last: number, attempts: number, found: Found): void {
    for (let left = attempts; left > 0; left -= 1) {
      const port = site.cursor;
      site.cursor = port + 3 > last ? firstEven(this.#ports) : port + 2;
      if (site.held.has(port)) continue;
      this.#bindPair(site, port, (pair) => {
        if (pair === undefined) this.#findWithin(site, last, left - 1, found);
        else found(pair);
      });
      return;
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
    const slot: { pair: Pair | undefined } = { pair: undefined };
    const { udp } = this.#ports;
    const rtpReceived: Received = (bytes, from, fromPort) => slot.pair?.user?.rtp(bytes, from, fromPort);
    const rtcpReceived: Received = (bytes, from, fromPort) => slot.pair?.user?.rtcp(bytes, from, fromPort);
    udp.bind(site.address, port, rtpReceived, (rtp) => {
      if (rtp === undefined) return found(undefined);
      udp.bind(site.address, port + 1, rtcpReceived, (rtcp) => {
        if (rtcp === undefined) {
          rtp.close();
          return found(undefined);
        }
        this.#lease += 1;
        slot.pair = { lease: this.#lease, site, rtp, rtcp, user: undefined };
        site.held.add(port);
        found(slot.pair);
      });
    });
  }
}

const ignore = (): void => undefined;

/** Nobody listens, though the pair is not free. */
const idle: PairUser = { rtp: ignore, rtcp: ignore };

function createSite(address: string, cursor: number): Site {
  return { address, held: new Set(), free: 0, filling: false, settled: false, cursor };
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
