import type { Hears } from '../media/protocol.ts';
import { type Bridge, isMixed, otherMember, roleOf } from './bridge.ts';
import type { Leg } from './leg.ts';

const NOTHING: Hears = { kind: 'nothing' };
export const MUSIC: Hears = { kind: 'music' };

/** What a leg's owner wants it to hear: a source, or another leg before it has answered. */
export type Wish = Hears | { readonly kind: 'leg'; readonly leg: Leg };

/** What a plan is made from besides the leg itself. */
export interface Surroundings {
  /** The bridge a leg is in. */
  readonly bridge: Bridge | undefined;
  /** What the leg's script or dial wants it to hear; while nothing is mixed, what its conference says to it. */
  readonly wanted: Wish | undefined;
  /** The media session of a leg. */
  readonly sessionOf: (leg: Leg) => string | undefined;
  /** The folder of the music that a leg's hold lets others hear. */
  readonly musicOf?: (leg: Leg) => string | undefined;
  /** Whether whom a leg talks to gets its keys by signalling alone. */
  readonly holdsKeys?: (leg: Leg) => boolean;
}

/** What a leg hears: a pure function of its place. A held leg's peer hears music; a held leg itself hears what its place says. */
export function hearsOf(leg: Leg, around: Surroundings): Hears {
  const { bridge, wanted } = around;
  if (leg.state === 'gone' || leg.place.in === 'limbo') return NOTHING;
  if (leg.place.in !== 'bridge') return wanted?.kind === 'leg' ? voiceOf(wanted.leg, around) : (wanted ?? NOTHING);
  if (bridge?.kind === 'conference') {
    if (!isMixed(bridge)) return wanted?.kind === 'file' ? wanted : MUSIC;
    return roleOf(bridge, leg).deaf ? NOTHING : { kind: 'mix', mixer: bridge.id };
  }
  const other = bridge === undefined ? undefined : otherMember(bridge, leg);
  if (other === undefined) return NOTHING;
  const voice = voiceOf(other, around);
  return voice.kind === 'session' && around.holdsKeys?.(other) === true ? { ...voice, keys: 'held' } : voice;
}

function voiceOf(other: Leg, { sessionOf, musicOf }: Pick<Surroundings, 'sessionOf' | 'musicOf'>): Hears {
  if (other.held) {
    const folder = musicOf?.(other);
    return folder === undefined ? MUSIC : { kind: 'music', folder };
  }
  const session = other.state === 'gone' ? undefined : sessionOf(other);
  return session === undefined ? NOTHING : { kind: 'session', session };
}
