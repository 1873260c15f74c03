import { spawn, spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { COUNTS, type Counts } from './reporter.ts';
import { type CommandRung, MODES, type Mode, type Rung, type TestRung, rungsOf } from './rungs.ts';

const ROOT = join(import.meta.dirname, '..');
const BIN = join(ROOT, 'node_modules', '.bin');
const ENV = { ...process.env, PATH: `${BIN}${delimiter}${process.env['PATH'] ?? ''}` };

/** The one runner: `node tools/test.ts [fast|long] [rung…]`. Its last line is `N passed, N failed`. */
async function main(args: readonly string[]): Promise<boolean> {
  process.chdir(ROOT);
  const mode = MODES.find((known) => known === args[0]) ?? 'all';
  const rungs = chosen(mode, mode === args[0] ? args.slice(1) : args);
  let passed = 0;
  let failed = 0;
  for (const rung of rungs) {
    const started = performance.now();
    const counts = await run(rung);
    const failures = counts.failed + counts.skipped;
    passed += counts.passed;
    failed += failures;
    say(`${failures === 0 ? '✓' : '✗'} ${line(rung.name, counts, (performance.now() - started) / 60_000)}`);
  }
  say(`${passed} passed, ${failed} failed`);
  return failed === 0;
}

function chosen(mode: Mode, names: readonly string[]): readonly Rung[] {
  const all = rungsOf(mode);
  const unknown = names.filter((name) => !all.some((rung) => rung.name === name));
  if (unknown.length > 0)
    throw new Error(`no such rung: ${unknown.join(', ')}; there are ${all.map(({ name }) => name).join(', ')}`);
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

function line(name: string, { passed, failed, skipped }: Counts, minutes: number): string {
  const parts = [
    `${passed} passed`,
    `${failed} failed`,
    ...(skipped > 0 ? [`${skipped} skipped, which counts as failed`] : []),
  ];
  return `${name.padEnd(13)} ${minutes.toFixed(2)} min  ${parts.join(', ')}`;
}

function run(rung: Rung): Promise<Counts> {
  return rung.kind === 'command' ? runCommands(rung) : runTests(rung);
}

async function runCommands({ commands }: CommandRung): Promise<Counts> {
  let failed = 0;
  for (const [program, ...args] of commands) {
    const { code, output } = await execute(program, args, {});
    if (code !== 0) {
      failed = 1;
      say(output.trimEnd());
    }
  }
  return { passed: 1 - failed, failed, skipped: 0 };
}

async function runTests(rung: TestRung): Promise<Counts> {
  const missing = rung.files.length === 0 ? `${rung.name}: there are no test files` : await provide(rung);
  if (missing !== undefined) {
    say(missing);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const isolation = rung.isolated ? ['--test-isolation=process', '--test-concurrency=1'] : ['--test-isolation=none'];
  const args = ['--test', ...isolation, '--test-reporter=./tools/reporter.ts', ...rung.files];
  const { code, output } = await execute(process.execPath, args, rung.env);
  return judge(rung.name, code, output);
}

/** A run that died before it counted, or counted nothing, is a failure too. */
function judge(name: string, code: number, output: string): Counts {
  const at = output.lastIndexOf(`\n${COUNTS}`);
  const shown = (at < 0 ? output : output.slice(0, at)).trim();
  if (shown !== '') say(shown);
  const counts = at < 0 ? undefined : (JSON.parse(output.slice(at + 1 + COUNTS.length).split('\n')[0] ?? '') as Counts);
  if (counts === undefined || (counts.failed === 0 && code !== 0)) {
    say(`${name}: the run ended with exit code ${code}`);
    return { passed: counts?.passed ?? 0, failed: 1, skipped: counts?.skipped ?? 0 };
  }
  if (counts.passed + counts.failed + counts.skipped > 0) return counts;
  say(`${name}: the files hold no test`);
  return { passed: 0, failed: 1, skipped: 0 };
}

/** Sees to the programs a rung drives; the sentence that says what to install when it cannot. */
async function provide({ name, needs }: TestRung): Promise<string | undefined> {
  const packages = needs.filter(({ program }) => !present(program)).map(({ debian }) => debian);
  if (packages.length === 0) return undefined;
  if (process.getuid?.() === 0) await install(packages);
  const missing = needs.filter(({ program }) => !present(program)).map(({ debian }) => debian);
  return missing.length === 0
    ? undefined
    : `${name}: install first: apt-get install -y --no-install-recommends ${missing.join(' ')}`;
}

async function install(packages: readonly string[]): Promise<void> {
  const quiet = { DEBIAN_FRONTEND: 'noninteractive' };
  await execute('apt-get', ['update'], quiet);
  await execute('apt-get', ['install', '-y', '--no-install-recommends', ...packages], quiet);
}

function present(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`], { env: ENV }).status === 0;
}

function execute(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: ROOT, env: { ...ENV, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => void chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => void chunks.push(chunk));
    child.on('error', (error) => resolve({ code: 127, output: `${program}: ${error.message}` }));
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() }));
  });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
