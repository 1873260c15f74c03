import type { Kernel } from '../kernel/index.ts';
import type { LegDriver } from './driver.ts';
import type { Leg } from './leg.ts';
import { type Party, sameParty } from './party.ts';

/** Displays follow places, once the step has come to its end: what was joined and parted within it was never seen. */
export class Displays {
  readonly #kernel: Kernel;
  readonly #driver: LegDriver;
  readonly #partyOf: (leg: Leg) => Party | undefined;
  /** Legs that may have got another party in this step. */
  readonly #moved = new Set<Leg>();

  /** `partyOf`: who a leg's display is to show, as its place says; undefined: whoever it showed before. */
  constructor(kernel: Kernel, driver: LegDriver, partyOf: (leg: Leg) => Party | undefined) {
    this.#kernel = kernel;
    this.#driver = driver;
    this.#partyOf = partyOf;
  }

  follow(...legs: readonly Leg[]): void {
    const first = this.#moved.size === 0;
    for (const leg of legs) this.#moved.add(leg);
    if (first) this.#kernel.afterStep(() => this.#kernel.input('displays', () => this.#show()));
  }

  #show(): void {
    const legs = [...this.#moved];
    this.#moved.clear();
    for (const leg of legs) {
      const party = this.#partyOf(leg);
      if (party === undefined || sameParty(leg.shows, party) || !this.#mayBeShown(leg)) continue;
      leg.shows = party;
      this.#driver.connectedTo(leg, party);
    }
  }

  /** A phone that rings is told where it can be; what it missed it is told when it has answered. */
  #mayBeShown(leg: Leg): boolean {
    if (leg.state === 'up') return true;
    return leg.direction === 'out' && leg.state !== 'gone' && this.#driver.showsEarly?.(leg) === true;
  }
}
