import type { Address } from './protocol.ts';

/** Consecutive valid packets that make a source believable. */
const PROBATION = 3;
/** Within how long a source's consecutive packets must come, in ms. */
const WINDOW = 2000;
/** Strangers on probation at a time: a flood of forged sources must not cost memory. */
const CANDIDATES = 4;

interface Candidate {
  readonly address: string;
  readonly port: number;
  ssrc: number;
  sequence: number;
  count: number;
  /** When its first consecutive packet came. */
  since: number;
}

export type Verdict = 'ours' | 'latched' | 'stranger';

/**
 * Decides whose packets are a leg's (telephony.md, Latching): those from the address in SDP, or from the first other
 * source that sends three consecutive valid packets within two seconds. The address in SDP can always win back its leg.
 * Each source has a window of its own, from its first packet: a stranger's stray packet must not use up the phone's.
 */
export class Latch {
  #remote: Address | undefined;
  #allowed = false;
  #latched: Address | undefined;
  #confirmed = false;
  #candidates: Candidate[] = [];
  /** One of the two: asked for twice a packet. */
  #target: Address | undefined;

  /** Where to send: the latched source, else the address in SDP. */
  get target(): Address | undefined {
    return this.#target;
  }

  /** Whether the leg's source has been heard in this epoch, wherever it is. */
  get settled(): boolean {
    return this.#confirmed || this.#latched !== undefined;
  }

  /** Begins an epoch: everything latched is forgotten. */
  restart(remote: Address | undefined, allowed: boolean): void {
    this.#remote = remote;
    this.#allowed = allowed;
    this.#latched = undefined;
    this.#target = remote;
    this.#confirmed = false;
    this.#candidates = [];
  }

  /** Judges a packet already found valid (version, payload type). */
  judge(address: string, port: number, ssrc: number, sequence: number, now: number): Verdict {
    const target = this.target;
    if (target !== undefined && target.port === port && target.address === address) return this.#ours();
    const signalled = this.#remote?.port === port && this.#remote.address === address;
    if (!signalled && !this.#open()) return 'stranger';
    return this.#probe(address, port, ssrc, sequence, now);
  }

  #ours(): Verdict {
    if (this.#latched === undefined) this.#confirmed = true;
    return 'ours';
  }

  /** The first valid packet from the address in SDP closes the window: that phone is not behind a NAT. */
  #open(): boolean {
    return this.#allowed && !this.settled;
  }

  #probe(address: string, port: number, ssrc: number, sequence: number, now: number): Verdict {
    const candidate = this.#candidate(address, port, ssrc);
    const consecutive = candidate.ssrc === ssrc && ((candidate.sequence + 1) & 0xffff) === sequence;
    const timely = now - candidate.since <= WINDOW;
    candidate.count = consecutive && timely ? candidate.count + 1 : 1;
    if (candidate.count === 1) candidate.since = now;
    candidate.ssrc = ssrc;
    candidate.sequence = sequence;
    if (candidate.count < PROBATION) return 'stranger';
    this.#latched = { address, port };
    this.#target = this.#latched;
    this.#candidates = [];
    return 'latched';
  }

  #candidate(address: string, port: number, ssrc: number): Candidate {
    for (const known of this.#candidates) if (known.port === port && known.address === address) return known;
    const fresh: Candidate = { address, port, ssrc, sequence: -2, count: 0, since: 0 };
    if (this.#candidates.length >= CANDIDATES) this.#candidates.shift();
    this.#candidates.push(fresh);
    return fresh;
  }
}
