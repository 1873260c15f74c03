import type { Call, Placed } from '../src/api/contract.ts';
import { named, stepOf } from './words.ts';

/** A call that was placed from here, and what has become of it. */
export interface Watched {
  readonly id: string;
  /** `Bob 102 → 800` */
  readonly what: string;
  readonly steps: readonly { readonly at: number; readonly says: string }[];
  readonly state: Placed['state'] | 'lost';
}

const ORDER = ['calling', 'ringing', 'answered', 'joined', 'ended'] as const;

type Told = Pick<Call, 'id' | 'from' | 'dialed'>;

/** What is known of it at first. */
export function watched(call: Told, now: number): Watched {
  const what = `${named(call.from)} → ${call.dialed}`;
  return { id: call.id, what, steps: [{ at: now, says: stepOf({ state: 'calling' }) }], state: 'calling' };
}

/** With what was told now; what is older than what is known changes nothing. */
export function further(known: Watched, { placed }: Pick<Call, 'placed'>, now: number): Watched {
  if (placed === undefined || known.state === 'lost') return known;
  if (ORDER.indexOf(placed.state) <= ORDER.indexOf(known.state)) return known;
  return { ...known, state: placed.state, steps: [...known.steps, { at: now, says: stepOf(placed) }] };
}

/** Nobody knows of it any more. */
export function lost(known: Watched, now: number): Watched {
  if (known.state === 'ended' || known.state === 'lost') return known;
  const says = 'The exchange was started again: the call is gone';
  return { ...known, state: 'lost', steps: [...known.steps, { at: now, says }] };
}
