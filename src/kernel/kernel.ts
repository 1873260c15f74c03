import { hex } from './bytes.ts';
import type { Crypto } from './crypto.ts';
import { type Entry, TimerHeap } from './heap.ts';

/** What a kernel is made of. The live one gets the machine's clock, the World hands in virtual time. */
export interface KernelPorts {
  /** Monotonic milliseconds; drives every timer. */
  readonly now: () => number;
  /** Milliseconds since 1970; stamps what is stored. */
  readonly wall: () => number;
  readonly crypto: Crypto;
  /** Asks for {@link Kernel.runDue} to be called at or soon after this monotonic time; a later call replaces an earlier one. */
  readonly arm: (at: number) => void;
  /** Timers of seconds may fire so many milliseconds late, together: each time that one is due wakes the process. None unless said. */
  readonly grain?: number;
  /** Told what runs from now on, for whoever watches that it ends. */
  readonly note?: (what: string) => void;
  /** A step threw: our own mistake, contained. */
  readonly onFault: (fault: Fault) => void;
}

export interface Fault {
  readonly step: string;
  readonly error: unknown;
}

export interface Timer {
  /** Cancelling twice, or after it fired, does nothing. */
  cancel(): void;
}

/** A thing that was opened and counts until it is closed (a dialog, a leg, a port…). */
export interface Opened {
  close(): void;
}

/** Why a timer, ask or resource exists: for the house (pings, sweeps) or for a scene (a call, a transaction). */
export interface Scope {
  readonly name: 'house' | 'scene';
  /** Runs `then` as an input of its own, `ms` milliseconds from now. */
  after(ms: number, then: () => void): Timer;
  /** Counts one thing of this kind until it is closed. */
  open(kind: string): Opened;
  /**
   * Puts a question to the outside; the answer comes back as an input. `put` must call `answer` at most once;
   * what it answers after {@link Timer.cancel} is dropped.
   */
  ask<A>(kind: string, put: (answer: (a: A) => void) => void, then: (answer: A) => void): Timer;
  /** What is open now, by kind; kinds at zero are left out. Timers count as `timer`. */
  census(): Readonly<Record<string, number>>;
}

/** A promise with its two ends apart. Scripts wait on nothing else; settling it tells the kernel that reactions are due. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

/** Timers of so many milliseconds and more may share their wake-ups. */
const COARSE = 4000;

/** A timer in the heap: one object each, because every transaction has some. */
class Due implements Entry, Timer {
  at: number;
  order: number;
  index = -1;
  readonly run: () => void;
  readonly scope: CountingScope;
  readonly #heap: TimerHeap<Due>;

  constructor(heap: TimerHeap<Due>, at: number, order: number, run: () => void, scope: CountingScope) {
    this.#heap = heap;
    this.at = at;
    this.order = order;
    this.run = run;
    this.scope = scope;
  }

  cancel(): void {
    if (this.#heap.remove(this)) this.scope.count('timer', -1);
  }
}

/**
 * Time, randomness, steps and accounts for everything below node/. One input at a time: a datagram, a timer, an API
 * command, a finished ask; then all promise reactions; then the next input.
 */
export class Kernel {
  readonly crypto: Crypto;
  readonly house: Scope;
  readonly scene: Scope;
  readonly #ports: KernelPorts;
  readonly #heap = new TimerHeap<Due>();
  readonly #observers: (() => void)[] = [];
  #order = 0;
  #depth = 0;
  #faults = 0;
  #external = 0;
  #reactions = false;

  constructor(ports: KernelPorts) {
    this.#ports = ports;
    this.crypto = ports.crypto;
    this.house = new CountingScope('house', this);
    this.scene = new CountingScope('scene', this);
  }

  now(): number {
    return this.#ports.now();
  }

  wall(): number {
    return this.#ports.wall();
  }

  /** Faults contained since start. */
  get faults(): number {
    return this.#faults;
  }

  /** A random token of `octets` octets, in hex: 8 for tags, 12 and more for what must not be guessed. */
  token(octets = 8): string {
    return hex(this.crypto.random(octets));
  }

  /** A random whole number from 0 to `below` - 1. */
  random(below: number): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.crypto.random(4);
    return Math.floor(((a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d) / 2 ** 32) * below);
  }

  /** Runs one step; what it throws is contained and counted. Observers told during it run when it has ended. */
  input(step: string, act: () => void): void {
    if (this.#depth === 0) this.note(step);
    this.#depth += 1;
    try {
      act();
    } catch (error) {
      this.fault(step, error);
    } finally {
      this.#depth -= 1;
    }
    if (this.#depth === 0) this.#tellObservers();
  }

  /** Says what runs from now on: the input, and the script whose promise it settled. */
  note(what: string): void {
    this.#ports.note?.(what);
  }

  /** Records a fault contained elsewhere. */
  fault(step: string, error: unknown): void {
    this.#faults += 1;
    this.#ports.onFault({ step, error });
  }

  /** Delivers to observers after the running step: they see its result and cannot alter it. */
  afterStep(tell: () => void): void {
    this.#observers.push(tell);
    if (this.#depth === 0) this.#tellObservers();
  }

  deferred<T>(): Deferred<T> {
    let ends: Pick<Deferred<T>, 'resolve' | 'reject'> | undefined;
    const promise = new Promise<T>((resolve, reject) => {
      ends = { resolve, reject };
    });
    promise.catch(() => undefined);
    return {
      promise,
      resolve: (value) => {
        this.#reactions = true;
        ends?.resolve(value);
      },
      reject: (reason) => {
        this.#reactions = true;
        ends?.reject(reason);
      },
    };
  }

  /** Lets a promise from outside into a script; a World waits for it instead of calling the script stuck. */
  external<T>(promise: Promise<T>): Promise<T> {
    const { promise: inside, resolve, reject } = this.deferred<T>();
    this.#external += 1;
    promise.then(
      (value) => this.input('external', () => this.#settle(() => resolve(value))),
      (reason: unknown) => this.input('external', () => this.#settle(() => reject(reason))),
    );
    return inside;
  }

  /** Promises from outside that have not settled. */
  get externals(): number {
    return this.#external;
  }

  /** When the next timer is due (monotonic), or undefined when none is set. */
  nextDue(): number | undefined {
    return this.#heap.peek()?.at;
  }

  /**
   * Runs timers that are due, each as an input, until none is or a promise was settled whose reactions must come first.
   * True: call again once reactions have run. The next wake-up is armed in any case.
   */
  runDue(): boolean {
    this.#reactions = false;
    for (let due = this.#heap.peek(); due !== undefined && due.at <= this.now(); due = this.#heap.peek()) {
      this.#heap.remove(due);
      due.scope.count('timer', -1);
      this.input('timer', due.run);
      if (this.#reactions) return true;
    }
    const next = this.nextDue();
    if (next !== undefined) this.#ports.arm(next);
    return false;
  }

  /** @internal */
  schedule(scope: CountingScope, ms: number, then: () => void): Timer {
    const due = new Due(this.#heap, this.#deadline(ms), this.#order, then, scope);
    this.#order += 1;
    this.#heap.push(due);
    scope.count('timer', 1);
    if (due.index === 0) this.#ports.arm(due.at);
    return due;
  }

  #deadline(ms: number): number {
    const at = this.now() + ms;
    const { grain } = this.#ports;
    return grain === undefined || ms < COARSE ? at : Math.ceil(at / grain) * grain;
  }

  #settle(settle: () => void): void {
    this.#external -= 1;
    settle();
  }

  #tellObservers(): void {
    for (let tell = this.#observers.shift(); tell !== undefined; tell = this.#observers.shift()) {
      try {
        tell();
      } catch (error) {
        this.fault('observer', error);
      }
    }
  }
}

/** One thing of a scope's census. */
class Counted implements Opened {
  #scope: CountingScope | undefined;
  readonly #kind: string;

  constructor(scope: CountingScope, kind: string) {
    this.#scope = scope;
    this.#kind = kind;
  }

  close(): void {
    this.#scope?.count(this.#kind, -1);
    this.#scope = undefined;
  }
}

class CountingScope implements Scope {
  readonly name: 'house' | 'scene';
  readonly #kernel: Kernel;
  readonly #counts = new Map<string, number>();

  constructor(name: 'house' | 'scene', kernel: Kernel) {
    this.name = name;
    this.#kernel = kernel;
  }

  after(ms: number, then: () => void): Timer {
    return this.#kernel.schedule(this, ms, then);
  }

  open(kind: string): Opened {
    this.count(kind, 1);
    return new Counted(this, kind);
  }

  ask<A>(kind: string, put: (answer: (a: A) => void) => void, then: (answer: A) => void): Timer {
    const waiting = this.open(kind);
    let wanted = true;
    const end = (): boolean => {
      const was = wanted;
      wanted = false;
      waiting.close();
      return was;
    };
    put((answer) =>
      this.#kernel.input(kind, () => {
        if (end()) then(answer);
      }),
    );
    return { cancel: () => void end() };
  }

  census(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].filter(([, count]) => count !== 0));
  }

  count(kind: string, by: number): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + by);
  }
}
