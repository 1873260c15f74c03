import type { Scope, Timer } from '../../kernel/index.ts';
import type { Timers } from './types.ts';

/** RFC 3261 §17 and RFC 6026 §8.11; `Cancel` is the wait for a final response after CANCEL (RFC 3261 §9.1). */
export type TimerName = 'A' | 'B' | 'D' | 'E' | 'F' | 'G' | 'H' | 'I' | 'J' | 'K' | 'L' | 'M' | 'Cancel';
export type TimerEvent = `timer${TimerName}`;

/** T1, T2 and T4 as RFC 3261 §17.1 has them. */
export const standardTimers: Timers = { t1: 500, t2: 4000, t4: 5000 };

interface Length {
  /** The first wait, in milliseconds. */
  readonly unreliable: (timers: Timers) => number;
  /** Over a reliable transport; undefined: not started there. */
  readonly reliable: (timers: Timers) => number | undefined;
}

const t1 = (timers: Timers): number => timers.t1;
const t4 = (timers: Timers): number => timers.t4;
const t64 = (timers: Timers): number => 64 * timers.t1;
const zero = (): number => 0;
const never = (): undefined => undefined;

/** RFC 3261 table 4, as amended by RFC 6026. */
const lengths: Readonly<Record<TimerName, Length>> = {
  A: { unreliable: t1, reliable: never },
  B: { unreliable: t64, reliable: t64 },
  // §17.1.1.2: at least 32 s, for the server's T1 is not known.
  D: { unreliable: (timers) => Math.max(32_000, t64(timers)), reliable: zero },
  E: { unreliable: t1, reliable: never },
  F: { unreliable: t64, reliable: t64 },
  G: { unreliable: t1, reliable: never },
  H: { unreliable: t64, reliable: t64 },
  I: { unreliable: t4, reliable: zero },
  J: { unreliable: t64, reliable: zero },
  K: { unreliable: t4, reliable: zero },
  L: { unreliable: t64, reliable: t64 },
  M: { unreliable: t64, reliable: t64 },
  Cancel: { unreliable: t64, reliable: t64 },
};

/** What the timers fire at. */
interface Fired {
  fire(event: TimerEvent): void;
}

interface Wait {
  readonly name: TimerName;
  readonly ms: number;
  readonly timer: Timer;
}

const NONE: readonly Wait[] = [];

/** The timers of one transaction; each fires as the event of its name. */
export class Countdown {
  readonly #scope: Scope;
  readonly #timers: Timers;
  readonly #reliable: boolean;
  readonly #run: Fired;
  /** Two at most run at a time. */
  #waits: readonly Wait[] = NONE;

  constructor(scope: Scope, timers: Timers, reliable: boolean, run: Fired) {
    this.#scope = scope;
    this.#timers = timers;
    this.#reliable = reliable;
    this.#run = run;
  }

  start(name: TimerName): void {
    const ms = lengths[name][this.#reliable ? 'reliable' : 'unreliable'](this.#timers);
    if (ms !== undefined) this.#wait(name, ms);
  }

  /** Waits twice as long as the last time (timer A). */
  double(name: TimerName): void {
    this.#wait(name, 2 * this.#last(name));
  }

  /** Waits twice as long as the last time, at most T2 (timers E and G). */
  doubleToT2(name: TimerName): void {
    this.#wait(name, Math.min(2 * this.#last(name), this.#timers.t2));
  }

  /** Timer E once a provisional response is there (RFC 3261 §17.1.2.2). */
  atT2(name: TimerName): void {
    this.#wait(name, this.#timers.t2);
  }

  stop(): void {
    for (const { timer } of this.#waits) timer.cancel();
    this.#waits = NONE;
  }

  #last(name: TimerName): number {
    return this.#waits.find((wait) => wait.name === name)?.ms ?? this.#timers.t1;
  }

  #wait(name: TimerName, ms: number): void {
    const timer = this.#scope.after(ms, () => this.#run.fire(`timer${name}`));
    const others = this.#waits.length === 0 ? NONE : this.#waits.filter((wait) => wait.name !== name);
    this.#waits = [...others, { name, ms, timer }];
  }
}
