import { keep } from '../../kernel/index.ts';

interface Uses {
  readonly issued: number;
  readonly forgetAt: number;
  highest: number;
  /** Bit n: the count `highest - n` was used. */
  seen: number;
}

/** How far behind the highest count a late request may be. */
const WINDOW = 32;

/**
 * Which nonce counts were used (RFC 7616 §3.4: nc). Kept only for nonces that a right answer came with, until they age out;
 * when there are too many the oldest go, and nonces issued no later than those count as stale from then on.
 */
export class NonceUses {
  readonly #uses = new Map<string, Uses>();
  readonly #lifetime: number;
  readonly #most: number;
  #floor = Number.NEGATIVE_INFINITY;

  constructor(lifetime: number, most: number) {
    this.#lifetime = lifetime;
    this.#most = most;
  }

  get size(): number {
    return this.#uses.size;
  }

  /** Marks the count used. False when it was used before, or is too far behind to know. */
  use(nonce: string, issued: number, count: number, now: number): boolean {
    this.#forget(now);
    const uses = this.#uses.get(nonce);
    if (uses !== undefined) return advance(uses, count);
    if (issued <= this.#floor) return false;
    this.#uses.set(keep(nonce), { issued, forgetAt: now + this.#lifetime, highest: count, seen: 1 });
    return true;
  }

  #forget(now: number): void {
    for (const [nonce, uses] of this.#uses) {
      if (uses.forgetAt > now && this.#uses.size < this.#most) return;
      if (uses.forgetAt > now) this.#floor = Math.max(this.#floor, uses.issued);
      this.#uses.delete(nonce);
    }
  }
}

function advance(uses: Uses, count: number): boolean {
  const ahead = count - uses.highest;
  if (ahead > 0) {
    uses.seen = ahead < WINDOW ? ((uses.seen << ahead) | 1) >>> 0 : 1;
    uses.highest = count;
    return true;
  }
  if (-ahead >= WINDOW) return false;
  const bit = (1 << -ahead) >>> 0;
  if ((uses.seen & bit) !== 0) return false;
  uses.seen = (uses.seen | bit) >>> 0;
  return true;
}
