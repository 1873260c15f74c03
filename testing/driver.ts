import { Kernel, type Deferred, type KernelPorts } from '../src/kernel/index.ts';
import { type Entry, TimerHeap } from '../src/kernel/heap.ts';

/** A kernel that remembers whether a promise was settled, so that reactions are waited for only when there are any. */
export class WorldKernel extends Kernel {
  readonly name: string;
  #settled = false;

  constructor(name: string, ports: KernelPorts) {
    super(ports);
    this.name = name;
  }

  override deferred<T>(): Deferred<T> {
    const ends = super.deferred<T>();
    return {
      promise: ends.promise,
      resolve: (value) => {
        this.#settled = true;
        ends.resolve(value);
      },
      reject: (reason) => {
        this.#settled = true;
        ends.reject(reason);
      },
    };
  }

  /** Whether a promise was settled since the last call. */
  takeSettled(): boolean {
    const was = this.#settled;
    this.#settled = false;
    return was;
  }
}

interface Arrival extends Entry {
  readonly act: () => void;
  /** Media packets start no scripts: nothing to wait for unless they settled something. */
  readonly quick: boolean;
}

interface Waiter {
  readonly done: () => boolean;
  readonly deadline: number;
  /** At its deadline a plain wait is over, a condition has failed. */
  readonly plain: boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Real milliseconds that promises from outside get before virtual time runs on without them. */
const PATIENCE = 2000;

/**
 * Drives virtual time for as long as somebody waits: one input, then all promise reactions, then the next. What arrives
 * from the network and timers of all kernels are taken in order of time.
 */
export class Driver {
  readonly kernels = new Map<string, WorldKernel>();
  readonly #arrivals = new TimerHeap<Arrival>();
  readonly #waiters = new Set<Waiter>();
  readonly #describe: (headline: string) => Error;
  #now = 0;
  #order = 0;
  #driving = false;
  #givenUp = 0;

  /** `describe` makes the error for a wait that failed. */
  constructor(describe: (headline: string) => Error) {
    this.#describe = describe;
  }

  get now(): number {
    return this.#now;
  }

  /** Runs `act` `ms` milliseconds from now; never before this call returns. */
  arrive(ms: number, act: () => void, quick = false): void {
    this.#arrivals.push({ at: this.#now + ms, order: this.#order, index: -1, act, quick });
    this.#order += 1;
  }

  /** Arrivals that are under way. */
  get underWay(): number {
    return this.#arrivals.size;
  }

  wait(done: () => boolean, ms: number, plain: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.add({ done, deadline: this.#now + ms, plain, resolve, reject });
      if (!this.#driving) void this.#drive();
    });
  }

  async #drive(): Promise<void> {
    this.#driving = true;
    // What the test just did may have started scripts.
    await reactions();
    while (this.#waiters.size > 0) {
      if (this.#wake()) await reactions();
      else if (this.#outsideAwaited()) await this.#letOutsideSettle();
      else if (this.#step()) await reactions();
    }
    this.#driving = false;
  }

  /** Ends the waits whose condition holds; true when there were any: the test acts now. */
  #wake(): boolean {
    let woken = false;
    for (const waiter of this.#waiters) {
      const error = failing(waiter);
      if (error === false) continue;
      this.#waiters.delete(waiter);
      if (error === undefined) waiter.resolve();
      else waiter.reject(error);
      woken = true;
    }
    return woken;
  }

  /** One input, or the next deadline. True: reactions are due. */
  #step(): boolean {
    const next = this.#nextKernel();
    const arrival = this.#arrivals.peek();
    const due = Math.min(arrival?.at ?? Infinity, next?.nextDue() ?? Infinity);
    const deadline = this.#firstDeadline();
    if (due === Infinity && !this.#someWaitPlainly())
      return this.#failAll('script waits for something outside the world');
    // What is due at the deadline's own instant still counts.
    if (deadline < due) return this.#pass(deadline);
    this.#now = Math.max(this.#now, due);
    if (arrival !== undefined && arrival.at === due) return this.#deliver(arrival);
    next?.runDue();
    return this.#anySettled();
  }

  #deliver(arrival: Arrival): boolean {
    this.#arrivals.remove(arrival);
    arrival.act();
    return this.#anySettled() || !arrival.quick;
  }

  /** Goes to a deadline, where conditions are looked at once more; then ends the waits that are over. */
  #pass(deadline: number): boolean {
    if (deadline > this.#now) {
      this.#now = deadline;
      return false;
    }
    for (const waiter of this.#waiters) {
      if (waiter.deadline > this.#now) continue;
      this.#waiters.delete(waiter);
      if (waiter.plain) waiter.resolve();
      else waiter.reject(this.#describe('the condition did not come to hold in time'));
    }
    return true;
  }

  #failAll(headline: string): boolean {
    for (const waiter of this.#waiters) waiter.reject(this.#describe(headline));
    this.#waiters.clear();
    return true;
  }

  #nextKernel(): WorldKernel | undefined {
    let first: WorldKernel | undefined;
    for (const kernel of this.kernels.values()) {
      if ((kernel.nextDue() ?? Infinity) < (first?.nextDue() ?? Infinity)) first = kernel;
    }
    return first;
  }

  #firstDeadline(): number {
    let first = Infinity;
    for (const waiter of this.#waiters) first = Math.min(first, waiter.deadline);
    return first;
  }

  #someWaitPlainly(): boolean {
    for (const waiter of this.#waiters) if (waiter.plain) return true;
    return false;
  }

  #anySettled(): boolean {
    let any = false;
    for (const kernel of this.kernels.values()) any = kernel.takeSettled() || any;
    return any;
  }

  #outside(): number {
    let count = 0;
    for (const kernel of this.kernels.values()) count += kernel.externals;
    return count;
  }

  /** Virtual time stands while a declared promise from outside is on its way; one that never settles is given up once. */
  #outsideAwaited(): boolean {
    const count = this.#outside();
    this.#givenUp = Math.min(this.#givenUp, count);
    return count > this.#givenUp;
  }

  async #letOutsideSettle(): Promise<void> {
    const before = this.#outside();
    const until = performance.now() + PATIENCE;
    while (this.#outside() >= before && performance.now() < until) await reactions();
    if (this.#outside() >= before) this.#givenUp = before;
  }
}

function failing(waiter: Waiter): Error | undefined | false {
  try {
    return waiter.done() ? undefined : false;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** All promise reactions have run when this settles. */
function reactions(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
