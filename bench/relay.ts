/**
 * What it costs to relay a packet: one media thread, calls of two legs, 50 packets a second both ways over loopback, beside
 * a thread that does nothing but receive and send. `node bench/relay.ts [calls] [seconds]` prints rows as JSON.
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
const calls = Number(process.argv[2] ?? 100);
const seconds = Number(process.argv[3] ?? 8);

interface Taken {
  /** CPU of the thread for each packet that came in, µs. */
  readonly cpu: number;
  readonly lost: number;
  readonly p99: number;
}

const phones = new Worker(new URL('./phones.ts', import.meta.url), { workerData: calls * 2 });
const ports = (await heard('ports')).ports;
const bare = await startBare();
const ours = await startOurs();
const taken = { bare: [] as Taken[], ours: [] as Taken[] };
// In turn, so that what else the machine does burdens both alike.
for (let round = 0; round < ROUNDS; round += 1) {
  taken.bare.push(await take(bare));
  taken.ours.push(await take(ours));
}
tell([row()]);
process.exit(0);

interface Relay {
  readonly thread: Worker;
  readonly ports: readonly number[];
}

async function startBare(): Promise<Relay> {
  const thread = new Worker(new URL('./bare.ts', import.meta.url), { workerData: ports });
  const [bound] = (await once(thread, 'message')) as [readonly number[]];
  return { thread, ports: bound };
}

/** The media thread of the exchange, its sessions joined two by two. */
async function startOurs(): Promise<Relay> {
  const started: Worker[] = [];
  const { engine } = await startMediaWorkers({
    kernel: createLiveKernel({ onFault: ({ error }) => console.error(error) }),
    count: 1,
    addresses: [LOOPBACK],
    ports: undefined,
    sounds: [],
    poolSize: calls * 2,
    onStart: (worker) => started.push(worker),
  });
  const sessions = ports.map((port) => {
    const session = engine.session(LOOPBACK, () => undefined);
    if (session === undefined) throw new Error('no ports are free');
    session.connect(endOf(port));
    return session;
  });
  for (const [at, session] of sessions.entries())
    session.hear({ kind: 'session', session: sessions[at ^ 1]?.id ?? '' });
  const [thread] = started;
  if (thread === undefined) throw new Error('no media thread');
  return { thread, ports: sessions.map(({ local }) => local.port) };
}

function endOf(port: number): RtpEnd {
  const pcmu = { payload: 0, codec: 'PCMU' } as const;
  const remote = { address: LOOPBACK, port };
  return { remote, send: pcmu, receive: [pcmu], events: { send: 101, receive: 101 }, ptime: 20, latch: true, epoch: 1 };
}

/** One round through one relay, after a second to warm up. */
async function take({ thread, ports: targets }: Relay): Promise<Taken> {
  order({ targets });
  await heard('connected');
  order({ speak: 1 });
  await heard('sent');
  const before = await thread.cpuUsage();
  order({ speak: seconds });
  const { sent, heard: arrived, p99 } = await heard('sent');
  const { user, system } = await thread.cpuUsage(before);
  return { cpu: (user + system) / sent, lost: sent - arrived, p99 };
}

function order(told: Told): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  phones.postMessage(told);
}

async function heard<K extends string>(key: K): Promise<Extract<Said, Record<K, unknown>>> {
  const [said] = (await once(phones, 'message')) as [Said];
  if (!(key in said)) throw new Error(`the phones said ${Object.keys(said).join()} and not ${key}`);
  return said as Extract<Said, Record<K, unknown>>;
}

function row(): Row {
  const of = (all: readonly Taken[], key: keyof Taken): number => median(all.map((one) => one[key]));
  const [mine, theirs] = [of(taken.ours, 'cpu'), of(taken.bare, 'cpu')];
  const added = of(taken.ours, 'p99') - of(taken.bare, 'p99');
  return {
    operation: `RTP relayed, ${calls} calls, worker`,
    measured: `${mine.toFixed(1)} µs a packet = ${(mine / theirs).toFixed(2)} × bare, ${of(taken.ours, 'lost')} lost, p99 ${added < 0 ? '' : '+'}${added.toFixed(1)} ms`,
    beside: `bare dgram loop ${theirs.toFixed(1)} µs, ${of(taken.bare, 'lost')} lost`,
    atMost: '≤ 1.2 × bare, none lost, p99 ≤ +5 ms',
    holds: mine / theirs <= 1.2 && of(taken.ours, 'lost') === 0 && added <= 5,
  };
}
