import type { Kernel, Opened } from '../kernel/index.ts';
import type { Beep } from './beeping.ts';
import { type ConferenceOwner, isMixed, type Role, SPEAKER } from './bridge.ts';
import { Bridges } from './bridges.ts';
import { Displays } from './displays.ts';
import type { LegDriver } from './driver.ts';
import type { LegEvent, NewLeg } from './leg-event.ts';
import type { ProgramEnd, Tap } from '../media/protocol.ts';
import {
  type Errand,
  type CameBy,
  type Leg,
  type LegId,
  type LegOwner,
  type Key,
  type KeyEar,
  LIMBO,
  type Place,
  type Recording,
  sentBy,
} from './leg.ts';
import { hearsOf, type Wish } from './media-plan.ts';
import { CAUSES, type Cause, type Party, sameParty } from './party.ts';
import { type Taker, Tapping } from './tapping.ts';

interface Entry {
  readonly leg: Leg;
  readonly counted: Opened;
  owner: LegOwner | undefined;
  wanted: Wish | undefined;
  /** Who comes into its place when it goes. */
  heir: { readonly leg: Leg; readonly errand: Errand | undefined } | undefined;
  /** Outside bridges: who its display shows; undefined: whoever it showed before. */
  faces: Party | undefined;
  /** Its media leave out the keys of whom it hears. */
  holdsKeys: boolean;
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
  readonly #bridges: Bridges;
  readonly #displays: Displays;
  #ear: KeyEar | undefined;
  readonly #tapping: Tapping;

  constructor(kernel: Kernel, driver: LegDriver, observe: (event: LegEvent) => void) {
    this.#kernel = kernel;
    this.#driver = driver;
    this.#observe = observe;
    this.#bridges = new Bridges(kernel, driver);
    this.#displays = new Displays(kernel, driver, (leg) => this.#partyOf(leg));
    this.#tapping = new Tapping(kernel, driver, (leg) => this.#bridges.of(leg)?.members ?? [leg]);
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
      holdsKeys: false,
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
    const [{ owner, wanted, faces }, before, peer, bridge] = [was, is.owner, this.peerOf(old), this.#bridges.of(old)];
    const left = this.#leave(fresh);
    if (bridge !== undefined) this.#bridges.exchange(bridge, old, fresh);
    fresh.place = old.place;
    Object.assign(is, { owner, wanted, faces });
    old.place = LIMBO;
    Object.assign(was, { owner: undefined, wanted: undefined, heir: undefined, faces: undefined });
    const others = peer === undefined ? left : [peer, ...left];
    this.#replan(old, fresh, ...others);
    this.#displays.follow(fresh, ...others);
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
    this.#displays.follow(leg);
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
    this.#bridges.talk(a, b);
    for (const leg of members) this.#want(leg, undefined);
    this.#replan(a, b, ...left);
    this.#displays.follow(a, b);
    return true;
  }

  /** A conference without members yet, by whose id legs join it. It is over when the last one has left. */
  conference(party: Party, owner: ConferenceOwner): string {
    return this.#bridges.open(party, owner);
  }

  /** Puts a leg that is up into a conference; it keeps its owner. False: one of them is gone. */
  join(leg: Leg, conference: string, role: Role = SPEAKER): boolean {
    const into = this.#bridges.conference(conference);
    if (into === undefined || !this.#entries.has(leg.id) || into.members.includes(leg)) return false;
    const left = this.#leave(leg);
    const others = this.#bridges.enter(into, leg, role);
    this.#want(leg, undefined);
    this.#replan(...others, leg, ...left);
    this.#displays.follow(leg);
    return true;
  }

  /** Lets the members of a conference wait, or hear each other again. */
  suspend(conference: string, suspended: boolean): void {
    const bridge = this.#bridges.conference(conference);
    if (bridge === undefined || bridge.suspended === suspended) return;
    this.#bridges.suspend(bridge, suspended);
    this.#replan(...bridge.members);
  }

  /** What a member may do from now on. */
  role(leg: Leg, role: Role): void {
    const conference = this.#bridges.conferenceOf(leg);
    if (conference === undefined) return;
    this.#bridges.role(conference, leg, role);
    this.#replan(leg);
  }

  /** Plays files to a conference, or to one of its members. Where nothing is mixed they are heard in the place of the music. */
  announce(conference: string, files: readonly string[], to?: Leg): void {
    const bridge = this.#bridges.conference(conference);
    const session = to && this.#driver.sessionOf(to);
    if (bridge === undefined || (to !== undefined && session === undefined)) return;
    this.#bridges.announce(bridge, files, session);
    if (isMixed(bridge)) return;
    for (const leg of to === undefined ? bridge.members : [to]) {
      this.#want(leg, { kind: 'file', files, token: this.#kernel.token() });
      this.#replan(leg);
    }
  }

  /** What is taken down of a conference: these and no others. */
  tapConference(conference: string, taps: readonly Tap[]): void {
    const bridge = this.#bridges.conference(conference);
    if (bridge !== undefined) this.#bridges.tap(bridge, taps);
  }

  /** The line: a member begins to talk, or ceases. */
  talking(leg: Leg, talking: boolean): void {
    this.#bridges.conferenceOf(leg)?.owner.talking(leg, talking);
  }

  /** Who a leg talks to now. */
  peerOf(leg: Leg): Leg | undefined {
    return this.#bridges.peerOf(leg);
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
    if (peer !== undefined) this.#displays.follow(peer);
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
    this.#over(leg, cause, false);
  }

  /** The line: an out leg's phone rings. */
  ringing(leg: Leg): void {
    if (leg.state !== 'new') return;
    leg.state = 'ringing';
    this.#tell({ event: 'leg.ringing', leg });
    // The call may have become somebody else's before its phone could be told.
    this.#displays.follow(leg);
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
    this.mediaChanged(leg);
    this.#ownerOf(leg)?.held?.(leg);
  }

  /** The line: a media session was made or changed; whoever hears this leg must be told. */
  mediaChanged(leg: Leg): void {
    const peer = this.peerOf(leg);
    this.#replan(leg, ...(peer === undefined ? [] : [peer]));
    this.#bridges.remix(this.#bridges.of(leg));
  }

  /** Who hears every key first. */
  hearKeys(ear: KeyEar): void {
    this.#ear = ear;
  }

  /** Who comes into the place of a leg when it goes, as if it had been replaced; undefined: nobody. */
  bequeath(leg: Leg, heir: Leg | undefined, errand?: Errand): void {
    const entry = this.#entries.get(leg.id);
    if (entry !== undefined) entry.heir = heir && { leg: heir, errand };
  }

  /** The line: a key of `ms` was pressed. Whom the leg talks to gets it too, by the way that its phone knows. */
  digit(leg: Leg, digit: string, ms: number, by: CameBy): void {
    const key = { digit, ms, by };
    if (this.#ear === undefined) this.#passKey(leg, key);
    else this.#ear.pressed(leg, key, (one) => this.#passKey(leg, one));
  }

  #passKey(leg: Leg, { digit, ms, by }: Key): void {
    const peer = this.peerOf(leg);
    // An event that the media held back is to be sent like a key that signalling brought.
    const held = peer !== undefined && this.#entries.get(peer.id)?.holdsKeys === true;
    if (peer !== undefined) this.#driver.key(peer, digit, ms, held && by === 'event' ? 'info' : by);
    this.#ownerOf(leg)?.digit(leg, digit);
  }

  /** What somebody takes down of a leg, wherever it goes: these and no others. With a beep for it and all whom it talks to. */
  tap(leg: Leg, by: Taker, taps: readonly Tap[], beep?: Beep): void {
    if (this.#entries.has(leg.id)) this.#tapping.take(leg, by, taps, beep);
  }

  recorded(leg: Leg, recording: Recording): void {
    this.#tapping.ended(leg, recording.tap);
    this.#ownerOf(leg)?.recorded?.(leg, recording);
  }

  programEnded(leg: Leg, token: string, end: ProgramEnd): void {
    this.#ownerOf(leg)?.programEnded?.(leg, token, end);
  }

  played(leg: Leg, token: string): void {
    if (this.#bridges.conferenceOf(leg) === undefined) return this.#ownerOf(leg)?.played(leg, token);
    const wanted = this.#entries.get(leg.id)?.wanted;
    if (wanted?.kind !== 'file' || wanted.token !== token) return;
    this.#want(leg, undefined);
    this.#replan(leg);
  }

  /** The line: the leg is over, and not by us. */
  gone(leg: Leg, cause: Cause): void {
    this.#over(leg, cause, true);
  }

  /** Its peer in a bridge goes back to its owner, or ends if it has none. */
  #over(leg: Leg, cause: Cause, byItself: boolean): void {
    const entry = this.#entries.get(leg.id);
    if (entry === undefined) return;
    const { heir } = entry;
    if (heir !== undefined && heir.leg.state !== 'gone') {
      const errand = this.peerOf(leg) === undefined ? heir.errand : undefined;
      if (this.replace(leg, heir.leg, errand)) sentBy(heir.leg, leg);
    }
    const left = this.#leave(leg);
    leg.state = 'gone';
    leg.place = LIMBO;
    this.#entries.delete(leg.id);
    this.#tapping.forget(leg);
    entry.counted.close();
    this.#tell({ event: 'leg.gone', leg, cause, left: byItself });
    this.#replan(...left);
    for (const peer of left) if (this.#ownerOf(peer) === undefined) this.end(peer, CAUSES.normal);
    const owners = new Set([entry.owner, ...left.map((peer) => this.#ownerOf(peer))]);
    for (const owner of owners) owner?.gone(leg, cause);
  }

  #ownerOf(leg: Leg): LegOwner | undefined {
    return this.#entries.get(leg.id)?.owner;
  }

  /** Takes a leg out of its bridge; gives those that were left behind, now in limbo. */
  #leave(leg: Leg): readonly Leg[] {
    const { behind, staying } = this.#bridges.leave(leg);
    this.#replan(...staying);
    return behind;
  }

  #want(leg: Leg, wanted: Wish | undefined): void {
    const entry = this.#entries.get(leg.id);
    if (entry !== undefined) Object.assign(entry, { wanted, faces: undefined });
  }

  /** Who a leg's place says that it talks to; undefined: nobody new. */
  #partyOf(leg: Leg): Party | undefined {
    const talksTo = this.#bridges.conferenceOf(leg)?.party ?? this.peerOf(leg)?.party;
    return talksTo ?? this.#entries.get(leg.id)?.faces;
  }

  #replan(...legs: readonly Leg[]): void {
    for (const leg of legs) {
      const [bridge, entry] = [this.#bridges.of(leg), this.#entries.get(leg.id)];
      // What was being said to it is over, though it is alone again later.
      if (bridge?.kind === 'conference' && isMixed(bridge)) this.#want(leg, undefined);
      const hears = hearsOf(leg, {
        bridge,
        wanted: entry?.wanted,
        sessionOf: (other) => this.#driver.sessionOf(other),
        musicOf: (other) => this.#driver.musicOf?.(other),
        holdsKeys: (other) => this.#ear?.holds(other) === true,
      });
      if (entry !== undefined) entry.holdsKeys = hears.kind === 'session' && hears.keys === 'held';
      this.#driver.hear(leg, hears);
      this.#tell({ event: 'leg.changed', leg });
    }
  }

  #tell(event: LegEvent): void {
    this.#kernel.afterStep(() => this.#observe(event));
  }
}
