/**
 * What a transfer costs: the exchange as a process on one processor, telephones on another, over UDP. CPU time of transfers at a fixed
 * rate beside that of the same calls without; then the rate goes up until it is no longer clean. `node bench/transfer.ts [seconds]`
 * prints rows as JSON.
 */
import { execFileSync } from 'node:child_process';
import { cpuMs, median, type Row, tell } from './measure.ts';
import { startServer, until } from './server.ts';
import { type Dialog, Party, trouble } from './transfer-parties.ts';

/** How long a call is up (ms). */
const TALK = 1500;
/** Asked for; and where the search begins. */
const ASKED = 100;
const FIRST = 80;
const STEP = 1.25;
const TURNS = 7;
/** Rates this near each other are the same. */
const NEAR = 1.06;
const FIXED = 50;
const ROUNDS = 3;
const seconds = Number(process.argv[2] ?? 5);

type Kind = 'call' | 'blind' | 'two calls' | 'attended';

interface Taken {
  readonly clean: boolean;
  /** Of the whole process. */
  readonly ms: number;
  /** Of one core. */
  readonly share: number;
  readonly why: string;
}

try {
  execFileSync('taskset', ['-apc', '1', String(process.pid)], { stdio: 'ignore' });
} catch {
  // One processor must do.
}
const caller = await Party.open('caller');
const transferor = await Party.open('transferor');
const target = await Party.open('target');
const parties = [caller, transferor, target];
for (const party of parties) process.env[`STROWGER_BENCH_${party.name.toUpperCase()}`] = String(party.port);
const server = await startServer(new URL('./transfer.config.ts', import.meta.url).pathname);
for (const party of parties) party.exchange = Number(server.target.split(':').at(-1));
/** Transfers that the transferor was told have succeeded, and whose three parties have hung up. */
let succeeded = 0;

const rows: Row[] = [];
for (const [kind, without, name] of [
  ['blind', 'call', 'blind transfer'],
  ['attended', 'two calls', 'attended transfer'],
] as const) {
  const cost = await fixed(kind, without);
  rows.push({
    operation: `${name}, ${FIXED}/s, beyond its ${without}`,
    measured: `${(cost.with - cost.without).toFixed(2)} CPU-ms`,
    beside: `with its ${without} ${cost.with.toFixed(2)}, the ${without} alone ${cost.without.toFixed(2)}`,
    atMost: '',
  });
  rows.push(await highest(kind, name));
}
await server.stop();
tell(rows);
process.exit(0);

/** CPU-ms of one at the fixed rate, with and without the transfer, in turns. */
async function fixed(kind: Kind, without: Kind): Promise<{ with: number; without: number }> {
  await take(kind, FIXED, seconds);
  const taken: { with: number[]; without: number[] } = { with: [], without: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    taken.without.push((await take(without, FIXED, seconds)).ms);
    taken.with.push((await take(kind, FIXED, seconds)).ms);
  }
  return { with: median(taken.with), without: median(taken.without) };
}

/** The highest rate that is clean; what is not clean once may try again: others use this machine too. */
async function highest(kind: Kind, name: string): Promise<Row> {
  let best: { readonly rate: number; readonly taken: Taken } | undefined;
  let worst: number | undefined;
  let said = '';
  for (let turn = 0, rate = FIRST; turn < TURNS; turn += 1) {
    let taken = await take(kind, rate, seconds);
    if (!taken.clean) taken = await take(kind, rate, seconds);
    if (taken.clean) best = { rate, taken };
    else [worst, said] = [rate, taken.why];
    if (best !== undefined && worst !== undefined && worst / best.rate < NEAR) break;
    rate = next(best?.rate, worst);
  }
  const rate = best?.rate ?? 0;
  return {
    operation: `${name}s sustained on one core`,
    measured: best === undefined ? 'none' : `${rate.toFixed(0)}/s at ${best.taken.share.toFixed(0)} % of the core`,
    beside: worst === undefined ? '' : `at ${worst.toFixed(0)}/s: ${said}`,
    atMost: `≥ ${ASKED}/s`,
  };
}

function next(best: number | undefined, worst: number | undefined): number {
  if (best === undefined) return (worst ?? FIRST) / STEP;
  return worst === undefined ? best * STEP : Math.sqrt(best * worst);
}

/** One measurement: so many a second, and until all are over. */
async function take(kind: Kind, rate: number, length: number): Promise<Taken> {
  script(kind);
  [succeeded, trouble.again, trouble.lost, trouble.refused] = [0, 0, 0, 0];
  const count = Math.round(rate * length);
  const [cpu, begin] = [cpuMs(server.pid), performance.now()];
  for (let made = 0; made < count; ) {
    const due = Math.min(count, Math.floor(((performance.now() - begin) / 1000) * rate) + 1);
    for (; made < due; made += 1) start();
    await new Promise((turn) => setTimeout(turn, 4));
  }
  const sending = performance.now() - begin;
  const used = cpuMs(server.pid) - cpu;
  try {
    await until(() => (parties.every(({ open }) => open === 0) ? true : undefined));
  } catch {
    trouble.lost += 1;
  }
  await new Promise((turn) => setTimeout(turn, 300));
  const wanted = kind === 'call' || kind === 'two calls' ? 0 : count;
  const late = sending > length * 1000 * 1.03 + 20;
  const wrong = [
    [trouble.again, 'sent again'],
    [trouble.lost, 'unanswered'],
    [trouble.refused, 'refused'],
    [wanted - succeeded, 'without success'],
  ] as const;
  const clean = trouble.again <= Math.max(1, count * 0.001) && wrong.slice(1).every(([n]) => n === 0) && !late;
  const said = wrong.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`);
  return {
    clean,
    ms: (cpuMs(server.pid) - cpu) / count,
    share: used / (sending / 100),
    why: [...said, ...(late ? ['the load was late'] : [])].join(', '),
  };
}

/** The caller calls, and hangs up after a while, whomever he talks to then. */
function start(): void {
  caller.call('transferor', (dialog) => setTimeout(() => caller.hangup(dialog), TALK));
}

/** What the transferor does when he has been called. */
function script(kind: Kind): void {
  transferor.script = (dialog) => {
    if (kind === 'blind') blind(dialog);
    else if (kind !== 'call') consult(kind, dialog);
  };
}

function blind(dialog: Dialog): void {
  dialog.on.told = (status, last) => {
    if (last) over(dialog, status);
  };
  transferor.refer(dialog, 'target');
}

function consult(kind: Kind, dialog: Dialog): void {
  transferor.call('target', (consulting) => {
    if (kind === 'two calls') dialog.on.ended = () => transferor.hangup(consulting);
    else {
      dialog.on.told = (status, last) => {
        if (!last) return;
        over(dialog, status);
        transferor.hangup(consulting);
      };
      transferor.refer(dialog, 'target', consulting);
    }
  });
}

/** A NOTIFY that comes twice counts once. */
function over(dialog: Dialog, status: number): void {
  if (status === 200 && !dialog.over) succeeded += 1;
  transferor.hangup(dialog);
}
