/**
 * What it costs: one table with medians, beside others in the same run, and a line about the machine.
 * `npm run bench [parse] [relay] [srtp] [codecs] [conference] [music] [delay] [transfer] [exchange]`
 */
import { execFile } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loadFolder } from './load.ts';
import type { Row } from './measure.ts';

const PARTS = ['parse', 'relay', 'srtp', 'codecs', 'conference', 'music', 'delay', 'transfer', 'exchange'] as const;
const run = promisify(execFile);
const given = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => given.abort());

const asked = process.argv.slice(2);
const rows: Row[] = [];
for (const part of PARTS) if (asked.length === 0 || asked.includes(part)) rows.push(...(await rowsOf(part)));
print(rows);
console.log(`\n${machine()}`);
if (loadFolder() === undefined)
  console.log(
    'The load generators are absent (STROWGER_BENCH_LOAD names their folder): the exchange was only started.',
  );

/** Each part in a process of its own: what one compiled or left behind does not burden the next. */
async function rowsOf(part: string): Promise<readonly Row[]> {
  process.stderr.write(`${part}…\n`);
  const script = join(import.meta.dirname, `${part}.ts`);
  const { stdout } = await run(process.execPath, [script], { maxBuffer: 1 << 24, signal: given.signal });
  return JSON.parse(stdout) as readonly Row[];
}

function print(all: readonly Row[]): void {
  const table = [{ operation: 'operation', measured: 'measured', atMost: 'asked', beside: 'beside it' }, ...all];
  const width = (column: keyof Row): number => Math.max(...table.map((row) => row[column].length));
  for (const { operation, measured, atMost, beside } of table)
    console.log(
      `${operation.padEnd(width('operation'))}  ${measured.padEnd(width('measured'))}  ${atMost.padEnd(width('atMost'))}  ${beside}`.trimEnd(),
    );
}

function machine(): string {
  const [one] = cpus();
  const busy = loadavg()[0]?.toFixed(1);
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  return `${cpus().length} × ${one?.model ?? 'processor'}, ${memory} GB, Node ${process.version}, ${process.platform}; load ${busy}; ${new Date().toISOString().slice(0, 16)}`;
}
