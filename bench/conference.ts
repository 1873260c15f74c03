/**
 * What a conference costs: one media thread, G.711 over loopback, all RTP included. `node bench/conference.ts [seconds]` prints
 * rows as JSON.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { RtpEnd } from '../src/media/protocol.ts';
import { createLiveKernel } from '../src/node/clock.ts';
import { startMediaWorkers } from '../src/node/media/engine.ts';
import { median, type Row, tell } from './measure.ts';
import type { Said, Told } from './phones.ts';

const LOOPBACK = '127.0.0.1';
const ROUNDS = 3;
const seconds = Number(process.argv[2] ?? 8);

const rows = [await conference(20, '≤ 6 % of a core'), await conference(100, '')];
tell(rows);
process.exit(0);

/** All of them send 50 packets a second, and what they say is loud: four are mixed, the others hear one encoding of all. */
async function conference(size: number, atMost: string): Promise<Row> {
  const phones = new Worker(new URL('./phones.ts', import.meta.url), { workerData: size });
  const { ports } = await heard(phones, 'ports');
  const started: Worker[] = [];
  const workers = await startMediaWorkers({
    kernel: createLiveKernel({ onFault: ({ error }) => console.error(error) }),
    count: 1,
    addresses: [LOOPBACK],
    ports: undefined,
    sounds: [],
    poolSize: size,
    onStart: (worker) => started.push(worker),
  });
  const { engine } = workers;
  let talking = 0;
  const sessions = ports.map((port) => {
    const session = engine.session(LOOPBACK, (event) => {
      if (event.event === 'talking') talking += event.talking ? 1 : -1;
    });
    if (session === undefined) throw new Error('no ports are free');
    session.connect(endOf(port));
    session.hear({ kind: 'mix', mixer: 'bench' });
    return session;
  });
  engine.mixer('bench', () => undefined).mix({ members: sessions.map(({ id }) => id) });
  const [thread] = started;
  if (thread === undefined) throw new Error('no media thread');
  order(phones, { targets: sessions.map(({ local }) => local.port) });
  await heard(phones, 'connected');
  order(phones, { speak: 2 });
  await heard(phones, 'sent');
  const shares: number[] = [];
  let least = size;
  for (let round = 0; round < ROUNDS; round += 1) {
    const [before, since] = [await thread.cpuUsage(), performance.now()];
    order(phones, { speak: seconds });
    await new Promise((then) => setTimeout(then, (seconds * 1000) / 2));
    least = Math.min(least, talking);
    await heard(phones, 'sent');
    const { user, system } = await thread.cpuUsage(before);
    shares.push((user + system) / 10 / (performance.now() - since));
  }
  await phones.terminate();
  await workers.stop();
  return {
    operation: `conference of ${size}, RTP included`,
    measured: `${median(shares).toFixed(1)} % of a core`,
    beside: `${least} talking`,
    atMost,
  };
}

function endOf(port: number): RtpEnd {
  const pcmu = { payload: 0, codec: 'PCMU' } as const;
  const remote = { address: LOOPBACK, port };
  return { remote, send: pcmu, receive: [pcmu], events: { send: 101, receive: 101 }, ptime: 20, latch: true, epoch: 1 };
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
