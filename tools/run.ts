import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { COUNTS, type Counts, MARK, type Mark } from './reporter.ts';
import type { CommandRung, Rung, TestRung } from './rungs.ts';

const ROOT = join(import.meta.dirname, '..');
const REPORTER = join(import.meta.dirname, 'reporter.ts');
/** Between asking a rung that hangs to end and ending it. */
const GRACE_MS = 3000;

export interface RunPorts {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Programs that are missing may be installed. */
  readonly root: boolean;
  readonly say: (text: string) => void;
}

const running = new Set<ChildProcess>();

/** Ends whatever rungs have started: to be called when the runner itself is told to end. */
export function endAll(): void {
  for (const child of running) signal(child, 'SIGKILL');
}

export function run(rung: Rung, ports: RunPorts): Promise<Counts> {
  return rung.kind === 'command' ? runCommands(rung, ports) : runTests(rung, ports);
}

async function runCommands({ name, commands, minutes }: CommandRung, ports: RunPorts): Promise<Counts> {
  let failed = 0;
  for (const [program, ...args] of commands) {
    const { code, output, late } = await execute(program, args, ports.env, minutes);
    if (late) ports.say(`${name}: ${program} was not over after ${minutes} minutes`);
    if (code === 0 && !late) continue;
    failed = 1;
    ports.say(output.trimEnd());
  }
  return { passed: 1 - failed, failed, skipped: 0 };
}

async function runTests(rung: TestRung, ports: RunPorts): Promise<Counts> {
  const missing = rung.files.length === 0 ? `${rung.name}: there are no test files` : await provide(rung, ports);
  if (missing !== undefined) {
    ports.say(missing);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  // Three at a time: they mostly wait for timers, and each takes its own ports.
  const isolation = rung.isolated ? ['--test-isolation=process', '--test-concurrency=3'] : ['--test-isolation=none'];
  const args = ['--test', ...isolation, `--test-reporter=${REPORTER}`, ...rung.files];
  const ended = await execute(process.execPath, args, { ...ports.env, ...rung.env }, rung.minutes);
  return judge(rung, ended, ports);
}

/** A run that died before it counted, took too long, or counted nothing, is a failure too. */
function judge({ name, minutes }: TestRung, { code, output, late }: Ended, { say }: RunPorts): Counts {
  const { text, marks } = parted(output);
  const at = `\n${text}`.lastIndexOf(`\n${COUNTS}`);
  const shown = (at < 0 ? text : text.slice(0, at)).trim();
  if (shown !== '') say(shown);
  if (late) return hung(`${name}: not over after ${minutes} minutes`, marks, say);
  const counts = at < 0 ? undefined : (JSON.parse(text.slice(at + COUNTS.length).split('\n')[0] ?? '') as Counts);
  if (counts === undefined) return hung(`${name}: the run ended with exit code ${code} and no result`, marks, say);
  if (counts.failed === 0 && counts.skipped === 0 && code !== 0) {
    say(`${name}: the run ended with exit code ${code}`);
    return { ...counts, failed: 1 };
  }
  if (counts.passed + counts.failed + counts.skipped > 0) return counts;
  say(`${name}: the files hold no test`);
  return { passed: 0, failed: 1, skipped: 0 };
}

/** What had begun and not ended, each a failure; when nothing had, the last that ended shows how far it came. */
function hung(headline: string, marks: readonly Mark[], say: RunPorts['say']): Counts {
  const open = new Map<string, string>();
  let last = '';
  let passed = 0;
  for (const { what, at, test } of marks) {
    if (what === 'begun') open.set(at, test);
    else open.delete(at);
    if (what === 'passed') passed += 1;
    if (what !== 'begun') last = test;
  }
  const unfinished = [...open.values()].map((test) => `\n  ${test}`);
  const place = last === '' ? 'no test had ended' : `the last test that ended: ${last}`;
  say(`✗ ${headline}; unfinished:${unfinished.length > 0 ? unfinished.join('') : ` unknown; ${place}`}`);
  return { passed, failed: Math.max(1, unfinished.length), skipped: 0 };
}

/** What people read, and what the reporter told the runner. */
function parted(output: string): { readonly text: string; readonly marks: readonly Mark[] } {
  const marks: Mark[] = [];
  const text = output.replaceAll(new RegExp(`^${MARK}(.*)\n`, 'gm'), (_, mark: string) => {
    marks.push(JSON.parse(mark) as Mark);
    return '';
  });
  return { text, marks };
}

/** Sees to the programs a rung drives; the sentence that says what to install when it cannot. */
async function provide({ name, needs }: TestRung, { env, root, say }: RunPorts): Promise<string | undefined> {
  const lacking = (): readonly string[] =>
    needs.filter(({ program }) => !present(program, env)).map((one) => one.debian);
  const packages = lacking();
  if (packages.length === 0) return undefined;
  const trouble = root ? await install(packages, env) : undefined;
  const missing = lacking();
  if (missing.length === 0) return undefined;
  if (trouble !== undefined) say(trouble);
  return `${name}: install first: apt-get install -y --no-install-recommends ${missing.join(' ')}`;
}

/** What apt-get said when it failed. */
async function install(packages: readonly string[], env: RunPorts['env']): Promise<string | undefined> {
  const quiet = { ...env, DEBIAN_FRONTEND: 'noninteractive' };
  await execute('apt-get', ['update'], quiet, 5);
  const args = ['install', '-y', '--no-install-recommends', ...packages];
  const { code, output } = await execute('apt-get', args, quiet, 10);
  return code === 0 ? undefined : output.trimEnd().split('\n').slice(-5).join('\n');
}

function present(program: string, env: RunPorts['env']): boolean {
  return spawnSync('/bin/sh', ['-c', `command -v ${program}`], { env }).status === 0;
}

interface Ended {
  readonly code: number;
  readonly output: string;
  /** It was ended, for it took too long. */
  readonly late: boolean;
}

/** In a process group of its own, so that what hangs is ended whole; without standard input. */
function execute(program: string, args: readonly string[], env: RunPorts['env'], minutes: number): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: ROOT, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    let late = false;
    running.add(child);
    const limit = setTimeout(() => {
      late = true;
      signal(child, 'SIGTERM');
      setTimeout(() => signal(child, 'SIGKILL'), GRACE_MS).unref();
    }, minutes * 60_000);
    const end = (ended: Omit<Ended, 'late'>): void => {
      clearTimeout(limit);
      running.delete(child);
      resolve({ ...ended, late });
    };
    child.stdout.on('data', (chunk: Buffer) => void chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => void chunks.push(chunk));
    child.on('error', (error) => end({ code: 127, output: `${program}: ${error.message}` }));
    child.on('close', (code) => end({ code: code ?? 1, output: Buffer.concat(chunks).toString() }));
  });
}

function signal({ pid }: ChildProcess, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    if (pid !== undefined) process.kill(-pid, name);
  } catch {
    // It has ended already.
  }
}
