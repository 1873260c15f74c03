/** What a late packet teaches holds for so long at first, and for so long at most (ms). */
const SHORTEST = 2000;
const LONGEST = 32_000;
/** Late packets this close are one (ms). */
const TOGETHER = 500;
/** Another one within this after it has been forgotten is the same trouble (ms). */
const MEMORY = 30_000;
/** Then it is forgotten by so much in a second (ms). */
const FORGET = 50;

/**
 * What late packets taught of the delay that is needed. One is forgotten in a few seconds; when others follow, what they taught
 * together holds twice as long each time.
 */
export class Lesson {
  #ms = 0;
  /** The most that was taught in this trouble. */
  #taught = 0;
  #holds = SHORTEST;
  #until = -Infinity;
  #seen = -Infinity;
  #times = 0;
  #taughtAt = -Infinity;

  /** Milliseconds; 0: nothing. */
  get ms(): number {
    return this.#ms;
  }

  /** Packets were late more than once. */
  get again(): boolean {
    return this.#times > 1;
  }

  /** Time goes on (ms). */
  pass(now: number): void {
    if (now > this.#until + MEMORY) {
      this.#taught = 0;
      this.#times = 0;
      this.#holds = SHORTEST;
    }
    const forgetting = now - Math.max(this.#until, this.#seen);
    this.#seen = now;
    if (this.#ms > 0 && forgetting > 0) this.#ms = Math.max(0, this.#ms - (forgetting * FORGET) / 1000);
  }

  /** A packet was late, and would have needed so much (ms). */
  teach(ms: number, now: number): void {
    if (this.#times > 0 && now > this.#until) this.#holds = Math.min(LONGEST, 2 * this.#holds);
    if (now - this.#taughtAt > TOGETHER) this.#times += 1;
    this.#taughtAt = now;
    this.#taught = Math.max(this.#taught, ms);
    this.#ms = this.#taught;
    this.#until = now + this.#holds;
    this.#seen = now;
  }
}
