import type { Cause, Party } from '../call/index.ts';
import type { PbxEvent } from './events.ts';
import type { CdrRow, Store } from './store.ts';
import type { RecordView } from './view.ts';

/** What one leg of a call was. Wall milliseconds. */
export interface LegFacts {
  readonly direction: 'in' | 'out';
  readonly party: Party;
  readonly startedAt: number;
  readonly answeredAt: number | undefined;
  readonly endedAt: number;
  readonly cause: Cause;
}

/** What a call was, once it has ended. */
export interface CallFacts {
  readonly id: string;
  readonly from: Party;
  readonly dialed: string;
  /** The first who was rung and answered; undefined: nobody did, or only the exchange. */
  readonly answeredBy: Party | undefined;
  readonly startedAt: number;
  readonly answeredAt: number | undefined;
  readonly endedAt: number;
  /** As its caller was told; of an answered call, how its caller's leg ended. */
  readonly cause: Cause;
  /** In the order in which they came. */
  readonly legs: readonly LegFacts[];
}

/** So many are kept in memory for those who ask. */
const RECENT = 1000;

/** The records of calls that have ended: each in the Store for good, the last of them in memory. */
export class CallRecords {
  readonly #store: Store;
  readonly #tell: (event: PbxEvent) => void;
  /** The newest last. */
  #recent: CdrRow[] = [];

  constructor(store: Store, tell: (event: PbxEvent) => void) {
    this.#store = store;
    this.#tell = tell;
  }

  /** Reads the last of what the Store has. */
  restore(): void {
    this.#store.load(
      'cdr',
      (rows) => {
        this.#recent = [...rows, ...this.#recent];
      },
      RECENT,
    );
  }

  write(facts: CallFacts): void {
    const row = rowOf(facts);
    this.#recent.push(row);
    if (this.#recent.length > 2 * RECENT) this.#recent = this.#recent.slice(-RECENT);
    this.#store.commit([{ put: 'cdr', row }], (result) => {
      if (!result.ok) this.#tell({ event: 'record.lost', call: facts.id, why: result.why });
    });
  }

  /** The newest first. */
  recent(limit: number): readonly RecordView[] {
    return this.#recent.slice(-Math.min(limit, RECENT)).toReversed().map(viewOf);
  }
}

function rowOf({ id, from, dialed, answeredBy, startedAt, answeredAt, endedAt, cause, legs }: CallFacts): CdrRow {
  return {
    id: `${String(endedAt).padStart(15, '0')} ${id}`,
    call: id,
    fromName: from.name,
    fromNumber: from.number,
    withheld: from.withheld === true ? 1 : 0,
    dialed,
    answeredByName: answeredBy?.name ?? '',
    answeredByNumber: answeredBy?.number ?? '',
    startedAt,
    answeredAt: answeredAt ?? 0,
    endedAt,
    status: cause.status,
    reasonPhrase: cause.reasonPhrase,
    q850: cause.q850 ?? 0,
    legs: JSON.stringify(legs.map(flat)),
  };
}

function flat({ direction, party: { name, number }, startedAt, answeredAt, endedAt, cause }: LegFacts): LegRecord {
  const { status, reasonPhrase, q850 } = cause;
  return { direction, party: { name, number }, startedAt, answeredAt, endedAt, status, reasonPhrase, q850 };
}

type LegRecord = RecordView['legs'][number];

function viewOf(row: CdrRow): RecordView {
  return {
    id: row.call,
    from: { name: row.fromName, number: row.fromNumber },
    withheld: row.withheld === 1,
    dialed: row.dialed,
    answeredBy: row.answeredByNumber === '' ? undefined : { name: row.answeredByName, number: row.answeredByNumber },
    startedAt: row.startedAt,
    answeredAt: row.answeredAt === 0 ? undefined : row.answeredAt,
    endedAt: row.endedAt,
    status: row.status,
    reasonPhrase: row.reasonPhrase,
    q850: row.q850 === 0 ? undefined : row.q850,
    legs: JSON.parse(row.legs) as readonly LegRecord[],
  };
}
