import type { Kernel, Timer } from '../kernel/index.ts';
import type { Leg } from './leg.ts';

/** How whoever is recorded is told so. */
export interface Beep {
  /** The tap that it tells of; it ends with it. */
  readonly tap: string;
  /** Milliseconds. */
  readonly every: number;
  /** Whether the first one is heard when it begins, or when the time is over. */
  readonly atOnce: boolean;
}

/** When recorded legs beep. */
export class Beeping {
  readonly #kernel: Kernel;
  readonly #sound: (leg: Leg) => void;
  readonly #under = new Map<Leg, { readonly beep: Beep; readonly timer: Timer }>();

  constructor(kernel: Kernel, sound: (leg: Leg) => void) {
    this.#kernel = kernel;
    this.#sound = sound;
  }

  /** From now on so; one that goes on is not begun anew. undefined: never. */
  follow(leg: Leg, beep: Beep | undefined): void {
    const before = this.#under.get(leg);
    if (before !== undefined && before.beep.tap === beep?.tap) return;
    before?.timer.cancel();
    this.#under.delete(leg);
    if (beep === undefined) return;
    this.#under.set(leg, { beep, timer: this.#next(leg, beep) });
    if (beep.atOnce) this.#sound(leg);
  }

  #next(leg: Leg, beep: Beep): Timer {
    return this.#kernel.scene.after(beep.every, () => {
      this.#under.set(leg, { beep, timer: this.#next(leg, beep) });
      this.#sound(leg);
    });
  }
}
