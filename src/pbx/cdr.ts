import type { Cause, Party } from '../call/index.ts';
import type { Quality } from '../media/protocol.ts';
import type { PbxEvent } from './events.ts';
import type { CdrRow, Committed, Store } from './store.ts';
import type { RecordView } from './view.ts';

/** What one leg of a call was. Wall milliseconds. */
export interface LegFacts {
  readonly direction: 'in' | 'out';
  readonly party: Party;
  readonly startedAt: number;
  readonly answeredAt: number | undefined;
  readonly endedAt: number;
  readonly cause: Cause;
  /** Its phone ended it, not we. */
  readonly left?: boolean;
  /** The accounts that sent the call there, the last one first. */
  readonly forwardedBy?: readonly string[] | undefined;
  /** undefined: nothing came of it, or it is told later. */
  readonly quality?: Quality | undefined;
}

/** What a call was, once it has ended. */
export interface CallFacts {
  readonly id: string;
  readonly from: Party;
  readonly dialed: string;
  readonly origin: 'phone' | 'exchange';
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
/** Nobody waits for a record: those of a quarter of a second share a write (ms). */
const PATIENCE = 250;

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
    this.#commit(row);
  }

  /** Adds to a call's record how one of its legs heard and was heard. */
  rate(call: string, leg: number, quality: Quality): void {
    const at = this.#recent.findLastIndex((row) => row.call === call);
    const row = this.#recent[at];
    if (row === undefined) return;
    const legs = (JSON.parse(row.legs) as readonly LegRecord[]).map((one, which) =>
      which === leg ? { ...one, quality } : one,
    );
    const rated = { ...row, legs: JSON.stringify(legs) };
    this.#recent[at] = rated;
    this.#commit(rated);
  }

  #commit(row: CdrRow): void {
    const told = (result: Committed): void => {
      if (!result.ok) this.#tell({ event: 'record.lost', call: row.call, why: result.why });
    };
    this.#store.commit([{ put: 'cdr', row }], told, PATIENCE);
  }

  /** The newest first; with `before`, those that ended before the call of that id. */
  recent(limit: number, before?: string): readonly RecordView[] {
    const end = before === undefined ? this.#recent.length : this.#recent.findIndex(({ call }) => call === before);
    return this.#recent
      .slice(Math.max(0, end - Math.min(limit, RECENT)), Math.max(0, end))
      .toReversed()
      .map(viewOf);
  }
}

function rowOf(facts: CallFacts): CdrRow {
  const { id, from, dialed, answeredBy, startedAt, answeredAt, endedAt, cause, legs, origin } = facts;
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
    origin,
  };
}

function flat(facts: LegFacts): LegRecord {
  const { direction, party, startedAt, answeredAt, endedAt, cause, left, quality, forwardedBy } = facts;
  const { name, number } = party;
  const { status, reasonPhrase, q850 } = cause;
  const told = { status, reasonPhrase, q850, left, quality, forwardedBy };
  return { direction, party: { name, number }, startedAt, answeredAt, endedAt, ...told };
}

type LegRecord = RecordView['legs'][number];

function viewOf(row: CdrRow): RecordView {
  return {
    id: row.call,
    from: { name: row.fromName, number: row.fromNumber },
    withheld: row.withheld === 1,
    origin: row.origin === 'exchange' ? 'exchange' : 'phone',
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
