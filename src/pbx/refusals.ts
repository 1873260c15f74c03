import type { Kernel } from '../kernel/index.ts';
import type { PbxEvent } from './events.ts';

type Refused = Extract<PbxEvent, { event: 'refused' }>;

/** Refusals that were not told, and the last of them. */
interface Untold {
  count: number;
  last: Refused;
}

/** Milliseconds for which a source is told of once. */
const INTERVAL = 60_000;
/** Sources that are known apart; those beyond are counted together. */
const MOST = 1024;

/** Tells of a source's first refusal at once, and once an interval of how many followed: a flood costs a line, and bounded memory. */
export class Refusals {
  readonly #kernel: Kernel;
  readonly #tell: (event: Refused) => void;
  #bySource = new Map<string, Untold>();
  /** The end of the interval is waited for. */
  #waiting = false;

  constructor(kernel: Kernel, tell: (event: Refused) => void) {
    this.#kernel = kernel;
    this.#tell = tell;
  }

  refused(event: Refused): void {
    const address = addressOf(event.source);
    const known = this.#bySource.get(address) ?? (this.#bySource.size < MOST ? undefined : this.#bySource.get(OTHERS));
    if (known !== undefined) {
      known.count += 1;
      known.last = event;
      return;
    }
    this.#bySource.set(this.#bySource.size < MOST ? address : OTHERS, { count: 0, last: event });
    if (!this.#waiting) this.#wait();
    this.#tell(event);
  }

  #wait(): void {
    this.#waiting = true;
    this.#kernel.house.after(INTERVAL, () => this.#sum());
  }

  /** Who was refused since is watched on; who was not is forgotten. */
  #sum(): void {
    const before = [...this.#bySource].filter(([, { count }]) => count > 0);
    this.#bySource = new Map(before.map(([source, { last }]) => [source, { count: 0, last }]));
    this.#waiting = false;
    if (before.length > 0) this.#wait();
    for (const [, { count, last }] of before) this.#tell({ ...last, untold: count - 1 });
  }
}

const OTHERS = '';

/** Ports are cheap to change: `udp:192.0.2.1:5060` without its last part. */
function addressOf(source: string): string {
  return source.slice(0, source.lastIndexOf(':'));
}
