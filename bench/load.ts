import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the load generators say of one measurement; which fields are there depends on what was measured. */
export interface Result {
  readonly clean?: boolean;
  readonly rate?: number;
  readonly cpu_ms_per_op?: number;
  readonly invite_180_ms?: { readonly p50: number; readonly p99: number };
  readonly up?: number;
  readonly failed?: number;
  readonly registered?: number;
  readonly us_per_packet_in?: number;
  readonly kb_per_call?: number;
  readonly kb_per_contact?: number;
  readonly [more: string]: unknown;
}

/** The load generators' folder: STROWGER_BENCH_LOAD, or `shared/bench` beside the project; undefined when neither is there. */
export function loadFolder(): string | undefined {
  const folders = [process.env['STROWGER_BENCH_LOAD'], join(import.meta.dirname, '..', '..', 'shared', 'bench')];
  return folders.find((folder) => folder !== undefined && existsSync(join(folder, 'bench.py')));
}

/** Drives one server with SIPp and media_load; each measurement is one line of JSON of bench.py. */
export class Load {
  readonly #folder: string;
  readonly #scratch = mkdtempSync(join(tmpdir(), 'strowger-load-'));

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Compiles media_load, which plays phones with RTP. */
  async prepare(): Promise<void> {
    await run('gcc', ['-O2', '-o', join(this.#scratch, 'media_load'), join(this.#folder, 'media_load.c'), '-lm']);
  }

  /** bench.py WHAT with these options against a server; the last line it prints. */
  async measure(server: { target: string; pid: number }, what: string, ...options: readonly string[]): Promise<Result> {
    const args = ['--target', server.target, '--pid', String(server.pid), what, ...options];
    const env = { ...process.env, MEDIA_LOAD: join(this.#scratch, 'media_load') };
    const { stdout } = await run('python3', [join(this.#folder, 'bench.py'), ...args], { env, maxBuffer: 1 << 26 });
    const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Result & { best?: Result };
    return last.best ?? last;
  }

  /** Debian's Kamailio on the same processor as the exchange; undefined when it is not installed. */
  async kamailio(): Promise<{ target: string; pid: number; stop: () => void } | undefined> {
    const folder = join(this.#scratch, 'kamailio');
    const child = spawn('bash', [join(this.#folder, 'start-kamailio.sh'), folder], { stdio: 'ignore' });
    const code = await new Promise((then) => child.once('exit', then));
    if (code !== 0) return undefined;
    const pid = Number(readFileSync(join(folder, 'kamailio.pid'), 'utf8'));
    const stop = (): void => {
      process.off('exit', stop);
      process.kill(pid, 'SIGTERM');
    };
    // Whoever gives up waiting leaves no server behind.
    process.once('exit', stop);
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
    return { target: '127.0.0.1:5260', pid, stop };
  }

  clear(): void {
    rmSync(this.#scratch, { recursive: true, force: true });
  }
}
