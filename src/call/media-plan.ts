import type { Hears } from '../media/protocol.ts';
import { type Bridge, otherMember } from './bridge.ts';
import type { Leg } from './leg.ts';

const NOTHING: Hears = { kind: 'nothing' };
const MUSIC: Hears = { kind: 'music' };

/** What a plan is made from besides the leg itself. */
export interface Surroundings {
  /** The bridge a leg is in. */
  readonly bridge: Bridge | undefined;
  /** What the leg's script wants it to hear. */
  readonly wanted: Hears | undefined;
  /** The media session of a leg. */
  readonly sessionOf: (leg: Leg) => string | undefined;
}

/** What a leg hears: a pure function of its place. A held leg's peer hears music; a held leg itself hears what its place says. */
export function hearsOf(leg: Leg, { bridge, wanted, sessionOf }: Surroundings): Hears {
  if (leg.state === 'gone') return NOTHING;
  if (leg.place.in === 'script') return wanted ?? NOTHING;
  const other = bridge === undefined ? undefined : otherMember(bridge, leg);
  if (other === undefined) return NOTHING;
  if (other.held) return MUSIC;
  const session = sessionOf(other);
  return session === undefined ? NOTHING : { kind: 'session', session };
}
