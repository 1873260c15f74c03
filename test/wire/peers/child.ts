import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { until } from './until.ts';

/** A program that writes more than this (octets) has run away. */
const MOST = 4_000_000;
const SHOWN = 6000;

/** A program of somebody else, its output kept up to a bound, ended by its own process and never left behind. */
export class Child {
  readonly #process: ChildProcess;
  readonly #name: string;
  readonly #gone: () => void;
  #out = '';
  #err = '';
  #fault: string | undefined;
  #ended = false;

  constructor(name: string, program: string, args: readonly string[], options: SpawnOptions = {}) {
    this.#name = name;
    this.#process = spawn(program, args, {
      ...options,
      stdio: [options.stdio === 'pipe' ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    });
    // It may end before it has read all that it was told.
    this.#process.stdin?.on('error', () => undefined);
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => this.#keep('out', text));
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => this.#keep('err', text));
    this.#gone = () => void this.#process.kill('SIGKILL');
    process.on('exit', this.#gone);
    this.#process.on('error', (error) => this.#end(`${program}: ${error.message}`));
    this.#process.on('close', () => this.#end(undefined));
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  get out(): string {
    return this.#out;
  }

  get err(): string {
    return this.#err;
  }

  /** Whether it is over and all its output is here. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Exit code; a signal's name; undefined while it runs. */
  get outcome(): number | string | undefined {
    return this.#fault ?? this.#process.exitCode ?? this.#process.signalCode ?? undefined;
  }

  /** Types into it; only with `stdio: 'pipe'`. */
  write(text: string): void {
    this.#process.stdin?.write(text);
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#ended) this.#process.kill(signal);
  }

  /** Waits for its end; the outcome. */
  async end(within: number): Promise<number | string> {
    await until(
      `the end of ${this.#name}`,
      () => this.#ended,
      within,
      () => this.testimony(),
    );
    return this.outcome ?? 'unknown';
  }

  testimony(): string {
    return `--- ${this.#name}: ${this.outcome ?? 'running'}\n${this.#out.slice(-SHOWN)}\n${this.#err.slice(-SHOWN)}`;
  }

  #keep(which: 'out' | 'err', text: string): void {
    if (which === 'out') this.#out += text;
    else this.#err += text;
    if (this.#out.length + this.#err.length <= MOST || this.#fault !== undefined) return;
    this.#fault = `wrote more than ${MOST} octets`;
    this.#process.kill('SIGKILL');
  }

  #end(fault: string | undefined): void {
    this.#fault ??= fault;
    this.#ended = true;
    process.removeListener('exit', this.#gone);
  }
}
