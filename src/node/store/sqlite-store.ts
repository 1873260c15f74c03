import { Worker } from 'node:worker_threads';
import { type Kernel, StrowgerError } from '../../kernel/index.ts';
import type { Change, Committed, Store, Tables } from '../../pbx/store.ts';
import { why } from '../why.ts';
import type { FromWorker, Refusal, ToWorker } from './protocol.ts';

/** A group is cut here, so that the last of a flood is not the one all wait for. */
const GROUP = 200;
/** Each group is written to the disk and waited for: so long others may join it. */
const GATHER_MS = 8;

interface Commit {
  readonly changes: readonly Change[];
  /** So many milliseconds others may join it. */
  readonly patience: number;
  readonly answer: (result: Committed) => void;
}

interface Load {
  readonly table: keyof Tables;
  readonly last: number | undefined;
  readonly answer: (rows: never) => void;
}

type Asked = Commit | Load;

export interface OpenStore {
  readonly store: Store;
  /** Rejects with E_STORE when a table cannot be read, or the thread ends unasked: such a load is never answered. */
  readonly failed: Promise<never>;
  /** Answers what was asked, then closes the file. What is asked later fails. */
  close(): Promise<void>;
}

/**
 * The exchange's database: SQLite in a thread of its own. What is asked while the disk is busy, or within a few
 * milliseconds, goes to it as one group, so that a thousand commits cost a few writes.
 * Rejects with E_STORE_LOCKED, E_STORE_CORRUPT, E_STORE_NEWER or E_STORE.
 */
export async function openStore(options: {
  readonly kernel: Kernel;
  readonly file: string;
  /** Sees the thread. */
  readonly onStart?: (worker: Worker) => void;
}): Promise<OpenStore> {
  const worker = new Worker(new URL(`./worker${import.meta.url.slice(-3)}`, import.meta.url), {
    workerData: options.file,
  });
  options.onStart?.(worker);
  const first = await firstMessage(worker, options.file);
  if ('refused' in first) throw refused(options.file, first.refused);
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  const queue = new Queue(options.kernel, worker, (text) =>
    failed.reject(new StrowgerError('E_STORE', { file: options.file, why: text })),
  );
  return {
    failed: failed.promise,
    store: {
      commit: (changes, then, patience = GATHER_MS) => queue.ask({ changes, patience, answer: then }),
      load: (table, then, last) => queue.ask({ table, last, answer: then }),
    },
    close: () => queue.close(),
  };
}

function firstMessage(worker: Worker, file: string): Promise<FromWorker> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', (error: unknown) => reject(refused(file, { kind: 'other', why: why(error) })));
    worker.once('exit', () => reject(refused(file, { kind: 'other', why: 'its thread ended' })));
  });
}

function refused(file: string, refusal: Refusal): StrowgerError {
  switch (refusal.kind) {
    case 'locked':
      return new StrowgerError('E_STORE_LOCKED', { file });
    case 'newer':
      return new StrowgerError('E_STORE_NEWER', { file, found: refusal.found, known: refusal.known });
    case 'corrupt':
      return new StrowgerError('E_STORE_CORRUPT', { file, why: refusal.why });
    case 'other':
      return new StrowgerError('E_STORE', { file, why: refusal.why });
    default:
      return refusal satisfies never;
  }
}

/** One message at the worker, the rest waiting here; answers leave in the order of asking. */
class Queue {
  readonly #kernel: Kernel;
  readonly #worker: Worker;
  readonly #failed: (why: string) => void;
  readonly #waiting: Asked[] = [];
  readonly #ended: Promise<void>;
  #atWorker: readonly Asked[] = [];
  #state: 'idle' | 'starting' | 'busy' | 'closing' | 'gone' = 'idle';
  #closing = false;
  /** When what waits goes to the worker, unless something hastier comes (monotonic ms); its timer. */
  #due = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(kernel: Kernel, worker: Worker, failed: (why: string) => void) {
    this.#kernel = kernel;
    this.#worker = worker;
    this.#failed = failed;
    worker.removeAllListeners('error');
    worker.on('message', (message: FromWorker) => this.#answered(message));
    worker.on('error', (error: unknown) => kernel.fault('store', error));
    this.#ended = new Promise((resolve) => {
      worker.once('exit', () => {
        this.#lost();
        resolve();
      });
    });
  }

  ask(asked: Asked): void {
    this.#waiting.push(asked);
    if (this.#state === 'gone') setImmediate(() => this.#refuse());
    else this.#hasten('table' in asked ? 0 : asked.patience);
  }

  close(): Promise<void> {
    this.#closing = true;
    this.#hasten(0);
    return this.#ended;
  }

  /**
   * What is asked within a few milliseconds goes together, even when the worker is idle, and takes along whatever is patient;
   * nothing that is read waits.
   */
  #hasten(within: number): void {
    const due = this.#kernel.now() + within;
    if (due >= this.#due) return;
    this.#due = due;
    if (this.#state === 'idle' || this.#state === 'starting') this.#arm();
  }

  #arm(): void {
    this.#state = 'starting';
    clearTimeout(this.#timer);
    const wait = this.#due - this.#kernel.now();
    if (wait > 0) this.#timer = setTimeout(() => this.#next(), wait);
    else setImmediate(() => this.#next());
  }

  #next(): void {
    if (this.#state !== 'starting') return;
    clearTimeout(this.#timer);
    this.#atWorker = this.#take();
    // What is left over has waited long enough.
    this.#due = this.#waiting.length > 0 || this.#closing ? this.#kernel.now() : Number.POSITIVE_INFINITY;
    const [first] = this.#atWorker;
    if (first !== undefined) this.#post(first);
    else if (this.#closing) {
      this.#state = 'closing';
      this.#tell({ close: true });
    } else this.#state = 'idle';
  }

  #post(first: Asked): void {
    this.#state = 'busy';
    if ('table' in first) return this.#tell({ load: first.table, last: first.last });
    this.#tell({ group: this.#atWorker.map((asked) => ('changes' in asked ? asked.changes : [])) });
  }

  /** The next load alone, or the commits up to the next load. */
  #take(): readonly Asked[] {
    const [first] = this.#waiting;
    if (first === undefined) return [];
    if ('table' in first) return this.#waiting.splice(0, 1);
    const load = this.#waiting.findIndex((asked) => 'table' in asked);
    return this.#waiting.splice(0, Math.min(GROUP, load < 0 ? GROUP : load));
  }

  #tell(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #answered(message: FromWorker): void {
    const asked = this.#atWorker;
    this.#atWorker = [];
    if ('results' in message) asked.forEach((one, at) => this.#deliver(one, message.results[at] ?? LOST));
    else if ('rows' in message) for (const one of asked) this.#deliverRows(one, message.rows);
    else if ('failed' in message) this.#failed(message.failed);
    if (this.#state !== 'busy') return;
    this.#state = 'idle';
    if (this.#waiting.length > 0 || this.#closing) this.#arm();
  }

  /** An immediate each: promise reactions to one answer run before the next. */
  #deliver(asked: Asked, result: Committed): void {
    if ('changes' in asked) setImmediate(() => this.#kernel.input('store', () => asked.answer(result)));
    else this.#failed(result.ok ? 'a load was answered as a commit' : result.why);
  }

  #deliverRows(asked: Asked, rows: readonly Tables[keyof Tables][]): void {
    if ('table' in asked) setImmediate(() => this.#kernel.input('store', () => asked.answer(rows as never)));
  }

  /** The thread ended: nothing more is acknowledged, and nobody is left without an answer. */
  #lost(): void {
    this.#state = 'gone';
    if (!this.#closing) this.#failed('its thread ended');
    const asked = this.#atWorker;
    this.#atWorker = [];
    for (const one of asked) this.#deliver(one, LOST);
    this.#refuse();
  }

  #refuse(): void {
    for (const one of this.#waiting.splice(0)) this.#deliver(one, LOST);
  }
}

const LOST: Committed = { ok: false, why: 'the database has been closed' };
