import { CAUSES, type Cause, type Leg, type LegEvent, type LegId, type Party } from '../call/index.ts';
import type { Kernel } from '../kernel/index.ts';
import type { CallFacts, LegFacts } from './cdr.ts';
import type { PbxEvent } from './events.ts';
import type { CallView, LegView } from './view.ts';

interface Record {
  readonly id: string;
  readonly from: Party;
  readonly dialed: string;
  readonly since: number;
  answeredAt: number | undefined;
  answeredBy: Party | undefined;
  /** In the order in which they came; those that are over have all their facts. */
  readonly legs: Map<LegId, Followed>;
  open: number;
}

interface Followed {
  readonly leg: Leg;
  readonly startedAt: number;
  answeredAt: number | undefined;
  endedAt: number | undefined;
  cause: Cause;
}

/** The calls in progress, followed from outside: what legs report makes a call start, be answered and end. */
export class Calls {
  readonly #kernel: Kernel;
  readonly #tell: (event: PbxEvent) => void;
  readonly #ended: (facts: CallFacts) => void;
  readonly #records = new Map<string, Record>();

  constructor(kernel: Kernel, tell: (event: PbxEvent) => void, ended: (facts: CallFacts) => void) {
    this.#kernel = kernel;
    this.#tell = tell;
    this.#ended = ended;
  }

  get count(): number {
    return this.#records.size;
  }

  /** A call has come in. Its caller's leg is told of by {@link observe}, after the step. */
  start(call: string, from: Party, dialed: string): void {
    this.#records.set(call, {
      id: call,
      from,
      dialed,
      since: this.#kernel.wall(),
      answeredAt: undefined,
      answeredBy: undefined,
      legs: new Map(),
      open: 0,
    });
    this.#tell({ event: 'call.started', call, from, dialed });
  }

  observe(event: LegEvent): void {
    const record = this.#records.get(event.leg.call);
    if (record === undefined) return;
    const now = this.#kernel.wall();
    const { leg } = event;
    switch (event.event) {
      case 'leg.new':
        record.open += 1;
        record.legs.set(leg.id, {
          leg,
          startedAt: now,
          answeredAt: undefined,
          endedAt: undefined,
          cause: CAUSES.normal,
        });
        return;
      case 'leg.up':
        return this.#up(record, leg, now);
      case 'leg.gone':
        return this.#gone(record, leg, event.cause, now);
      case 'leg.ringing':
      case 'leg.held':
      case 'leg.resumed':
        return;
    }
  }

  views(): readonly CallView[] {
    return [...this.#records.values()].map(({ id, from, dialed, since, answeredAt, legs }) => ({
      id,
      from,
      dialed,
      since,
      answeredAt,
      legs: open(legs).map(legView),
    }));
  }

  /** The legs of the one call whose id begins so; none when there is no such call or several. */
  legsOf(prefix: string): readonly Leg[] {
    const found = [...this.#records.values()].filter(({ id }) => id.startsWith(prefix));
    return found.length === 1 ? found.flatMap(({ legs }) => open(legs)) : [];
  }

  #up(record: Record, leg: Leg, now: number): void {
    const followed = record.legs.get(leg.id);
    if (followed !== undefined) followed.answeredAt ??= now;
    if (leg.direction === 'out') record.answeredBy ??= leg.party;
    if (record.answeredAt !== undefined) return;
    record.answeredAt = now;
    this.#tell({ event: 'call.answered', call: record.id, by: leg.party });
  }

  #gone(record: Record, leg: Leg, cause: Cause, now: number): void {
    const followed = record.legs.get(leg.id);
    if (followed === undefined) return;
    followed.endedAt = now;
    followed.cause = cause;
    record.open -= 1;
    if (record.open > 0) return;
    this.#records.delete(record.id);
    const facts = factsOf(record, now);
    this.#ended(facts);
    this.#tell({ event: 'call.ended', call: record.id, cause: facts.cause, seconds: (now - record.since) / 1000 });
  }
}

/** The first leg is the caller's: what it was told is what the call came to. */
function factsOf({ id, from, dialed, since, answeredBy, legs }: Record, now: number): CallFacts {
  const facts = [...legs.values()].map((followed) => legFacts(followed, now));
  const [caller] = facts;
  return {
    id,
    from: legs.values().next().value?.leg.party ?? from,
    dialed,
    answeredBy: caller?.answeredAt === undefined ? undefined : answeredBy,
    startedAt: since,
    answeredAt: caller?.answeredAt,
    endedAt: now,
    cause: caller?.cause ?? CAUSES.normal,
    legs: facts,
  };
}

/** A leg that ended as if all were well before it was answered was given up: CANCEL, or answered elsewhere. */
function legFacts({ leg, startedAt, answeredAt, endedAt = startedAt, cause }: Followed, now: number): LegFacts {
  const { direction, party } = leg;
  const gaveUp = answeredAt === undefined && cause === CAUSES.normal;
  return {
    direction,
    party,
    startedAt,
    answeredAt,
    endedAt: Math.min(endedAt, now),
    cause: gaveUp ? CAUSES.cancelled : cause,
  };
}

function open(legs: Record['legs']): readonly Leg[] {
  return [...legs.values()].map(({ leg }) => leg).filter(({ state }) => state !== 'gone');
}

function legView({ id, direction, state, party, held, place }: Leg): LegView {
  return { id, direction, state, party, held, place: place.in };
}
