import type { Kernel } from '../kernel/index.ts';
import type { Tap } from '../media/protocol.ts';
import { type Beep, Beeping } from './beeping.ts';
import type { LegDriver } from './driver.ts';
import type { Leg } from './leg.ts';

/** Who takes something down of a leg: a script, or somebody by a key. */
export type Taker = object;

/** What is taken down of legs, and by whom: nobody ends what another one does. */
export class Tapping {
  readonly #driver: LegDriver;
  readonly #beeping: Beeping;
  readonly #takers = new Map<Leg, Map<Taker, { readonly taps: readonly Tap[]; readonly beep: Beep | undefined }>>();

  /** `talks`: all who talk there, and hear that it is recorded. */
  constructor(kernel: Kernel, driver: LegDriver, talks: (leg: Leg) => readonly Leg[]) {
    this.#driver = driver;
    this.#beeping = new Beeping(kernel, (leg) => {
      for (const one of talks(leg)) driver.beep?.(one);
    });
  }

  /** That taker takes down these and no others. */
  take(leg: Leg, by: Taker, taps: readonly Tap[], beep: Beep | undefined): void {
    const takers = this.#takers.get(leg) ?? new Map<Taker, { taps: readonly Tap[]; beep: Beep | undefined }>();
    if (taps.length > 0) takers.set(by, { taps, beep });
    else takers.delete(by);
    if (takers.size > 0) this.#takers.set(leg, takers);
    else this.#takers.delete(leg);
    const all = [...takers.values()];
    this.#driver.tap(
      leg,
      all.flatMap((one) => one.taps),
    );
    this.#follow(leg);
  }

  /** A recording has ended by itself. */
  ended(leg: Leg, tap: string): void {
    const takers = this.#takers.get(leg);
    for (const [by, { taps, beep }] of takers ?? []) if (beep?.tap === tap) takers?.set(by, { taps, beep: undefined });
    this.#follow(leg);
  }

  /** It has gone. */
  forget(leg: Leg): void {
    this.#takers.delete(leg);
    this.#follow(leg);
  }

  /** One beep tells of all. */
  #follow(leg: Leg): void {
    const all = [...(this.#takers.get(leg)?.values() ?? [])];
    this.#beeping.follow(leg, all.find(({ beep }) => beep !== undefined)?.beep);
  }
}
