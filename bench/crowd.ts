import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { OpusWasm } from '../src/codec/index.ts';
import type { MediaEngine, MediaSession } from '../src/media/engine.ts';
import type { Crowd, Said, Told } from './phones.ts';
import { PAYLOADS, speech, type Spoken, UNITS } from './speech.ts';

const LOOPBACK = '127.0.0.1';

/** Phones in a thread of their own, each with a session here; the codecs are taken in turn. */
export interface Talking {
  readonly sessions: readonly MediaSession[];
  /** Lets all of them talk for so long; what they sent and heard. */
  speak(seconds: number): Promise<{ readonly sent: number; readonly heard: number }>;
  stop(): Promise<void>;
}

export async function crowd(
  engine: MediaEngine,
  size: number,
  codecs: readonly Spoken[],
  opus: OpusWasm,
): Promise<Talking> {
  const voices = codecs.map((codec) => ({
    payload: PAYLOADS[codec],
    units: UNITS[codec],
    packets: speech(codec, 100, opus),
  }));
  const workerData: Crowd = { phones: size, voices };
  const phones = new Worker(new URL('./phones.ts', import.meta.url), { workerData });
  const { ports } = await heard(phones, 'ports');
  const sessions = ports.map((port, at) => {
    const session = engine.session(LOOPBACK, () => undefined);
    if (session === undefined) throw new Error('no ports are free');
    const codec = codecs[at % codecs.length] ?? 'PCMU';
    const send = { payload: PAYLOADS[codec], codec };
    const remote = { address: LOOPBACK, port };
    session.connect({ remote, send, receive: [send], events: undefined, ptime: 20, latch: false, epoch: 1 });
    return session;
  });
  order(phones, { targets: sessions.map(({ local }) => local.port) });
  await heard(phones, 'connected');
  return {
    sessions,
    speak: async (seconds) => {
      order(phones, { speak: seconds });
      return heard(phones, 'sent');
    },
    stop: async () => {
      for (const session of sessions) session.release();
      await phones.terminate();
    },
  };
}

function order(phones: Worker, told: Told): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  phones.postMessage(told);
}

async function heard<K extends string>(phones: Worker, key: K): Promise<Extract<Said, Record<K, unknown>>> {
  const [said] = (await once(phones, 'message')) as [Said];
  if (!(key in said)) throw new Error(`the phones said ${Object.keys(said).join()} and not ${key}`);
  return said as Extract<Said, Record<K, unknown>>;
}
