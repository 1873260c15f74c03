import type { MixerSound, MixerSpec, Tap } from '../media/protocol.ts';
import type { Leg, Recording } from './leg.ts';
import type { Party } from './party.ts';

/** What a member of a conference may do in it. */
export interface Role {
  /** The others do not hear it. */
  readonly muted: boolean;
  /** It hears nothing of them. */
  readonly deaf: boolean;
}

export const SPEAKER: Role = { muted: false, deaf: false };

/** Two legs that talk to each other. It holds places only: who hears whom is the media plan's to say. */
export interface Talk {
  readonly id: string;
  readonly kind: 'talk';
  readonly members: readonly Leg[];
}

/** Legs that all hear each other. It lives until its last member has left it, and is told of that once. */
export interface Conference {
  readonly id: string;
  readonly kind: 'conference';
  readonly members: readonly Leg[];
  /** Of members that are no plain speakers. */
  readonly roles: ReadonlyMap<Leg, Role>;
  /** Who displays of its members show. */
  readonly party: Party;
  readonly sounds: readonly MixerSound[];
  /** Its members wait: they hear music, and nobody hears them. */
  readonly suspended: boolean;
  /** What is taken down of all that is said. */
  readonly taps: readonly Tap[];
  readonly owner: ConferenceOwner;
}

/** Who wants to know what becomes of a conference. */
export interface ConferenceOwner {
  /** A member begins to talk, or ceases. */
  talking(leg: Leg, talking: boolean): void;
  readonly recorded: (recording: Recording) => void;
  /** One member in the place of another. */
  replaced(old: Leg, fresh: Leg): void;
  /** It has left, for wherever it is now. */
  left(leg: Leg): void;
}

export type Bridge = Talk | Conference;

/** The party a leg is connected to: the only other one in its bridge. In a conference there is none. */
export function otherMember(bridge: Bridge, leg: Leg): Leg | undefined {
  return bridge.kind === 'talk' && bridge.members.length === 2
    ? bridge.members.find((member) => member !== leg)
    : undefined;
}

export function roleOf(conference: Conference, leg: Leg): Role {
  return conference.roles.get(leg) ?? SPEAKER;
}

/** Whether there is anything to mix: who is alone in a conference hears music, and so do those who wait in it. */
export function isMixed({ members, suspended }: Conference): boolean {
  return !suspended && members.length > 1;
}

/** What a conference's mixer is to do. */
export function mixOf(conference: Conference, sessionOf: (leg: Leg) => string | undefined): MixerSpec {
  const { members, sounds, taps } = conference;
  const talkers = isMixed(conference) ? members.filter((leg) => !leg.held && !roleOf(conference, leg).muted) : [];
  return {
    members: talkers.flatMap((leg) => sessionOf(leg) ?? []),
    ...(sounds.length > 0 && { sounds }),
    ...(taps.length > 0 && { taps }),
  };
}
