import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { StatusView } from '../src/pbx/view.ts';

const ROOT = join(import.meta.dirname, '..');
const PROGRAM = join(ROOT, 'bin', 'strowger.js');
const run = promisify(execFile);

/** After garbage collection, in octets: the main thread's JavaScript heap with what it holds outside, and the process's pages. */
export interface Memory {
  readonly used: number;
  readonly rss: number;
}

/** An exchange in a process of its own, held to one processor. */
export interface Server {
  readonly pid: number;
  readonly target: string;
  /** From the start of the process to its ready line, in ms. */
  readonly startedIn: number;
  memory(): Promise<Memory>;
  status(): Promise<StatusView>;
  stop(): Promise<void>;
}

/** What the load generators expect of an exchange. */
export const CONFIG = join(import.meta.dirname, 'strowger.config.ts');

/** Starts one on a free port; without a configuration it is the demo exchange, whose memory cannot be asked for. */
export async function startServer(config: string | undefined): Promise<Server> {
  const data = mkdtempSync(join(tmpdir(), 'strowger-bench-'));
  // The demo is started as a newcomer starts it: without what looks at its memory.
  const watched = config === undefined ? [] : ['--expose-gc', '--import', join(import.meta.dirname, 'gc.ts')];
  const inside = [...watched, PROGRAM, 'start', '--json'];
  const what = config === undefined ? [] : ['--config', config];
  const where = [...what, '--data', data, '--bind', '127.0.0.1', '--sip-port', '0', '--http-port', '0'];
  const begin = performance.now();
  const args = ['-c', '0', process.execPath, ...inside, ...where, '--drain', '0'];
  const child = spawn('taskset', args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  // Whoever gives up leaves no server behind.
  process.once('exit', () => child.kill('SIGKILL'));
  let told = '';
  child.stderr.on('data', (chunk: Buffer) => {
    told += chunk.toString();
  });
  const line = await firstLine(child, () => told);
  const startedIn = performance.now() - begin;
  const { sip } = JSON.parse(line) as { sip: { udp: readonly string[] } };
  return {
    pid: child.pid ?? 0,
    target: sip.udp[0] ?? '',
    startedIn,
    memory: async () => {
      told = '';
      child.kill('SIGUSR2');
      const found = await until(() => /memory (\{.*\})\n/.exec(told)?.[1]);
      return JSON.parse(found) as Memory;
    },
    status: async () => {
      const { stdout } = await run(process.execPath, [PROGRAM, 'status', '--json', '--data', data], { cwd: ROOT });
      return JSON.parse(stdout) as StatusView;
    },
    stop: async () => {
      const ended = new Promise((then) => child.once('exit', then));
      child.kill('SIGTERM');
      await ended;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

function firstLine(child: ChildProcess, told: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (out.includes('\n')) resolve(out.slice(0, out.indexOf('\n')));
    });
    child.once('exit', (code) => reject(new Error(`the exchange ended with ${code}: ${told()}`)));
  });
}

/** Looks every 20 ms until there is something to see, for ten seconds at most. */
export async function until<T>(look: () => T | undefined): Promise<T> {
  for (const deadline = performance.now() + 10_000; performance.now() < deadline; ) {
    const seen = look();
    if (seen !== undefined) return seen;
    await new Promise((turn) => setTimeout(turn, 20));
  }
  throw new Error('it did not come within 10 s');
}
