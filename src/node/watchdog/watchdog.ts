import { Worker } from 'node:worker_threads';
import { BEATS, LENGTH, LOOKS, share, sharedIn, type WatchOptions } from './shared.ts';

export interface Watchdog {
  /** What the main thread does from now on. */
  readonly note: (what: string) => void;
  /** Settles when the other thread has next seen this one's loop turn: from then on it counts. */
  readonly seen: () => Promise<void>;
  stop(): Promise<void>;
}

/** How often the loop shows that it turns (ms). */
const BEAT = 500;
/** A loop that has stood still for so long is spoken of (ms). */
const WARN_AFTER = 5000;

/**
 * A thread that notices when this one computes for ever, which it cannot notice itself: it says on stderr what was running, and
 * ends the process after `endAfter` ms, so that whoever supervises it starts it again.
 */
export function startWatchdog(options: { readonly endAfter: number; readonly warnAfter?: number }): Watchdog {
  const memory = share();
  const { cells, text } = sharedIn(memory);
  const { endAfter, warnAfter = Math.min(WARN_AFTER, endAfter) } = options;
  const beat = Math.min(BEAT, warnAfter / 4);
  const workerData: WatchOptions = { memory, beat, warnAfter, endAfter };
  const worker = new Worker(new URL(`./worker${import.meta.url.slice(-3)}`, import.meta.url), {
    workerData,
    execArgv: [],
  });
  worker.unref();
  const heart = setInterval(() => Atomics.add(cells, BEATS, 1), beat).unref();
  const encoder = new TextEncoder();
  let last = '';
  return {
    note: (what) => {
      if (what === last) return;
      last = what;
      cells[LENGTH] = encoder.encodeInto(what, text).written;
    },
    seen: async () => {
      const looks = Atomics.waitAsync(cells, LOOKS, Atomics.load(cells, LOOKS));
      await looks.value;
    },
    stop: async () => {
      clearInterval(heart);
      await worker.terminate();
    },
  };
}
