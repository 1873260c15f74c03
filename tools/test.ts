import { delimiter, join } from 'node:path';
import { record } from './reliability.ts';
import type { Counts } from './reporter.ts';
import { endAll, run } from './run.ts';
import { MODES, type Mode, type Rung, rungsOf, seedsOf } from './rungs.ts';

const ROOT = join(import.meta.dirname, '..');
const BIN = join(ROOT, 'node_modules', '.bin');
const ENV = { ...process.env, PATH: `${BIN}${delimiter}${process.env['PATH'] ?? ''}` };

const USAGE = `Usage: node tools/test.ts [fast|long] [RUNG…]

  fast   without the slow rungs, under a minute
  long   more seeds; writes what came of it into docs/reliability.md

Rungs, in the order they run: ${rungsOf('all')
  .map(({ name }) => name)
  .join(' ')}
STROWGER_SEEDS=N says how many seeds of chaos each story gets, STROWGER_WALKS=N how many random sequences are played.
A skipped test counts as failed. The last line is "N passed, N failed"; the exit code is 0 when nothing failed, 2 when an
argument is not understood.
`;

/** The one runner. Its last line is `N passed, N failed`. */
async function main(args: readonly string[]): Promise<number> {
  process.chdir(ROOT);
  if (args.includes('--help') || args.includes('-h')) return say(USAGE.trimEnd()) ?? 0;
  const mode = MODES.find((known) => known === args[0]) ?? 'all';
  const names = mode === args[0] ? args.slice(1) : args;
  const all = rungsOf(mode);
  const unknown = names.filter((name) => !all.some((rung) => rung.name === name));
  if (unknown.length > 0) {
    process.stderr.write(`not understood: ${unknown.join(' ')}\n\n${USAGE}`);
    return 2;
  }
  const rungs = names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
  return climb(rungs, mode, names);
}

async function climb(rungs: readonly Rung[], mode: Mode, names: readonly string[]): Promise<number> {
  const begun = performance.now();
  let passed = 0;
  let failed = 0;
  for (const rung of rungs) {
    const started = performance.now();
    const counts = await run(rung, { env: ENV, root: process.getuid?.() === 0, say });
    const failures = counts.failed + counts.skipped;
    passed += counts.passed;
    failed += failures;
    say(`${failures === 0 ? '✓' : '✗'} ${line(rung.name, counts, minutesSince(started))}`);
  }
  const what = names.length === 0 ? 'all' : names.join(' ');
  if (mode === 'long') record({ rungs: what, seeds: seedsOf(mode), passed, failed, minutes: minutesSince(begun) });
  say(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function line(name: string, { passed, failed, skipped }: Counts, minutes: number): string {
  const parts = [
    `${passed} passed`,
    `${failed} failed`,
    ...(skipped > 0 ? [`${skipped} skipped, which counts as failed`] : []),
  ];
  return `${name.padEnd(13)} ${minutes.toFixed(2)} min  ${parts.join(', ')}`;
}

function minutesSince(then: number): number {
  return (performance.now() - then) / 60_000;
}

function say(text: string): undefined {
  process.stdout.write(`${text}\n`);
}

// Rungs run in process groups of their own: what ends the runner must be passed on.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    endAll();
    process.exit(130);
  });
}
process.exitCode = await main(process.argv.slice(2));
