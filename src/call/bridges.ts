import type { Kernel } from '../kernel/index.ts';
import type { Tap } from '../media/protocol.ts';
import { type Bridge, type Conference, type ConferenceOwner, mixOf, otherMember, type Role } from './bridge.ts';
import type { LegDriver } from './driver.ts';
import { type Leg, LIMBO } from './leg.ts';
import type { Party } from './party.ts';

/** Sounds of a conference that are told of: those that may be heard still are among them. */
const MOST_SOUNDS = 8;

/** Who is left behind in limbo when a leg goes out of its bridge, and who hears something else in the place where he stays. */
export interface Left {
  readonly behind: readonly Leg[];
  readonly staying: readonly Leg[];
}

const NOBODY: Left = { behind: [], staying: [] };

/** All bridges: who is in which, and what the mixers of conferences are to do. Says nothing of who hears what. */
export class Bridges {
  readonly #kernel: Kernel;
  readonly #driver: LegDriver;
  readonly #all = new Map<string, Bridge>();

  constructor(kernel: Kernel, driver: LegDriver) {
    this.#kernel = kernel;
    this.#driver = driver;
  }

  of({ place }: Leg): Bridge | undefined {
    return place.in === 'bridge' ? this.#all.get(place.bridge) : undefined;
  }

  peerOf(leg: Leg): Leg | undefined {
    const bridge = this.of(leg);
    return bridge === undefined ? undefined : otherMember(bridge, leg);
  }

  conference(id: string): Conference | undefined {
    const bridge = this.#all.get(id);
    return bridge?.kind === 'conference' ? bridge : undefined;
  }

  /** The conference that a leg is in. */
  conferenceOf({ place }: Leg): Conference | undefined {
    return place.in === 'bridge' ? this.conference(place.bridge) : undefined;
  }

  /** Two legs, which are in limbo, talk. */
  talk(a: Leg, b: Leg): void {
    const id = this.#kernel.token();
    this.#all.set(id, { id, kind: 'talk', members: [a, b] });
    for (const leg of [a, b]) leg.place = { in: 'bridge', bridge: id };
  }

  /** One without members. */
  open(party: Party, owner: ConferenceOwner): string {
    const id = this.#kernel.token();
    const empty = { members: [], roles: new Map(), sounds: [], suspended: false, taps: [] };
    this.#all.set(id, { id, kind: 'conference', party, owner, ...empty });
    return id;
  }

  /** A leg in limbo joins. Who was there hears something else if it was alone, and is given back. */
  enter({ id, members, roles }: Conference, leg: Leg, role: Role): readonly Leg[] {
    leg.place = { in: 'bridge', bridge: id };
    this.#change(id, { members: [...members, leg], roles: new Map(roles).set(leg, role) });
    return members.length === 1 ? members : [];
  }

  /** Takes a leg out of its bridge, which ends if it is a talk. It is in limbo then, as whom it talked to. */
  leave(leg: Leg): Left {
    const bridge = this.of(leg);
    if (bridge === undefined) return NOBODY;
    if (bridge.kind === 'conference') return { behind: [], staying: this.#leaveConference(bridge, leg) };
    this.#all.delete(bridge.id);
    for (const member of bridge.members) member.place = LIMBO;
    return { behind: bridge.members.filter((member) => member !== leg), staying: [] };
  }

  /** One leg in the place of another. */
  exchange(bridge: Bridge, old: Leg, fresh: Leg): void {
    const members = bridge.members.map((one) => (one === old ? fresh : one));
    if (bridge.kind === 'talk') return void this.#all.set(bridge.id, { ...bridge, members });
    const roles = new Map([...bridge.roles].map(([leg, role]) => [leg === old ? fresh : leg, role] as const));
    this.#change(bridge.id, { members, roles });
  }

  role({ id, roles }: Conference, leg: Leg, role: Role): void {
    this.#change(id, { roles: new Map(roles).set(leg, role) });
  }

  suspend({ id }: Conference, suspended: boolean): void {
    this.#change(id, { suspended });
  }

  tap({ id }: Conference, taps: readonly Tap[]): void {
    this.#change(id, { taps });
  }

  /** To all, or to the one that is heard by that media session. */
  announce({ id, sounds }: Conference, files: readonly string[], to: string | undefined): void {
    const sound = { id: this.#kernel.token(), files, ...(to !== undefined && { to }) };
    this.#change(id, { sounds: [...sounds.slice(1 - MOST_SOUNDS), sound] });
  }

  /** A conference's mixer is told all that it is to do. */
  remix(bridge: Bridge | undefined): void {
    if (bridge?.kind !== 'conference') return;
    const spec = mixOf(bridge, (leg) => this.#driver.sessionOf(leg));
    this.#driver.mix?.(bridge.id, spec, bridge.owner.recorded);
  }

  /** The others stay; one who is alone from now on hears something else. */
  #leaveConference(bridge: Conference, leg: Leg): readonly Leg[] {
    const members = bridge.members.filter((member) => member !== leg);
    const roles = new Map(bridge.roles);
    roles.delete(leg);
    leg.place = LIMBO;
    this.#change(bridge.id, { members, roles });
    if (members.length === 0) {
      this.#all.delete(bridge.id);
      this.#driver.mix?.(bridge.id, undefined, bridge.owner.recorded);
    }
    this.#kernel.afterStep(() => this.#kernel.input('left', () => bridge.owner.left(leg)));
    return members.length === 1 ? members : [];
  }

  #change(id: string, changed: Partial<Conference>): void {
    const before = this.conference(id);
    if (before === undefined) return;
    const now: Conference = { ...before, ...changed };
    this.#all.set(id, now);
    this.remix(now);
  }
}
