/** So many wrong tokens within the window, and the rest are not even told of. */
const MOST = 10;
const WINDOW = 60_000;
/** Addresses that are counted; the oldest is forgotten. */
const MOST_SOURCES = 4096;

interface Counted {
  readonly since: number;
  count: number;
}

/** Wrong tokens by address. Whoever guesses is heard ten times a minute, and fills no log. */
export class Attempts {
  readonly #now: () => number;
  readonly #sources = new Map<string, Counted>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** One more; 0, or the seconds to wait when there were too many. */
  failed(source: string): number {
    const now = this.#now();
    const known = this.#sources.get(source);
    const current = known === undefined || now - known.since >= WINDOW ? { since: now, count: 0 } : known;
    this.#sources.delete(source);
    this.#sources.set(source, current);
    current.count += 1;
    const [oldest] = this.#sources.keys();
    if (this.#sources.size > MOST_SOURCES && oldest !== undefined) this.#sources.delete(oldest);
    return current.count <= MOST ? 0 : Math.max(1, Math.ceil((current.since + WINDOW - now) / 1000));
  }
}
