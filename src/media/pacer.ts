import type { Timer } from '../kernel/index.ts';
import type { HostPorts } from './ports.ts';

/** Frames leave in slots of this many ms, so that legs share wake-ups. */
export const SLOT = 5;

/** Something that plays: its frames are due at absolute times. */
export interface Paced {
  /** When its next frame is due (ms, monotonic); moved on by {@link play}. */
  due: number;
  /** Whether it ends by itself. */
  readonly finite: boolean;
  /** Sends what is due; false: it has ended. May start and stop others. */
  play(now: number): boolean;
}

/** Wakes at the slots in which frames are due, by absolute deadlines: late wake-ups do not add up. */
export class Pacer {
  readonly #ports: Pick<HostPorts, 'now' | 'after'>;
  readonly #playing = new Set<Paced>();
  #wake: { readonly at: number; readonly scope: 'house' | 'scene'; readonly timer: Timer } | undefined;

  constructor(ports: Pick<HostPorts, 'now' | 'after'>) {
    this.#ports = ports;
  }

  /** The first slot at or after now. */
  nextSlot(): number {
    return Math.ceil(this.#ports.now() / SLOT) * SLOT;
  }

  start(paced: Paced): void {
    this.#playing.add(paced);
    this.#arm();
  }

  stop(paced: Paced): void {
    this.#playing.delete(paced);
    if (this.#playing.size === 0) this.#disarm();
  }

  /** Sends every frame that is due, catching up on those that are late. */
  tick(): void {
    const now = this.#ports.now();
    for (const paced of this.#playing) {
      if (paced.due <= now && !paced.play(now)) this.#playing.delete(paced);
    }
    this.#arm();
  }

  #arm(): void {
    const next = this.#next();
    if (next === undefined) return this.#disarm();
    if (this.#wake?.at === next.at && this.#wake.scope === next.scope) return;
    this.#disarm();
    const timer = this.#ports.after(next.scope, Math.max(0, next.at - this.#ports.now()), () => {
      this.#wake = undefined;
      this.tick();
    });
    this.#wake = { ...next, timer };
  }

  #next(): { at: number; scope: 'house' | 'scene' } | undefined {
    let due = Number.POSITIVE_INFINITY;
    let finite = false;
    for (const paced of this.#playing) {
      if (paced.due < due) due = paced.due;
      if (paced.finite) finite = true;
    }
    if (due === Number.POSITIVE_INFINITY) return undefined;
    return { at: Math.ceil(due / SLOT) * SLOT, scope: finite ? 'scene' : 'house' };
  }

  #disarm(): void {
    this.#wake?.timer.cancel();
    this.#wake = undefined;
  }
}
