import type { Kernel } from '../src/kernel/index.ts';
import type { Change, Committed, Store, Tables } from '../src/pbx/store.ts';

type Table = keyof Tables;

/** What survives a restart: rows by table and id, as JSON, so that nothing but plain data gets through. */
export class Disk {
  readonly #tables = new Map<Table, Map<string, string>>();

  rows<T extends Table>(table: T): readonly Tables[T][] {
    return [...this.#table(table).values()].map((row) => JSON.parse(row) as Tables[T]);
  }

  apply(changes: readonly Change[]): void {
    for (const change of changes) {
      if ('put' in change) this.#table(change.put).set(change.row.id, JSON.stringify(change.row));
      else this.#table(change.remove).delete(change.id);
    }
  }

  #table(name: Table): Map<string, string> {
    const known = this.#tables.get(name);
    if (known !== undefined) return known;
    const table = new Map<string, string>();
    this.#tables.set(name, table);
    return table;
  }
}

/**
 * A Store in the World: answers by a later input, in the order of the calls. What was not answered when it is cut off may
 * be lost, what was is on the disk.
 */
export class WorldStore implements Store {
  /** Milliseconds a commit takes from now on. */
  latency = 3;
  readonly disk: Disk;
  readonly #kernel: Kernel;
  readonly #failing = new Set<number>();
  #commits = 0;
  #free = 0;
  #cut = false;

  constructor(kernel: Kernel, disk = new Disk()) {
    this.#kernel = kernel;
    this.disk = disk;
  }

  /** Commits asked for so far. */
  get commits(): number {
    return this.#commits;
  }

  /** The `count`-th commit from now (1: the next one) fails and changes nothing. */
  failCommit(count: number): void {
    this.#failing.add(this.#commits + count);
  }

  /** Cuts it off from its disk: nothing is answered any more. */
  cutOff(): void {
    this.#cut = true;
  }

  commit(changes: readonly Change[], then: (result: Committed) => void): void {
    this.#commits += 1;
    const fails = this.#failing.delete(this.#commits);
    // The changes are what they are now, whatever the caller does with them later.
    const taken = structuredClone(changes);
    this.#answer(() => {
      if (!fails) this.disk.apply(taken);
      then(fails ? { ok: false, why: 'the disk is full' } : { ok: true });
    });
  }

  load<T extends Table>(table: T, then: (rows: readonly Tables[T][]) => void, last?: number): void {
    this.#answer(() => then(last === undefined ? this.disk.rows(table) : highest(this.disk.rows(table), last)));
  }

  #answer(act: () => void): void {
    const now = this.#kernel.now();
    this.#free = Math.max(this.#free, now + this.latency);
    this.#kernel.house.after(this.#free - now, () => {
      if (!this.#cut) act();
    });
  }
}

function highest<R extends { readonly id: string }>(rows: readonly R[], count: number): readonly R[] {
  return count === 0 ? [] : [...rows].sort((a, b) => (a.id < b.id ? -1 : 1)).slice(-count);
}
