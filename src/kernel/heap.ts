/** A binary heap of timers that knows where each one stands, so that cancelling frees it at once. */
export interface Entry {
  at: number;
  /** Ties are broken by order of making, so that equal deadlines fire in the order they were set. */
  order: number;
  /** Index in the heap; -1 when outside. */
  index: number;
}

export class TimerHeap<E extends Entry> {
  readonly #entries: E[] = [];

  get size(): number {
    return this.#entries.length;
  }

  peek(): E | undefined {
    return this.#entries[0];
  }

  push(entry: E): void {
    this.#place(entry, this.#entries.length);
    this.#up(entry);
  }

  remove(entry: E): boolean {
    if (entry.index < 0) return false;
    const last = this.#entries.pop();
    if (last !== undefined && last !== entry) {
      this.#place(last, entry.index);
      this.#up(last);
      this.#down(last);
    }
    entry.index = -1;
    return true;
  }

  #place(entry: E, index: number): void {
    this.#entries[index] = entry;
    entry.index = index;
  }

  #up(entry: E): void {
    while (entry.index > 0) {
      const parent = this.#entries[(entry.index - 1) >> 1];
      if (parent === undefined || !before(entry, parent)) return;
      this.#swap(entry, parent);
    }
  }

  #down(entry: E): void {
    for (;;) {
      const left = this.#entries[entry.index * 2 + 1];
      const right = this.#entries[entry.index * 2 + 2];
      const child = left !== undefined && right !== undefined && before(right, left) ? right : left;
      if (child === undefined || !before(child, entry)) return;
      this.#swap(child, entry);
    }
  }

  #swap(a: E, b: E): void {
    const at = a.index;
    this.#place(a, b.index);
    this.#place(b, at);
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
