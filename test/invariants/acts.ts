import { Random } from '../../testing/index.ts';
import { numberOf, PEOPLE } from './people.ts';

/** How often each is tried. */
const VERBS = {
  dial: 6,
  answer: 8,
  refuse: 1,
  hold: 3,
  resume: 2,
  blind: 4,
  attended: 5,
  blond: 4,
  hangup: 2,
  vanish: 1,
  later: 3,
  flick: 2,
  leave: 2,
  leaveJoined: 3,
  regret: 3,
  park: 4,
  retrieve: 4,
  confer: 1,
  sendToRoom: 1,
  unrung: 1,
} as const;
export type Verb = keyof typeof VERBS;
const TRIED = (Object.keys(VERBS) as Verb[]).flatMap((verb) => Array.from({ length: VERBS[verb] }, () => verb));

/** How long nothing else is done: a moment, in which acts cross; or long enough to settle, or to ring out. */
const PAUSES = [0, 1, 3, 7, 20, 100, 100, 500, 500, 500, 1500, 1500] as const;
const SETTLING = [3000, 3000, 25_000] as const;

/** One act. What makes no sense when its time comes is not done, so that any act may be left out of a sequence. */
export interface Act {
  /** Chooses among those who can, and their calls. */
  readonly who: number;
  readonly verb: Verb;
  /** How he does it, and whom it is about. */
  readonly which: number;
  readonly whom: number;
  /** Milliseconds until the next. */
  readonly pause: number;
}

/** A sequence of acts that the seed stands for. */
export function actsOf(seed: number): readonly Act[] {
  const random = new Random(`acts ${seed}`);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.under(list.length))] as T;
  const mayVanish = random.chance(0.3);
  return Array.from({ length: 16 + Math.floor(random.under(50)) }, (): Act => {
    const verb = pick(TRIED);
    return {
      who: Math.floor(random.under(12)),
      verb: verb === 'vanish' && !mayVanish ? 'answer' : verb,
      which: Math.floor(random.under(6)),
      whom: Math.floor(random.under(PEOPLE.length + 1)),
      pause: pick(random.chance(0.12) ? SETTLING : PAUSES),
    };
  });
}

/** For people: what a sequence is. */
export function told(acts: readonly Act[]): string {
  return acts
    .map(({ who, verb, which, whom, pause }) => `  ${verb} (${who}, ${which}, to ${numberOf(whom)}), then ${pause} ms`)
    .join('\n');
}
