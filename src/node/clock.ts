import { hash, randomFillSync, timingSafeEqual } from 'node:crypto';
import { type Crypto, type Fault, Kernel, useLatin1 } from '../kernel/index.ts';
import { createHmacs } from './hmac.ts';

/** The longest delay setTimeout takes; a later deadline is armed again when this has passed. */
const LONGEST = 2 ** 31 - 1;
/** Transactions are forgotten, registrations end and phones are given up together, four times a second (ms). */
const GRAIN = 250;

/**
 * The kernel of the live exchange: the machine's clocks, one setTimeout for all timers. Its timers alone do not keep
 * the process alive: sockets do.
 */
export function createLiveKernel(options: {
  readonly onFault: (fault: Fault) => void;
  readonly note?: (what: string) => void;
}): Kernel {
  useLatin1({
    decode: (bytes, from, to) => view(bytes).toString('latin1', from, to),
    encode: (text) => {
      const { buffer, byteOffset, length } = Buffer.from(text, 'latin1');
      return new Uint8Array(buffer, byteOffset, length);
    },
  });
  const alarm = createAlarm(() => runDue(kernel));
  const kernel = new Kernel({
    now: () => performance.now(),
    wall: () => Date.now(),
    crypto: liveCrypto(),
    arm: alarm,
    grain: GRAIN,
    onFault: options.onFault,
    ...(options.note === undefined ? {} : { note: options.note }),
  });
  return kernel;
}

/** Between two immediates Node runs the promise reactions that the kernel stopped for. */
function runDue(kernel: Kernel): void {
  if (kernel.runDue()) setImmediate(runDue, kernel);
}

/** Wakes at the earliest time asked for; waking early is harmless, for running what is due arms the next. */
function createAlarm(wake: () => void): (at: number) => void {
  let timeout: NodeJS.Timeout | undefined;
  let armed = Number.POSITIVE_INFINITY;
  return (at) => {
    if (at >= armed) return;
    clearTimeout(timeout);
    armed = at;
    const delay = Math.min(Math.max(0, Math.ceil(at - performance.now())), LONGEST);
    timeout = setTimeout(() => {
      armed = Number.POSITIVE_INFINITY;
      wake();
    }, delay).unref();
  };
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The crypto port over OpenSSL. */
export function liveCrypto(): Crypto {
  return {
    hash: (name, data) => hash(name, data, 'buffer'),
    hmac: createHmacs(),
    random: createRandom(),
    equal: (a, b) => a.length === b.length && timingSafeEqual(a, b),
  };
}

/** Draws from a pool: one call to the system for many tokens. What was given out is never given again. */
function createRandom(): (count: number) => Uint8Array {
  const pool = new Uint8Array(8192);
  let used = pool.length;
  return (count) => {
    if (count > pool.length) return randomFillSync(new Uint8Array(count));
    if (used + count > pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const drawn = pool.slice(used, used + count);
    pool.fill(0, used, used + count);
    used += count;
    return drawn;
  };
}
