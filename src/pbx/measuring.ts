import type { Leg } from '../call/index.ts';
import type { QualityView } from './view.ts';

/** Whoever can ask how well a leg hears and is heard; told a moment later, with nothing where nothing came of it. */
export interface Measures {
  measure(leg: Leg, then: (quality: QualityView | undefined) => void): void;
}

/** Asks for all of these at once; `then` is told when the last has answered. */
export function measureAll(
  line: Measures,
  legs: readonly Leg[],
  then: (qualities: ReadonlyMap<string, QualityView>) => void,
): void {
  const qualities = new Map<string, QualityView>();
  let open = legs.length;
  if (open === 0) return then(qualities);
  for (const leg of legs)
    line.measure(leg, (quality) => {
      if (quality !== undefined) qualities.set(leg.id, quality);
      open -= 1;
      if (open === 0) then(qualities);
    });
}
