import type { Fault } from '../src/kernel/index.ts';
import { seededCrypto } from './crypto.ts';
import { Driver, WorldKernel } from './driver.ts';
import { type Duration, ms } from './duration.ts';
import type { Host } from './host.ts';
import type { Nat, NatOptions } from './nat.ts';
import { Network } from './network.ts';
import { Phone, type PhoneOptions } from './phone.ts';
import { Random } from './random.ts';
import { Transcript } from './transcript.ts';

export interface WorldOptions {
  /** The same seed, the same world. Default: 'plain'. */
  readonly seed?: string;
  /** Wall time at the start, milliseconds since 1970; default 2026-01-05 09:00 UTC, a Monday. */
  readonly wall?: number;
  /** Added to the deadline of every condition: loss makes everything late. Default none. */
  readonly patience?: Duration;
}

export interface HostOptions {
  /** As the ladder shows it; names its kernel. Default: the address. */
  readonly name?: string;
  /** The NAT box it sits behind. */
  readonly behind?: Nat;
}

/** Something that went wrong in a host and was contained there. */
export interface HostFault extends Fault {
  readonly host: string;
}

/** A wait that failed. The message ends with the ladder. */
export class WorldError extends Error {
  override readonly name = 'WorldError';
}

type Census = Readonly<Record<string, number>>;

const MONDAY_MORNING = Date.UTC(2026, 0, 5, 9);
const DEFAULT_WITHIN: Duration = '30s';
const RUN_WITHIN: Duration = '1h';

/**
 * The simulated world: hosts on a network, each with a kernel of its own, on one virtual clock that runs only while
 * somebody waits. Nothing in it depends on real time or real chance.
 */
export class World {
  readonly seed: string;
  readonly network: Network;
  readonly transcript: Transcript;
  readonly #driver: Driver;
  readonly #patience: number;
  readonly #faults: HostFault[] = [];
  readonly #censuses = new Map<string, () => Census>();
  #wallAhead: number;

  constructor(options: WorldOptions = {}) {
    this.seed = options.seed ?? 'plain';
    this.#patience = ms(options.patience ?? 0);
    this.#wallAhead = options.wall ?? MONDAY_MORNING;
    this.#driver = new Driver((headline) => this.failure(headline));
    this.network = new Network(this.#driver, this.random('network'));
    this.transcript = new Transcript(this.network);
  }

  /** Monotonic milliseconds since the world began. */
  get now(): number {
    return this.#driver.now;
  }

  /** Milliseconds since 1970 on every wall clock in the world. */
  get wall(): number {
    return this.#driver.now + this.#wallAhead;
  }

  /** Sets the wall clocks forward (or back, when negative); timers do not notice. */
  stepWall(by: Duration): void {
    this.#wallAhead += ms(by);
  }

  /** Chance out of the world's seed, a stream of its own for each purpose. */
  random(purpose: string): Random {
    return new Random(`${this.seed}/${purpose}`);
  }

  /** The kernel of that name, made at first mention. */
  kernel(name: string): WorldKernel {
    const known = this.#driver.kernels.get(name);
    if (known !== undefined) return known;
    const kernel = new WorldKernel(name, {
      now: () => this.now,
      wall: () => this.wall,
      crypto: seededCrypto(`${this.seed}/${name}/${this.now}`),
      arm: () => undefined,
      onFault: (fault) => void this.#faults.push({ ...fault, host: name }),
    });
    this.#driver.kernels.set(name, kernel);
    return kernel;
  }

  /** The host with that address, made at first mention. */
  host(address: string, options: HostOptions = {}): Host {
    const known = this.network.at(address, options.behind);
    return known ?? this.network.place(address, this.kernel(options.name ?? address), options.behind);
  }

  phone(name: string, options: PhoneOptions): Phone {
    return new Phone(this, name, options);
  }

  nat(options: NatOptions, behind?: Nat): Nat {
    return this.network.nat(options, behind);
  }

  /** Power cut: the host leaves the network without a word and its kernel stops for ever. Its address and name are free. */
  powerOff(host: Host): void {
    this.network.remove(host);
    if (this.#driver.kernels.get(host.name) === host.kernel) this.#driver.kernels.delete(host.name);
    this.#censuses.delete(host.name);
  }

  /** The same machine at another address: nothing that is sent to the old one arrives. Its sockets must be bound anew. */
  move(host: Host, address: string): Host {
    this.network.remove(host);
    return this.network.place(address, host.kernel, host.behind);
  }

  /** Counts more of a host than its kernel's scene does (media sessions, say). */
  count(host: string, census: () => Census): void {
    this.#censuses.set(host, census);
  }

  /** What is open in scenes now, by host and kind; hosts with nothing open are left out. */
  census(): Readonly<Record<string, Census>> {
    const open: Record<string, Census> = {};
    for (const [name, kernel] of this.#driver.kernels) {
      const counts = Object.entries({ ...this.#censuses.get(name)?.(), ...kernel.scene.census() });
      const some = counts.filter(([, count]) => count !== 0);
      if (some.length > 0) open[name] = Object.fromEntries(some);
    }
    return open;
  }

  /** Faults contained in any kernel so far. */
  get faults(): readonly HostFault[] {
    return this.#faults;
  }

  /** The faults so far, for a story that brought them about: they count no more. */
  takeFaults(): readonly HostFault[] {
    return this.#faults.splice(0);
  }

  /** Lets time pass. */
  after(duration: Duration): Promise<void> {
    return this.#driver.wait(() => false, ms(duration), true);
  }

  /**
   * Runs until the condition holds. Rejects with a {@link WorldError} when it does not come to hold within that time, or
   * when nothing in the world can bring it about any more.
   */
  until(condition: () => boolean, within: Duration = DEFAULT_WITHIN): Promise<void> {
    return this.#driver.wait(condition, ms(within) + this.#patience, false);
  }

  /** Runs until the condition holds; without one: until no scene has a timer and nothing is under way. */
  run(until?: () => boolean, options: { readonly within?: Duration } = {}): Promise<void> {
    return this.until(until ?? (() => this.#idle()), options.within ?? RUN_WITHIN);
  }

  /** What passed the network so far, drawn for people. */
  ladder(): string {
    return this.transcript.ladder();
  }

  /** @internal An error that shows faults and the ladder. */
  failure(headline: string): WorldError {
    const faults = this.#faults.map(({ host, step, error }) => `\n  fault in ${host}, ${step}: ${stack(error)}`);
    return new WorldError(`${headline} (at ${(this.now / 1000).toFixed(3)} s)${faults.join('')}\n${this.ladder()}`);
  }

  /** @internal What a test waits with cannot be taken from it: {@link Driver.arrive} for simulated peripherals. */
  arrive(delay: number, act: () => void): void {
    this.#driver.arrive(delay, act);
  }

  #idle(): boolean {
    if (this.#driver.underWay > 0) return false;
    for (const kernel of this.#driver.kernels.values()) if ((kernel.scene.census()['timer'] ?? 0) > 0) return false;
    return true;
  }
}

function stack(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
