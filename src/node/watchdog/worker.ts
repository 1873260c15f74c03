import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { BEATS, LENGTH, LOOKS, sharedIn, type WatchOptions } from './shared.ts';

/** Counts its own turns, not time: a machine or a process that was suspended as a whole did not stand still. */
function watch({ memory, beat, warnAfter, endAfter }: WatchOptions): void {
  const { cells, text } = sharedIn(memory);
  let beats = Atomics.load(cells, BEATS);
  let still = 0;
  let warned = false;
  const doing = (): string => new TextDecoder().decode(text.slice(0, cells[LENGTH]));
  setInterval(() => {
    const now = Atomics.load(cells, BEATS);
    if (now !== beats) {
      if (warned) say('warn', 'watchdog.recovered', { ms: still });
      [beats, still, warned] = [now, 0, false];
      Atomics.add(cells, LOOKS, 1);
      Atomics.notify(cells, LOOKS);
      return;
    }
    still += beat;
    if (!warned && still >= warnAfter) {
      warned = true;
      say('error', 'watchdog.stuck', { ms: still, doing: doing() });
    }
    if (still >= endAfter) {
      say('fatal', 'watchdog.ended', { ms: still, doing: doing() });
      // No signal that the main thread would have to handle, and no exit that would wait for it.
      process.kill(process.pid, 'SIGKILL');
    }
  }, beat);
}

/** The log's own lines go through the thread that stands still. */
function say(level: string, event: string, facts: object): void {
  try {
    writeSync(2, `${JSON.stringify({ level, time: new Date().toISOString(), event, ...facts })}\n`);
  } catch {
    // A terminal that is gone costs the line.
  }
}

watch(workerData as WatchOptions);
