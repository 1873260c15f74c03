import type { Kernel, Opened } from '../kernel/index.ts';
import {
  type Bridge,
  type Conference,
  type ConferenceOwner,
  mixOf,
  otherMember,
  type Role,
  SPEAKER,
} from './bridge.ts';
import type { LegDriver } from './driver.ts';
import type { ProgramEnd, Tap } from '../media/protocol.ts';
import {
  type Errand,
  type CameBy,
  type Leg,
  type LegId,
  type LegOwner,
  LIMBO,
  type Place,
  type Recording,
} from './leg.ts';
import { hearsOf, type Wish } from './media-plan.ts';
import { CAUSES, type Cause, type Party, sameParty } from './party.ts';

/** What observers hear of legs, after the step. */
export type LegEvent =
  | { readonly event: 'leg.new' | 'leg.ringing' | 'leg.up' | 'leg.held' | 'leg.resumed'; readonly leg: Leg }
  /** Its place, its party or an early state of a caller's leg. */
  | { readonly event: 'leg.changed'; readonly leg: Leg }
  | { readonly event: 'leg.gone'; readonly leg: Leg; readonly cause: Cause };

export interface NewLeg {
  readonly direction: 'in' | 'out';
  readonly call: string;
  readonly account: string | undefined;
  /** Accounts that sent the call there. */
  readonly behalf?: readonly string[];
  readonly party: Party;
}

interface Entry {
  readonly leg: Leg;
  readonly counted: Opened;
  owner: LegOwner | undefined;
  wanted: Wish | undefined;
  /** Who comes into its place when it goes. */
  heir: { readonly leg: Leg; readonly errand: Errand | undefined } | undefined;
  /** Outside bridges: who its display shows; undefined: whoever it showed before. */
  faces: Party | undefined;
}

/** Sounds of a conference that are told of: those that may be heard still are among them. */
const MOST_SOUNDS = 8;

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
  #keys: ((leg: Leg, digit: string) => boolean) | undefined;

  constructor(kernel: Kernel, driver: LegDriver, observe: (event: LegEvent) => void) {
    this.#kernel = kernel;
    this.#driver = driver;
    this.#observe = observe;
  }

  get legs(): readonly Leg[] {
    return [...this.#entries.values()].map((entry) => entry.leg);
  }

  /** A new leg in limbo, or in its owner's place at once. */
  add({ direction, call, account, behalf, party }: NewLeg): Leg {
    const leg: Leg = {
      id: this.#kernel.token() as LegId,
      call,
      direction,
      account,
      ...(behalf && { behalf }),
      party,
      state: 'new',
      held: false,
      place: LIMBO,
      shows: undefined,
    };
    this.#entries.set(leg.id, {
      leg,
      counted: this.#kernel.scene.open('leg'),
      owner: undefined,
      wanted: undefined,
      heir: undefined,
      faces: undefined,
    });
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
    entry.faces = undefined;
    this.#replan(leg, ...left);
  }

  /** Puts legs into a place, out of wherever they were; whoever they answered to until then is told. */
  take(legs: readonly Leg[], place: Exclude<Place, { in: 'bridge' }>, owner: LegOwner | undefined): void {
    const before = legs.map((leg) => [leg, this.#ownerOf(leg)] as const);
    for (const leg of legs) this.place(leg, place, owner);
    for (const [leg, was] of before) if (was !== owner) was?.taken?.(leg);
  }

  /**
   * `fresh` comes into the place of `old`, and answers to whoever that answered to; both are told. `old` is in limbo then.
   * `errand`: who wants to know what comes of a place where nobody has answered yet.
   * False, and nothing has changed: one of them is gone, or they talk to each other.
   */
  replace(old: Leg, fresh: Leg, errand?: Errand): boolean {
    const [was, is] = [this.#entries.get(old.id), this.#entries.get(fresh.id)];
    if (was === undefined || is === undefined || old === fresh || this.peerOf(old) === fresh) return false;
    const [{ owner, wanted, faces }, before, peer, bridge] = [was, is.owner, this.peerOf(old), this.#bridgeOf(old)];
    const left = this.#leave(fresh);
    if (bridge !== undefined) this.#exchange(bridge, old, fresh);
    fresh.place = old.place;
    Object.assign(is, { owner, wanted, faces });
    old.place = LIMBO;
    Object.assign(was, { owner: undefined, wanted: undefined, heir: undefined, faces: undefined });
    const others = peer === undefined ? left : [peer, ...left];
    this.#replan(old, fresh, ...others);
    this.#redisplay(fresh, ...others);
    if (bridge?.kind === 'conference') bridge.owner.replaced(old, fresh);
    if (before !== owner) before?.taken?.(fresh);
    owner?.replaced?.(old, fresh, errand);
    return true;
  }

  /** A leg answers to nobody from now on: it ends with its bridge. */
  disown(leg: Leg): void {
    const entry = this.#entries.get(leg.id);
    if (entry !== undefined) entry.owner = undefined;
  }

  /** Whom the display of a leg outside bridges shows; it ends with the leg's stay there. */
  face(leg: Leg, party: Party | undefined): void {
    const entry = this.#entries.get(leg.id);
    if (entry === undefined || leg.place.in === 'bridge') return;
    entry.faces = party;
    this.#redisplay(leg);
  }

  /** The line: what its phone was to be shown did not reach it. */
  notShown(leg: Leg): void {
    leg.shows = undefined;
  }

  /** What a leg's script or dial wants it to hear; it ends with the leg's stay there. */
  hear(leg: Leg, wanted: Wish | undefined): void {
    const entry = this.#entries.get(leg.id);
    if (entry === undefined || leg.place.in === 'bridge' || leg.place.in === 'limbo') return;
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

  /** A conference without members yet, by whose id legs join it. It is over when the last one has left. */
  conference(party: Party, owner: ConferenceOwner): string {
    const id = this.#kernel.token();
    this.#bridges.set(id, {
      id,
      kind: 'conference',
      members: [],
      roles: new Map(),
      party,
      sounds: [],
      taps: [],
      owner,
    });
    return id;
  }

  /** Puts a leg that is up into a conference; it keeps its owner. False: one of them is gone. */
  join(leg: Leg, conference: string, role: Role = SPEAKER): boolean {
    const into = this.#bridges.get(conference);
    if (into?.kind !== 'conference' || !this.#entries.has(leg.id) || into.members.includes(leg)) return false;
    const left = this.#leave(leg);
    leg.place = { in: 'bridge', bridge: conference };
    this.#want(leg, undefined);
    const members = [...into.members, leg];
    this.#change(conference, { members, roles: new Map(into.roles).set(leg, role) });
    this.#replan(...(members.length === 2 ? members : [leg]), ...left);
    this.#redisplay(leg);
    return true;
  }

  /** What a member may do from now on. */
  role(leg: Leg, role: Role): void {
    const bridge = this.#bridgeOf(leg);
    if (bridge?.kind !== 'conference') return;
    this.#change(bridge.id, { roles: new Map(bridge.roles).set(leg, role) });
    this.#replan(leg);
  }

  /** Plays files to a conference, or to one of its members. Who is alone there hears none. */
  announce(conference: string, files: readonly string[], to?: Leg): void {
    const bridge = this.#bridges.get(conference);
    const session = to && this.#driver.sessionOf(to);
    if (bridge?.kind !== 'conference' || (to !== undefined && session === undefined)) return;
    const sound = { id: this.#kernel.token(), files, ...(session !== undefined && { to: session }) };
    this.#change(conference, { sounds: [...bridge.sounds.slice(1 - MOST_SOUNDS), sound] });
  }

  /** What is taken down of a conference: these and no others. */
  tapConference(conference: string, taps: readonly Tap[]): void {
    if (this.#bridges.get(conference)?.kind === 'conference') this.#change(conference, { taps });
  }

  /** The line: a member begins to talk, or ceases. */
  talking(leg: Leg, talking: boolean): void {
    const bridge = this.#bridgeOf(leg);
    if (bridge?.kind === 'conference') bridge.owner.talking(leg, talking);
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
    this.#tell({ event: 'leg.changed', leg });
  }

  /** In: lets the caller hear what its place says before anybody has answered. */
  early(leg: Leg, shows: Party | undefined): void {
    if (leg.state !== 'new' && leg.state !== 'ringing') return;
    leg.state = 'early';
    leg.shows = shows;
    this.#driver.early(leg, shows);
    this.#tell({ event: 'leg.changed', leg });
  }

  /** In: tells the caller that its call is being forwarded (181) or queued (182). */
  progress(leg: Leg, status: 181 | 182): void {
    if (leg.state !== 'up' && leg.state !== 'gone') this.#driver.progress(leg, status);
  }

  /** Who is at its end is not to be named from now on. */
  withhold(leg: Leg): void {
    leg.party = { ...leg.party, withheld: true };
    this.#tell({ event: 'leg.changed', leg });
  }

  /** The line: somebody else is at its end from now on, as a system that is trusted says. */
  rename(leg: Leg, party: Party): void {
    if (leg.state === 'gone' || sameParty(leg.party, party)) return;
    leg.party = party;
    this.#tell({ event: 'leg.changed', leg });
    const peer = this.peerOf(leg);
    if (peer !== undefined) this.#redisplay(peer);
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
    this.#remix(this.#bridgeOf(leg));
    this.#ownerOf(leg)?.held?.(leg);
  }

  /** The line: a media session was made or changed; whoever hears this leg must be told. */
  mediaChanged(leg: Leg): void {
    const peer = this.peerOf(leg);
    this.#replan(leg, ...(peer === undefined ? [] : [peer]));
    this.#remix(this.#bridgeOf(leg));
  }

  /** Who hears every key first; true: it is nobody else's. */
  hearKeys(pressed: (leg: Leg, digit: string) => boolean): void {
    this.#keys = pressed;
  }

  /** Who comes into the place of a leg when it goes, as if it had been replaced; undefined: nobody. */
  bequeath(leg: Leg, heir: Leg | undefined, errand?: Errand): void {
    const entry = this.#entries.get(leg.id);
    if (entry !== undefined) entry.heir = heir && { leg: heir, errand };
  }

  /** The line: a key of `ms` was pressed. Whom the leg talks to gets it too, by the way that its phone knows. */
  digit(leg: Leg, digit: string, ms: number, by: CameBy): void {
    if (this.#keys?.(leg, digit) === true) return;
    const peer = this.peerOf(leg);
    if (peer !== undefined) this.#driver.key(peer, digit, ms, by);
    this.#ownerOf(leg)?.digit(leg, digit);
  }

  /** What is taken down of a leg, wherever it goes: these and no others. */
  tap(leg: Leg, taps: readonly Tap[]): void {
    if (this.#entries.has(leg.id)) this.#driver.tap(leg, taps);
  }

  recorded(leg: Leg, recording: Recording): void {
    this.#ownerOf(leg)?.recorded?.(leg, recording);
  }

  programEnded(leg: Leg, token: string, end: ProgramEnd): void {
    this.#ownerOf(leg)?.programEnded?.(leg, token, end);
  }

  played(leg: Leg, token: string): void {
    this.#ownerOf(leg)?.played(leg, token);
  }

  /** The leg is over, whoever ended it. Its peer in a bridge goes back to its owner, or ends if it has none. */
  gone(leg: Leg, cause: Cause): void {
    const entry = this.#entries.get(leg.id);
    if (entry === undefined) return;
    const { heir } = entry;
    if (heir !== undefined && heir.leg.state !== 'gone')
      this.replace(leg, heir.leg, this.peerOf(leg) === undefined ? heir.errand : undefined);
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
    if (bridge.kind === 'conference') return this.#leaveConference(bridge, leg);
    this.#bridges.delete(bridge.id);
    for (const member of bridge.members) member.place = LIMBO;
    return bridge.members.filter((member) => member !== leg);
  }

  /** The others stay; nobody is left behind. */
  #leaveConference(bridge: Conference, leg: Leg): readonly Leg[] {
    const members = bridge.members.filter((member) => member !== leg);
    const roles = new Map(bridge.roles);
    roles.delete(leg);
    leg.place = LIMBO;
    this.#change(bridge.id, { members, roles });
    if (members.length === 0) {
      this.#bridges.delete(bridge.id);
      this.#driver.mix?.(bridge.id, undefined, bridge.owner.recorded);
    }
    if (members.length === 1) this.#replan(...members);
    this.#kernel.afterStep(() => this.#kernel.input('left', () => bridge.owner.left(leg)));
    return [];
  }

  #exchange(bridge: Bridge, old: Leg, fresh: Leg): void {
    const members = bridge.members.map((one) => (one === old ? fresh : one));
    if (bridge.kind === 'talk') return void this.#bridges.set(bridge.id, { ...bridge, members });
    const roles = new Map([...bridge.roles].map(([leg, role]) => [leg === old ? fresh : leg, role] as const));
    this.#change(bridge.id, { members, roles });
  }

  #change(conference: string, changed: Partial<Conference>): void {
    const before = this.#bridges.get(conference);
    if (before?.kind !== 'conference') return;
    const now: Conference = { ...before, ...changed };
    this.#bridges.set(conference, now);
    this.#remix(now);
  }

  #remix(bridge: Bridge | undefined): void {
    if (bridge?.kind !== 'conference') return;
    const spec = mixOf(bridge, (leg) => this.#driver.sessionOf(leg));
    this.#driver.mix?.(bridge.id, spec, bridge.owner.recorded);
  }

  #want(leg: Leg, wanted: Wish | undefined): void {
    const entry = this.#entries.get(leg.id);
    if (entry !== undefined) Object.assign(entry, { wanted, faces: undefined });
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
      const bridge = this.#bridgeOf(leg);
      const shown = bridge?.kind === 'conference' ? bridge.party : this.peerOf(leg)?.party;
      const party = shown ?? this.#entries.get(leg.id)?.faces;
      if (party === undefined || sameParty(leg.shows, party) || !this.#mayBeShown(leg)) continue;
      leg.shows = party;
      this.#driver.connectedTo(leg, party);
    }
  }

  /** A phone that rings is told where it can be; what it missed it is told when it has answered. */
  #mayBeShown(leg: Leg): boolean {
    if (leg.state === 'up') return true;
    return leg.direction === 'out' && leg.state !== 'gone' && this.#driver.showsEarly?.(leg) === true;
  }

  #replan(...legs: readonly Leg[]): void {
    for (const leg of legs) {
      const hears = hearsOf(leg, {
        bridge: this.#bridgeOf(leg),
        wanted: this.#entries.get(leg.id)?.wanted,
        sessionOf: (other) => this.#driver.sessionOf(other),
        musicOf: (other) => this.#driver.musicOf?.(other),
      });
      this.#driver.hear(leg, hears);
      this.#tell({ event: 'leg.changed', leg });
    }
  }

  #tell(event: LegEvent): void {
    this.#kernel.afterStep(() => this.#observe(event));
  }
}
