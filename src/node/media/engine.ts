import { resolve } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import type { Kernel } from '../../kernel/index.ts';
import type { MediaEngine } from '../../media/engine.ts';
import { createMediaEngine, type HostedEngine } from '../../media/engine-over-host.ts';
import { PROTOCOL_VERSION } from '../../media/protocol.ts';
import { isPatient, type WorkerCommand, type WorkerMessage, type WorkerOptions } from './messages.ts';
import { Outbox } from './outbox.ts';

export interface MediaWorkerOptions {
  readonly kernel: Kernel;
  /** Threads; 200 to 250 relayed calls each. */
  readonly count: number;
  /** Local addresses to bind RTP on. */
  readonly addresses: readonly string[];
  /** RTP and RTCP ports, both ends included; undefined: any free ones. */
  readonly ports: { readonly from: number; readonly to: number } | undefined;
  /** Sound folders; the first that has a name wins. */
  readonly sounds: readonly string[];
  /** The folder of recordings; undefined: nothing can be recorded. */
  readonly recordings?: string;
  /** Port pairs each thread keeps free for each address; 64 unless given. */
  readonly poolSize?: number;
  readonly mediaTimeoutMs?: number;
  /** A thread died; another takes its place. */
  readonly onDeath?: (why: string) => void;
  /** Milliseconds after which a thread that answers nothing is replaced; 5000 unless given. */
  readonly patience?: number;
  /** What the threads run; ours unless given. */
  readonly program?: URL;
  /** Sees each thread that is started. */
  readonly onStart?: (worker: Worker) => void;
}

export interface MediaWorkers {
  readonly engine: MediaEngine;
  readonly stop: () => Promise<void>;
}

const POOL = 64;
const SPARE = 192;
/** A thread that dies at once must not be started again in a tight loop (ms). */
const RESTART = 1000;
/** What nobody hears of may be told so much later (ms). */
const PATIENCE = 20;

/** A thread is asked whether it is there so many times before its patience is over. */
const PINGS = 5;
/** A thread that stands still for so long is replaced (ms). */
const STANDSTILL = 5000;

/** Starts media hosts in threads of their own; resolves when each has bound its ports. */
export async function startMediaWorkers(options: MediaWorkerOptions): Promise<MediaWorkers> {
  const threads: Thread[] = [];
  for (let at = 0; at < options.count; at += 1) {
    const thread: Thread = new Thread(options, at, () => link(thread, threads));
    threads.push(thread);
    link(thread, threads);
  }
  await Promise.all(threads.map((thread) => thread.ready()));
  return {
    engine: spread(threads.map(({ engine }) => engine)),
    stop: async () => void (await Promise.all(threads.map((thread) => thread.stop()))),
  };
}

/** One media host and its engine; a dead host is replaced, and its sessions have failed. */
class Thread {
  readonly engine: HostedEngine;
  readonly #options: MediaWorkerOptions;
  readonly at: number;
  readonly #restarted: () => void;
  readonly #outbox = new Outbox<WorkerCommand>((commands) => post(this.#worker, commands), PATIENCE);
  #worker: Worker;
  #stopped = false;

  constructor(options: MediaWorkerOptions, at: number, restarted: () => void) {
    this.#options = options;
    this.at = at;
    this.#restarted = restarted;
    this.engine = createMediaEngine({
      kernel: options.kernel,
      send: (command) => this.post(command),
    });
    this.#worker = this.#start();
  }

  ready(): Promise<void> {
    return new Promise((then) => this.engine.ready(then));
  }

  post(command: WorkerCommand): void {
    this.#outbox.put(command, isPatient(command));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#worker.terminate();
  }

  #start(): Worker {
    const program = this.#options.program ?? new URL(`./worker${import.meta.url.slice(-3)}`, import.meta.url);
    const worker = new Worker(program, {
      workerData: workerOptions(this.#options, this.at),
    });
    let why = 'it ended';
    const watch = this.#watch(() => {
      why = 'it stood still';
      void worker.terminate();
    });
    worker.on('message', (messages: readonly WorkerMessage[]) => {
      watch.heard();
      for (const message of messages) this.#heard(message);
    });
    worker.on('error', (error) => {
      why = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', () => {
      watch.stop();
      this.#died(why);
    });
    this.#options.onStart?.(worker);
    post(worker, [{ do: 'hello', version: PROTOCOL_VERSION }]);
    return worker;
  }

  /** From its first word on it is asked again and again; one turn of ours without an answer counts once, however long it took us. */
  #watch(stands: () => void): { readonly heard: () => void; readonly stop: () => void } {
    const { patience = STANDSTILL } = this.#options;
    let unheard = 0;
    let timer: NodeJS.Timeout | undefined;
    const ask = (): void => {
      unheard += 1;
      if (unheard > PINGS) return stands();
      post(this.#worker, [{ do: 'ping' }]);
      timer = setTimeout(ask, patience / PINGS).unref();
    };
    return {
      heard: () => {
        unheard = 0;
        timer ??= setTimeout(ask, patience / PINGS).unref();
      },
      stop: () => clearTimeout(timer),
    };
  }

  #heard(message: WorkerMessage): void {
    const { kernel } = this.#options;
    if (message.event === 'pong') return;
    if (message.event === 'fault') kernel.fault('media host', message.error);
    else kernel.input('media', () => this.engine.heard(message));
  }

  #died(why: string): void {
    if (this.#stopped) return;
    const { kernel, onDeath } = this.#options;
    onDeath?.(why);
    kernel.house.after(RESTART, () => {
      if (this.#stopped) return;
      this.#worker = this.#start();
      this.#restarted();
    });
    kernel.input('media', () => this.engine.lost(`the media host died: ${why}`));
  }
}

function post(worker: Worker, commands: readonly WorkerCommand[]): void {
  const ports = commands.flatMap((command) => (command.do === 'link' ? [command.port] : []));
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  worker.postMessage(commands, ports);
}

/** Joins a thread with the others, so that legs hear each other wherever they are. */
function link(thread: Thread, all: readonly Thread[]): void {
  for (const other of all) {
    if (other === thread) continue;
    const { port1, port2 } = new MessageChannel();
    thread.post({ do: 'link', peer: other.at, port: port1 });
    other.post({ do: 'link', peer: thread.at, port: port2 });
  }
}

/** Ports are shared out: each thread has a part of the range of its own. */
function workerOptions(options: MediaWorkerOptions, at: number): WorkerOptions {
  const { addresses, ports, count, sounds, recordings, poolSize = POOL, mediaTimeoutMs } = options;
  const poolSpare = options.poolSize === undefined ? SPARE : undefined;
  return {
    addresses,
    ports: ports && share(ports, count, at),
    sounds: sounds.map((folder) => resolve(folder)),
    recordings: recordings === undefined ? undefined : resolve(recordings),
    poolSize,
    poolSpare,
    mediaTimeoutMs,
  };
}

function share(
  ports: { readonly from: number; readonly to: number },
  count: number,
  at: number,
): { from: number; to: number } {
  const pairs = Math.floor((ports.to - ports.from + 1) / 2 / count);
  const from = ports.from + at * pairs * 2;
  return { from, to: at === count - 1 ? ports.to : from + pairs * 2 - 1 };
}

/** Each new session goes to the thread with the fewest. */
function spread(engines: readonly HostedEngine[]): MediaEngine {
  const leastBusy = (address: string): HostedEngine | undefined =>
    engines
      .filter((engine) => engine.free(address) > 0)
      .reduce<HostedEngine | undefined>(
        (best, engine) => (best && sessions(best) <= sessions(engine) ? best : engine),
        undefined,
      );
  return {
    session: (address, tell) => leastBusy(address)?.session(address, tell),
    // Each thread mixes for its own sessions; the first one takes down.
    mixer: (id, tell) => {
      const mixers = engines.map((engine) => engine.mixer(id, tell));
      return {
        mix: ({ taps, ...spec }) => {
          for (const [at, mixer] of mixers.entries())
            mixer.mix(at === 0 && taps !== undefined ? { ...spec, taps } : spec);
        },
        release: () => {
          for (const mixer of mixers) mixer.release();
        },
      };
    },
    census: () => ({
      sessions: engines.reduce((total, engine) => total + engine.census().sessions, 0),
      leased: engines.reduce((total, engine) => total + engine.census().leased, 0),
    }),
  };
}

function sessions(engine: HostedEngine): number {
  return engine.census().sessions;
}
