/** Interarrival jitter of one source (RFC 3550 §6.4.1, A.8). */
export class JitterEstimate {
  readonly #clock: number;
  #started = false;
  #transit = 0;
  #jitter = 0;

  /** `clock`: timestamp units a second. */
  constructor(clock: number) {
    this.#clock = clock;
  }

  /** A packet with this timestamp arrived at this monotonic time in milliseconds. */
  take(arrival: number, timestamp: number): void {
    const transit = (Math.round((arrival * this.#clock) / 1000) - timestamp) | 0;
    const difference = Math.abs((transit - this.#transit) | 0);
    if (this.#started) this.#jitter += (difference - this.#jitter) / 16;
    this.#transit = transit;
    this.#started = true;
  }

  /** In timestamp units, whole: what a reception report carries. */
  get units(): number {
    return Math.floor(this.#jitter);
  }

  get ms(): number {
    return (this.#jitter * 1000) / this.#clock;
  }
}
