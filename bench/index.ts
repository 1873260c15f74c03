/**
 * What it costs: one table, what is asked beside what was measured, others in the same run, and a line about the machine.
 * `npm run bench [NAME…]`; without a name every part, which takes about half an hour.
 */
import { spawn } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { keep, sweep } from './keeper.ts';
import { loadFolder } from './load.ts';
import { type Row, verdict } from './measure.ts';

/** Each with the minutes after which it is ended: thrice what it takes on a machine that is free. */
const PARTS: Readonly<Record<string, number>> = {
  parse: 3,
  relay: 4,
  srtp: 3,
  codecs: 3,
  conference: 4,
  music: 4,
  programs: 4,
  delay: 8,
  transfer: 18,
  exchange: 45,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}: ${Object.keys(PARTS).join(', ')}.`);
  process.exit(2);
}
const mark = keep();
let current: Record<string, string> | undefined;
process.on('exit', () => current && sweep(current));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

const before = loadavg()[0] ?? 0;
const rows: Row[] = [];
for (const [part, minutes] of Object.entries(PARTS))
  if (asked.length === 0 || asked.includes(part)) rows.push(...(await rowsOf(part, minutes)));
print(rows);
console.log(`\n${machine()}`);
if (loadFolder() === undefined)
  console.log(
    'The load generators are absent (STROWGER_BENCH_LOAD names their folder): the exchange was only started.',
  );

/** Each part in a process of its own: what one compiled or left behind does not burden the next. */
async function rowsOf(part: string, minutes: number): Promise<readonly Row[]> {
  process.stderr.write(`${part}… `);
  const begin = performance.now();
  const script = join(import.meta.dirname, `${part}.ts`);
  const marked = mark(part);
  current = marked;
  const child = spawn(process.execPath, [script], {
    env: { ...process.env, ...marked },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  let late = false;
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  const limit = setTimeout(() => {
    late = true;
    sweep(marked);
  }, minutes * 60_000);
  const code = await new Promise<number | null>((then) => child.once('close', then));
  clearTimeout(limit);
  sweep(marked);
  process.stderr.write(`${((performance.now() - begin) / 1000).toFixed(0)} s\n`);
  if (code === 0) return JSON.parse(out) as readonly Row[];
  process.exitCode = 1;
  const measured = late ? `not finished in ${minutes} minutes` : `failed (${code ?? 'killed'})`;
  return [{ operation: part, measured, atMost: '', beside: '' }];
}

/** As docs/performance.md has it. */
function print(all: readonly Row[]): void {
  const lines = all.map((row) => [row.operation, row.measured, row.atMost, verdict(row), row.beside]);
  const table = [['operation', 'measured', 'asked', 'verdict', 'beside it, same run'], ...lines];
  const [head = '', ...body] = table.map(
    (cells) => `|${cells.map((cell) => (cell === '' ? ' ' : ` ${cell} `)).join('|')}|`,
  );
  console.log([head, '| --- | --- | --- | --- | --- |', ...body].join('\n'));
}

function machine(): string {
  const [one] = cpus();
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  return `${cpus().length} × ${one?.model ?? 'processor'}, ${memory} GB, Node ${process.version}, ${process.platform}; load ${before.toFixed(1)} before; ${new Date().toISOString().slice(0, 16)}`;
}
