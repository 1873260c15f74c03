import { CAUSES, type Cause, type Leg, type LegEvent, type LegId, type Party } from '../call/index.ts';
import type { Kernel } from '../kernel/index.ts';
import type { Quality } from '../media/protocol.ts';
import type { CallFacts, CallRecords, LegFacts } from './cdr.ts';
import type { PbxEvent } from './events.ts';
import type { CallView, LegView } from './view.ts';

interface Record {
  readonly id: string;
  readonly origin: 'phone' | 'exchange';
  readonly from: Party;
  readonly dialed: string;
  readonly since: number;
  answeredAt: number | undefined;
  answeredBy: Party | undefined;
  /** In the order in which they came; those that are over have all their facts. */
  readonly legs: Map<LegId, Followed>;
  /** Legs, and one for a call that is being placed. */
  open: number;
  /** What a call that the exchange places came to: its caller's leg, or why it has none. */
  placed: Leg | Cause | undefined;
}

interface Followed {
  readonly leg: Leg;
  readonly startedAt: number;
  answeredAt: number | undefined;
  endedAt: number | undefined;
  cause: Cause;
  left: boolean;
  quality?: Quality;
}

/** The calls in progress, followed from outside: what legs report makes a call start, be answered and end. */
export class Calls {
  readonly #kernel: Kernel;
  readonly #tell: (event: PbxEvent) => void;
  readonly #ended: Pick<CallRecords, 'write' | 'rate'>;
  /** Where each leg stands in its call's record, once there is one: what it was like is told a moment later. */
  readonly #written = new WeakMap<Leg, number>();
  readonly #records = new Map<string, Record>();

  constructor(kernel: Kernel, tell: (event: PbxEvent) => void, ended: Pick<CallRecords, 'write' | 'rate'>) {
    this.#kernel = kernel;
    this.#tell = tell;
    this.#ended = ended;
  }

  get count(): number {
    return this.#records.size;
  }

  /** A call has come in. Its caller's leg is told of by {@link observe}, after the step. */
  start(call: string, from: Party, dialed: string): void {
    this.#start(call, from, dialed, 'phone');
  }

  /** The exchange places a call: it lasts until {@link placed} has been told, and as long as it has legs. */
  place(call: string, from: Party, dialed: string): void {
    this.#start(call, from, dialed, 'exchange');
  }

  /** What became of it: the leg that is its caller's from now on, or why there is none. */
  placed(call: string, placed: Leg | Cause): void {
    const record = this.#records.get(call);
    if (record === undefined) return;
    record.placed = placed;
    this.#close(record, this.#kernel.wall());
  }

  #start(call: string, from: Party, dialed: string, origin: Record['origin']): void {
    this.#records.set(call, {
      id: call,
      origin,
      from,
      dialed,
      since: this.#kernel.wall(),
      answeredAt: undefined,
      answeredBy: undefined,
      legs: new Map(),
      open: origin === 'exchange' ? 1 : 0,
      placed: undefined,
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
          left: false,
        });
        return;
      case 'leg.up':
        return this.#up(record, leg, now);
      case 'leg.gone':
        return this.#gone(record, event, now);
      case 'leg.ringing':
      case 'leg.held':
      case 'leg.resumed':
      case 'leg.changed':
        return;
    }
  }

  /** How well a leg that is over heard and was heard. */
  rated(leg: Leg, quality: Quality): void {
    const followed = this.#records.get(leg.call)?.legs.get(leg.id);
    const at = this.#written.get(leg);
    if (followed !== undefined) followed.quality = quality;
    else if (at !== undefined) this.#ended.rate(leg.call, at, quality);
  }

  views(): readonly CallView[] {
    return [...this.#records.values()].map(callView);
  }

  view(id: string): CallView | undefined {
    const record = this.#records.get(id);
    return record && callView(record);
  }

  /** The legs of the one call whose id begins so; none when there is no such call or several. */
  legsOf(prefix: string): readonly Leg[] {
    const found = [...this.#records.values()].filter(({ id }) => id.startsWith(prefix));
    return found.length === 1 ? found.flatMap(({ legs }) => open(legs)) : [];
  }

  #up(record: Record, leg: Leg, now: number): void {
    const followed = record.legs.get(leg.id);
    if (followed !== undefined) followed.answeredAt ??= now;
    if (leg.direction === 'out' && leg !== record.placed) record.answeredBy ??= leg.party;
    if (record.answeredAt !== undefined) return;
    record.answeredAt = now;
    this.#tell({ event: 'call.answered', call: record.id, by: leg.party });
  }

  #gone(record: Record, { leg, cause, left }: LegEvent & { readonly event: 'leg.gone' }, now: number): void {
    const followed = record.legs.get(leg.id);
    if (followed === undefined) return;
    followed.endedAt = now;
    followed.cause = cause;
    followed.left = left;
    this.#close(record, now);
  }

  #close(record: Record, now: number): void {
    record.open -= 1;
    if (record.open > 0) return;
    this.#records.delete(record.id);
    const facts = factsOf(record, now);
    this.#ended.write(facts);
    for (const [at, { leg }] of [...record.legs.values()].entries()) this.#written.set(leg, at);
    this.#tell({ event: 'call.ended', call: record.id, cause: facts.cause, seconds: (now - record.since) / 1000 });
  }
}

/** The first leg is the caller's, or the one that the exchange placed: what it was told is what the call came to. */
function factsOf(record: Record, now: number): CallFacts {
  const { id, from, origin, dialed, since, answeredBy, legs, placed } = record;
  const facts = [...legs.values()].map((followed) => legFacts(followed, now));
  const first = legs.values().next().value;
  const caller = origin === 'exchange' ? legOf(legs, placed) : first;
  const told = caller === undefined ? undefined : legFacts(caller, now);
  return {
    id,
    from: origin === 'exchange' ? from : (first?.leg.party ?? from),
    dialed,
    origin,
    answeredBy: told?.answeredAt === undefined ? undefined : answeredBy,
    startedAt: since,
    answeredAt: told?.answeredAt,
    endedAt: now,
    cause: told?.cause ?? (placed !== undefined && 'status' in placed ? placed : CAUSES.normal),
    legs: facts,
  };
}

function legOf(legs: Record['legs'], placed: Record['placed']): Followed | undefined {
  return placed !== undefined && 'id' in placed ? legs.get(placed.id) : undefined;
}

/** A leg that ended as if all were well before it was answered was given up: CANCEL, or answered elsewhere. */
function legFacts(
  { leg, startedAt, answeredAt, endedAt = startedAt, cause, left, quality }: Followed,
  now: number,
): LegFacts {
  const { direction, party, behalf } = leg;
  const gaveUp = answeredAt === undefined && cause === CAUSES.normal;
  return {
    direction,
    party,
    startedAt,
    answeredAt,
    endedAt: Math.min(endedAt, now),
    cause: gaveUp ? CAUSES.cancelled : cause,
    left,
    forwardedBy: behalf,
    quality,
  };
}

function open(legs: Record['legs']): readonly Leg[] {
  return [...legs.values()].map(({ leg }) => leg).filter(({ state }) => state !== 'gone');
}

function callView({ id, from, dialed, since, answeredAt, legs }: Record): CallView {
  return { id, from, dialed, since, answeredAt, legs: open(legs).map(legView) };
}

function legView({ id, direction, state, party, held, place }: Leg): LegView {
  return { id, direction, state, party, held, place: place.in };
}
