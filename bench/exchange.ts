/** What the whole exchange costs, beside Debian's Kamailio in the same run. Prints rows as JSON. */
import { Load, loadFolder } from './load.ts';
import { median, type Row, tell } from './measure.ts';
import { CONFIG, startServer } from './server.ts';

const ROUNDS = Number(process.env['STROWGER_BENCH_ROUNDS'] ?? 3);
/** CPU time of an operation at a given rate, after as much again to warm up. */
const OPERATIONS: readonly (readonly [operation: string, atMost: string, what: string, ...options: string[]])[] = [
  ['REGISTER with digest, 500/s, durable', '≤ 0.35 CPU-ms', 'register', '--rate', '500', '--secs', '8'],
  ['bridged call without RTP, 100/s', '≤ 1.5 CPU-ms', 'bridge', '--rate', '100', '--secs', '8'],
  ['OPTIONS, 3000/s', '≤ 0.06 CPU-ms', 'options', '--rate', '3000', '--secs', '8'],
];

const folder = loadFolder();
tell(folder === undefined ? [await start()] : await all(new Load(folder)));

async function all(load: Load): Promise<readonly Row[]> {
  await load.prepare();
  const kamailio = await load.kamailio();
  try {
    const rows: Row[] = [];
    for (const [operation, atMost, ...args] of OPERATIONS) {
      const ours: number[] = [];
      const theirs: number[] = [];
      const notes = new Set<string>();
      for (let round = 0; round < ROUNDS; round += 1) {
        const server = await startServer(CONFIG);
        await load.measure(server, ...args);
        const result = await load.measure(server, ...args);
        ours.push(result.cpu_ms_per_op ?? Number.NaN);
        if (result.clean !== true) notes.add('not clean');
        await server.stop();
        if (kamailio !== undefined) theirs.push((await load.measure(kamailio, ...args)).cpu_ms_per_op ?? Number.NaN);
      }
      const beside = theirs.length === 0 ? '' : `Kamailio ${median(theirs).toFixed(3)}`;
      const measured = [`${median(ours).toFixed(3)} CPU-ms`, ...notes].join(', ');
      rows.push({ operation, measured, beside, atMost });
    }
    return [
      ...rows,
      await conference(load),
      await highest(load),
      await latency(load),
      ...(await memory(load)),
      await start(),
    ];
  } finally {
    kamailio?.stop();
    load.clear();
  }
}

/** Its main thread is in it, and twenty phones that send 50 packets a second. */
async function conference(load: Load): Promise<Row> {
  const shares: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const server = await startServer(CONFIG);
    const { pbx_cpu_pct: share } = await load.measure(server, 'conf', '--calls', '20', '--secs', '10', '--rate', '10');
    shares.push(Number(share));
    await server.stop();
  }
  return {
    operation: 'conference of 20, the whole exchange',
    measured: `${median(shares).toFixed(1)} % of a core`,
    beside: '',
    atMost: '',
  };
}

async function highest(load: Load): Promise<Row> {
  const server = await startServer(CONFIG);
  const best = await load.measure(server, 'bridge', '--search', '--rate', '200', '--secs', '6');
  await server.stop();
  const measured = best.rate === undefined ? 'none' : `${best.rate.toFixed(0)}/s`;
  return { operation: 'highest clean rate of bridged calls', measured, beside: '', atMost: '≥ 450/s' };
}

async function latency(load: Load): Promise<Row> {
  const server = await startServer(CONFIG);
  await load.measure(server, 'bridge', '--rate', '25', '--secs', '4');
  const found: { p50: number; p99: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { invite_180_ms: times } = await load.measure(server, 'bridge', '--rate', '25', '--secs', '8');
    if (times !== undefined) found.push(times);
  }
  await server.stop();
  const p50 = median(found.map((one) => one.p50));
  const p99 = median(found.map((one) => one.p99));
  return {
    operation: 'INVITE → 180 at 25 calls/s',
    measured: `p50 ${p50} ms, p99 ${p99} ms`,
    beside: '',
    atMost: 'p50 ≤ 2 ms, p99 ≤ 8 ms',
    holds: p50 <= 2 && p99 <= 8,
  };
}

/** Held calls and contacts, after garbage collection. */
async function memory(load: Load): Promise<readonly Row[]> {
  const calls = await held(
    load,
    2000,
    'per bridged call held (2,000)',
    '≤ 60 kB',
    'idle',
    '--calls',
    '2000',
    '--rate',
    '50',
  );
  const contacts = await held(
    load,
    10_000,
    'per contact (10,000)',
    '≤ 3 kB',
    'contacts',
    '--users',
    '10000',
    '--rate',
    '400',
  );
  return [calls, contacts];
}

/** Transactions that only wait for their last timer are no part of a contact (ms; RFC 3261 §17.1.2.2, timer J). */
const LAST_TIMER = 33_000;

/** Calls: looks just before the generators look themselves, who have asked for all by then and hang up later. Contacts stay. */
async function held(load: Load, count: number, what: string, atMost: string, ...args: string[]): Promise<Row> {
  const server = await startServer(CONFIG);
  const [what0 = '', ...options] = args;
  const before = await server.memory();
  const running = load.measure(server, what0, ...options);
  const rate = Number(options.at(-1));
  await new Promise((then) => setTimeout(then, (count / rate + 3) * 1000 + (what0 === 'contacts' ? LAST_TIMER : 0)));
  const after = await server.memory();
  const result = await running;
  await server.stop();
  const kB = (octets: number): string => (octets / count / 1024).toFixed(1);
  return {
    operation: `memory ${what}`,
    measured: `${kB(after.used - before.used)} kB heap, ${kB(after.rss - before.rss)} kB resident`,
    beside: (result.failed ?? 0) > 0 ? `${result.failed} failed` : '',
    atMost,
  };
}

/** The demo exchange, as a newcomer starts it. */
async function start(): Promise<Row> {
  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const server = await startServer(undefined);
    times.push(server.startedIn);
    await server.stop();
  }
  return {
    operation: 'start to ready',
    measured: `${(median(times) / 1000).toFixed(2)} s`,
    beside: '',
    atMost: '≤ 0.7 s',
  };
}
