import type { Leg, LegEvent, Party } from '../call/index.ts';
import type { Kernel } from '../kernel/index.ts';
import type { PbxEvent } from './events.ts';
import type { CallView, LegView } from './view.ts';

interface Record {
  readonly id: string;
  readonly from: Party;
  readonly dialed: string;
  readonly since: number;
  answeredAt: number | undefined;
}

/** The calls in progress, followed from outside: what legs report makes a call start, be answered and end. */
export class Calls {
  readonly #kernel: Kernel;
  readonly #legs: () => readonly Leg[];
  readonly #tell: (event: PbxEvent) => void;
  readonly #records = new Map<string, Record>();

  constructor(kernel: Kernel, legs: () => readonly Leg[], tell: (event: PbxEvent) => void) {
    this.#kernel = kernel;
    this.#legs = legs;
    this.#tell = tell;
  }

  get count(): number {
    return this.#records.size;
  }

  start(call: string, from: Party, dialed: string): void {
    this.#records.set(call, { id: call, from, dialed, since: this.#kernel.wall(), answeredAt: undefined });
    this.#tell({ event: 'call.started', call, from, dialed });
  }

  observe(event: LegEvent): void {
    const record = this.#records.get(event.leg.call);
    if (record === undefined) return;
    if (event.event === 'leg.up' && record.answeredAt === undefined) {
      record.answeredAt = this.#kernel.wall();
      this.#tell({ event: 'call.answered', call: record.id, by: event.leg.party });
    }
    if (event.event !== 'leg.gone' || this.#legs().some((leg) => leg.call === record.id)) return;
    this.#records.delete(record.id);
    const seconds = (this.#kernel.wall() - record.since) / 1000;
    this.#tell({ event: 'call.ended', call: record.id, cause: event.cause, seconds });
  }

  views(): readonly CallView[] {
    return [...this.#records.values()].map((record) => ({
      ...record,
      legs: this.#legs()
        .filter((leg) => leg.call === record.id)
        .map(legView),
    }));
  }

  /** The legs of the one call whose id begins so; none when there is no such call or several. */
  legsOf(prefix: string): readonly Leg[] {
    const ids = [...this.#records.keys()].filter((id) => id.startsWith(prefix));
    return ids.length === 1 ? this.#legs().filter((leg) => leg.call === ids[0]) : [];
  }
}

function legView({ id, direction, state, party, held, place }: Leg): LegView {
  return { id, direction, state, party, held, place: place.in };
}
