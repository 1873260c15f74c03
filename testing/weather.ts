import { latin1 } from '../src/kernel/index.ts';
import type { Datagram, Kind } from './datagram.ts';
import type { Random } from './random.ts';

/** How a link treats datagrams. Probabilities are 0…1, times milliseconds. */
export interface Weather {
  readonly loss?: number;
  /** How often one message (the same octets from and to the same hops) may be lost in all; default: without end. */
  readonly lossesAtMost?: number;
  /** Added to the network's own delay. */
  readonly delay?: number;
  /** Up to this much more, at random; order is kept. */
  readonly jitter?: number;
  readonly duplicate?: number;
  /** The chance to be held back, so that later ones overtake. */
  readonly reorder?: number;
}

/** Which datagrams: all criteria given must match. Addresses are those the sender sees. */
export interface Where {
  readonly from?: string;
  readonly to?: string;
  readonly kind?: Kind;
}

/** Loss that every protocol with retransmissions must bear: the story comes out word for word. */
export const FAIR: readonly (readonly [Weather, Where])[] = [
  [{ loss: 0.15, lossesAtMost: 3, jitter: 10, duplicate: 0.1, reorder: 0.1 }, { kind: 'sip' }],
  [{ loss: 0.02, jitter: 5, duplicate: 0.01, reorder: 0.01 }, { kind: 'rtp' }],
];

/** Loss that nobody need survive: only invariants hold. */
export const CRUEL: readonly (readonly [Weather, Where])[] = [
  [{ loss: 0.4, jitter: 200, duplicate: 0.2, reorder: 0.3 }, { kind: 'sip' }],
  [{ loss: 0.3, jitter: 50, duplicate: 0.1, reorder: 0.2 }, { kind: 'rtp' }],
];

/** How long a held-back datagram is late, at most. */
const HELD_BACK = 40;

/** What becomes of one datagram: a delay for each copy that arrives; none when it is lost. */
export interface Fate {
  readonly copies: readonly { readonly delay: number; readonly overtaken: boolean }[];
}

/** Weather in a place, with its memory of what it has lost. */
export class Climate {
  readonly #weather: Weather;
  readonly #where: Where;
  readonly #random: Random;
  readonly #losses = new Map<string, number>();

  constructor(weather: Weather, where: Where, random: Random) {
    this.#weather = weather;
    this.#where = where;
    this.#random = random;
  }

  covers(datagram: Datagram): boolean {
    const { from, to, kind } = this.#where;
    if (from !== undefined && from !== datagram.from.address) return false;
    if (to !== undefined && to !== datagram.to.address) return false;
    return kind === undefined || kind === datagram.kind;
  }

  fate(datagram: Datagram): Fate {
    const { loss = 0, duplicate = 0 } = this.#weather;
    if (this.#random.chance(loss) && this.#mayLose(datagram)) return { copies: [] };
    const first = this.#copy();
    return { copies: this.#random.chance(duplicate) ? [first, this.#copy()] : [first] };
  }

  #copy(): Fate['copies'][number] {
    const { delay = 0, jitter = 0, reorder = 0 } = this.#weather;
    const overtaken = this.#random.chance(reorder);
    const late = this.#random.under(jitter + (overtaken ? HELD_BACK : 0));
    return { delay: delay + late, overtaken };
  }

  #mayLose(datagram: Datagram): boolean {
    const { lossesAtMost = Infinity } = this.#weather;
    if (lossesAtMost === Infinity) return true;
    const message = `${hop(datagram.from)} ${hop(datagram.to)} ${latin1(datagram.bytes)}`;
    const lost = (this.#losses.get(message) ?? 0) + 1;
    if (lost > lossesAtMost) return false;
    this.#losses.set(message, lost);
    return true;
  }
}

function hop({ address, port }: Datagram['from']): string {
  return `${address}:${port}`;
}
