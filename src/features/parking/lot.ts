import type { Kernel } from '../../kernel/index.ts';
import type { ParkedView, Waiting } from '../../pbx/index.ts';

/** Somebody in a space. */
interface Parked {
  readonly call: string;
  readonly waiting: Waiting;
  /** Who parked him: an account. */
  readonly by: string | undefined;
  readonly since: number;
}

/** Who is parked where in one exchange. Outlasts a reload of what numbers do. */
export class Lot {
  readonly #spaces = new Map<string, Parked>();
  /** In order; the first free one is taken. */
  numbers: readonly string[] = [];
  /** Where one parks without naming a space; undefined: there is no parking. */
  entrance: string | undefined;

  /** Takes a space, any where none is wanted; undefined: none is free. */
  enter(parked: Parked, wanted?: string): string | undefined {
    const space = (wanted === undefined ? this.numbers : [wanted]).find((one) => !this.#spaces.has(one));
    if (space !== undefined) this.#spaces.set(space, parked);
    return space;
  }

  at(space: string): Parked | undefined {
    return this.#spaces.get(space);
  }

  /** Only his own: the space may be another's by now. */
  leave(space: string, { waiting }: Pick<Parked, 'waiting'>): void {
    if (this.#spaces.get(space)?.waiting === waiting) this.#spaces.delete(space);
  }

  get views(): readonly ParkedView[] {
    return [...this.#spaces]
      .map(([space, { call, waiting, by, since }]) => ({ space, call, party: waiting.party, by, since }))
      .sort((a, b) => (a.space < b.space ? -1 : 1));
  }
}

const lots = new WeakMap<Kernel, Lot>();

/** The one of the exchange that runs on that kernel. */
export function lotOf(kernel: Kernel): Lot {
  const known = lots.get(kernel) ?? new Lot();
  lots.set(kernel, known);
  return known;
}
