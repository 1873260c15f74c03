import type { Kernel, Opened } from '../kernel/index.ts';
import { type Bridge, otherMember } from './bridge.ts';
import type { LegDriver } from './driver.ts';
import { type Leg, type LegId, type LegOwner, LIMBO, type Place } from './leg.ts';
import { hearsOf, type Wish } from './media-plan.ts';
import { CAUSES, type Cause, type Party, sameParty } from './party.ts';

/** What observers hear of legs, after the step. */
export type LegEvent =
  | { readonly event: 'leg.new' | 'leg.ringing' | 'leg.up' | 'leg.held' | 'leg.resumed'; readonly leg: Leg }
  | { readonly event: 'leg.gone'; readonly leg: Leg; readonly cause: Cause };

export interface NewLeg {
  readonly direction: 'in' | 'out';
  readonly call: string;
  readonly account: string | undefined;
  readonly party: Party;
}

interface Entry {
  readonly leg: Leg;
  readonly counted: Opened;
  owner: LegOwner | undefined;
  wanted: Wish | undefined;
}

/**
 * All legs and bridges of the exchange. The line tells it what happened on the wire; scripts and dials tell it where legs
 * go; what each leg hears follows from its place.
 */
export class Switchboard {
  readonly #kernel: Kernel;
  readonly #driver: LegDriver;
  readonly #observe: (event: LegEvent) => void;
  readonly #entries = new Map<LegId, Entry>();
  readonly #bridges = new Map<string, Bridge>();
  /** Legs that may have got another party in this step. */
  readonly #moved = new Set<Leg>();

  constructor(kernel: Kernel, driver: LegDriver, observe: (event: LegEvent) => void) {
    this.#kernel = kernel;
    this.#driver = driver;
    this.#observe = observe;
  }

  get legs(): readonly Leg[] {
    return [...this.#entries.values()].map((entry) => entry.leg);
  }

  /** A new leg in limbo, or in its owner's place at once. */
  add({ direction, call, account, party }: NewLeg): Leg {
    const leg: Leg = {
      id: this.#kernel.token() as LegId,
      call,
      direction,
      account,
      party,
      state: 'new',
      held: false,
      place: LIMBO,
      shows: undefined,
    };
    this.#entries.set(leg.id, { leg, counted: this.#kernel.scene.open('leg'), owner: undefined, wanted: undefined });
    this.#tell({ event: 'leg.new', leg });
    return leg;
  }

  /** Puts a leg into a script or a dial, out of wherever it was. */
  place(leg: Leg, place: Exclude<Place, { in: 'bridge' }>, owner: LegOwner | undefined): void {
    const entry = this.#entries.get(leg.id);
    if (entry === undefined) return;
    const left = this.#leave(leg);
    leg.place = place;
    entry.owner = owner;
    entry.wanted = undefined;
    this.#replan(leg, ...left);
  }

  /** What a leg's script or dial wants it to hear; it ends with the leg's stay there. */
  hear(leg: Leg, wanted: Wish | undefined): void {
    const entry = this.#entries.get(leg.id);
    if (entry === undefined || (leg.place.in !== 'script' && leg.place.in !== 'dial')) return;
    entry.wanted = wanted;
    this.#replan(leg);
  }

  /** Joins two legs that are up. Each keeps its owner, who is told when the other leaves. False: one of them is gone. */
  bridge(a: Leg, b: Leg): boolean {
    if (a === b || !this.#entries.has(a.id) || !this.#entries.has(b.id)) return false;
    const members = [a, b];
    const left = members.flatMap((leg) => this.#leave(leg)).filter((leg) => !members.includes(leg));
    const bridge: Bridge = { id: this.#kernel.token(), kind: 'talk', members };
    this.#bridges.set(bridge.id, bridge);
    for (const leg of members) {
      leg.place = { in: 'bridge', bridge: bridge.id };
      this.#want(leg, undefined);
    }
    this.#replan(a, b, ...left);
    this.#redisplay(a, b);
    return true;
  }

  /** Who a leg talks to now. */
  peerOf(leg: Leg): Leg | undefined {
    const bridge = this.#bridgeOf(leg);
    return bridge === undefined ? undefined : otherMember(bridge, leg);
  }

  /** In: tells the caller that it rings at `shows`; again when that changes. */
  ring(leg: Leg, shows: Party | undefined): void {
    if (leg.state === 'up' || leg.state === 'gone') return;
    if (leg.state === 'new') leg.state = 'ringing';
    leg.shows = shows;
    this.#driver.ring(leg, shows);
  }

  /** In: lets the caller hear what its place says before anybody has answered. */
  early(leg: Leg, shows: Party | undefined): void {
    if (leg.state !== 'new' && leg.state !== 'ringing') return;
    leg.state = 'early';
    leg.shows = shows;
    this.#driver.early(leg, shows);
  }

  /** In: tells the caller that its call is being forwarded (181) or queued (182). */
  progress(leg: Leg, status: 181 | 182): void {
    if (leg.state !== 'up' && leg.state !== 'gone') this.#driver.progress(leg, status);
  }

  /** Who is at its end is not to be named from now on. */
  withhold(leg: Leg): void {
    leg.party = { ...leg.party, withheld: true };
  }

  /** In: answers, once. */
  answer(leg: Leg, shows: Party | undefined = leg.shows): void {
    if (leg.state === 'up' || leg.state === 'gone') return;
    leg.state = 'up';
    leg.shows = shows;
    this.#driver.answer(leg, shows);
    this.#tell({ event: 'leg.up', leg });
  }

  /** Ends a leg from our side; its owner is told. */
  end(leg: Leg, cause: Cause = CAUSES.normal): void {
    if (leg.state === 'gone') return;
    this.#driver.end(leg, cause);
    this.gone(leg, cause);
  }

  /** The line: an out leg's phone rings. */
  ringing(leg: Leg): void {
    if (leg.state !== 'new') return;
    leg.state = 'ringing';
    this.#tell({ event: 'leg.ringing', leg });
    this.#ownerOf(leg)?.ringing(leg);
  }

  /** The line: an out leg's phone can be heard before it has answered. */
  earlyMedia(leg: Leg): void {
    if (leg.state !== 'new' && leg.state !== 'ringing') return;
    if (leg.state === 'new') this.#tell({ event: 'leg.ringing', leg });
    leg.state = 'early';
    this.#replan(leg);
    this.#ownerOf(leg)?.early(leg);
  }

  /** The line: an out leg's call is being forwarded (181) or queued (182). */
  progressed(leg: Leg, status: 181 | 182): void {
    if (leg.state !== 'up' && leg.state !== 'gone') this.#ownerOf(leg)?.progress(leg, status);
  }

  /** The line: an out leg's phone answered. */
  answered(leg: Leg): void {
    if (leg.state === 'up' || leg.state === 'gone') return;
    leg.state = 'up';
    this.#tell({ event: 'leg.up', leg });
    this.#replan(leg);
    this.#ownerOf(leg)?.answered(leg);
  }

  /** The line: the phone put us on hold, or took us back. */
  hold(leg: Leg, held: boolean): void {
    if (leg.held === held || leg.state === 'gone') return;
    leg.held = held;
    this.#tell({ event: held ? 'leg.held' : 'leg.resumed', leg });
    const peer = this.peerOf(leg);
    this.#replan(leg, ...(peer === undefined ? [] : [peer]));
  }

  /** The line: a media session was made or changed; whoever hears this leg must be told. */
  mediaChanged(leg: Leg): void {
    const peer = this.peerOf(leg);
    this.#replan(leg, ...(peer === undefined ? [] : [peer]));
  }

  digit(leg: Leg, digit: string): void {
    this.#ownerOf(leg)?.digit(leg, digit);
  }

  played(leg: Leg, token: string): void {
    this.#ownerOf(leg)?.played(leg, token);
  }

  /** The leg is over, whoever ended it. Its peer in a bridge goes back to its owner, or ends if it has none. */
  gone(leg: Leg, cause: Cause): void {
    const entry = this.#entries.get(leg.id);
    if (entry === undefined) return;
    const left = this.#leave(leg);
    leg.state = 'gone';
    leg.place = LIMBO;
    this.#entries.delete(leg.id);
    entry.counted.close();
    this.#tell({ event: 'leg.gone', leg, cause });
    this.#replan(...left);
    for (const peer of left) if (this.#ownerOf(peer) === undefined) this.end(peer, CAUSES.normal);
    const owners = new Set([entry.owner, ...left.map((peer) => this.#ownerOf(peer))]);
    for (const owner of owners) owner?.gone(leg, cause);
  }

  #ownerOf(leg: Leg): LegOwner | undefined {
    return this.#entries.get(leg.id)?.owner;
  }

  #bridgeOf(leg: Leg): Bridge | undefined {
    return leg.place.in === 'bridge' ? this.#bridges.get(leg.place.bridge) : undefined;
  }

  /** Takes a leg out of its bridge, which ends; gives the members that were left behind, now in limbo. */
  #leave(leg: Leg): readonly Leg[] {
    const bridge = this.#bridgeOf(leg);
    if (bridge === undefined) return [];
    this.#bridges.delete(bridge.id);
    for (const member of bridge.members) member.place = LIMBO;
    return bridge.members.filter((member) => member !== leg);
  }

  #want(leg: Leg, wanted: Wish | undefined): void {
    const entry = this.#entries.get(leg.id);
    if (entry !== undefined) entry.wanted = wanted;
  }

  /** Displays follow places, once the step has come to its end: what was joined and parted within it was never seen. */
  #redisplay(...legs: readonly Leg[]): void {
    const first = this.#moved.size === 0;
    for (const leg of legs) this.#moved.add(leg);
    if (first) this.#kernel.afterStep(() => this.#kernel.input('displays', () => this.#showParties()));
  }

  #showParties(): void {
    const legs = [...this.#moved];
    this.#moved.clear();
    for (const leg of legs) {
      const party = this.peerOf(leg)?.party;
      if (party === undefined || leg.state !== 'up' || sameParty(leg.shows, party)) continue;
      leg.shows = party;
      this.#driver.connectedTo(leg, party);
    }
  }

  #replan(...legs: readonly Leg[]): void {
    for (const leg of legs) {
      const hears = hearsOf(leg, {
        bridge: this.#bridgeOf(leg),
        wanted: this.#entries.get(leg.id)?.wanted,
        sessionOf: (other) => this.#driver.sessionOf(other),
      });
      this.#driver.hear(leg, hears);
    }
  }

  #tell(event: LegEvent): void {
    this.#kernel.afterStep(() => this.#observe(event));
  }
}
