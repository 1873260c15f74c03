import type { Leg } from './leg.ts';

/** Legs that talk to each other. It holds places only: who hears whom is the media plan's to say. */
export interface Bridge {
  readonly id: string;
  readonly kind: 'talk';
  readonly members: readonly Leg[];
}

/** The party a leg is connected to: the only other one in its bridge. */
export function otherMember(bridge: Bridge, leg: Leg): Leg | undefined {
  return bridge.members.length === 2 ? bridge.members.find((member) => member !== leg) : undefined;
}
