import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { StatusView } from '../../../src/pbx/view.ts';
import { Child } from './child.ts';
import { until, type Witness } from './until.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const PROGRAM = join(ROOT, 'bin', 'strowger.js');
/** Timers B, F, H, L and M run 64 × T1 = 32 s (RFC 3261 §17, RFC 6026 §8): only then nothing is left. */
const LONGEST = 45_000;
const READY_WITHIN = 60_000;
const STOP_WITHIN = 30_000;
const run = promisify(execFile);

type Stream = 'tcp' | 'tls' | 'ws' | 'wss';

/** The first line of standard output. */
interface Ready {
  readonly ready: true;
  readonly sip: { readonly udp: readonly string[] } & Readonly<Partial<Record<Stream, readonly string[]>>>;
  readonly http: string;
  readonly console?: string;
}

/** What a phone is told to register. */
export interface Registrar {
  readonly host: string;
  readonly sipPort: number;
  readonly password: string;
}

/** The exchange as a user starts it: a process of its own with a data folder of its own. */
export class Server implements Witness {
  readonly password = 'rotary-dial';
  readonly host: string;
  readonly data = mkdtempSync(join(tmpdir(), 'strowger-wire-'));
  readonly #options: readonly string[];
  #child: Child | undefined;
  #sipPort = 0;
  #http = '';
  #link = '';
  #sip: Ready['sip'] = { udp: [] };

  private constructor(host: string, options: readonly string[]) {
    this.host = host;
    this.#options = options;
  }

  /** Starts it on free ports and waits until it is ready. `options` are added to the command line. */
  static start(...options: readonly string[]): Promise<Server> {
    return Server.at('127.0.0.1', ...options);
  }

  /** The same at another address of the loopback, such as 127.0.0.2: systems know each other by address. */
  static async at(host: string, ...options: readonly string[]): Promise<Server> {
    const server = new Server(host, options);
    try {
      await server.#launch();
    } catch (error) {
      // Nobody else can end it.
      server.#child?.signal('SIGKILL');
      throw error;
    }
    return server;
  }

  get sipPort(): number {
    return this.#sipPort;
  }

  /** Where phones register over another transport, or at another of its addresses. */
  over(protocol: 'udp' | Stream, host = this.host): Registrar {
    const start = `${host.includes(':') ? `[${host}]` : host}:`;
    const where = this.#sip[protocol]?.find((one) => one.startsWith(start));
    if (where === undefined) throw new Error(`the exchange has no ${protocol} at ${host}`);
    return { host, sipPort: Number(where.slice(start.length)), password: this.password };
  }

  /** `http://127.0.0.1:PORT` */
  get http(): string {
    return this.#http;
  }

  /** What signs a browser in; it is told when the data folder is new. */
  get link(): string {
    return this.#link;
  }

  get pid(): number {
    return this.#running().pid;
  }

  /** What `strowger status` says. */
  async status(): Promise<StatusView> {
    const { stdout } = await run(process.execPath, [PROGRAM, 'status', '--json', '--data', this.data], { cwd: ROOT });
    return JSON.parse(stdout) as StatusView;
  }

  /** Waits until nothing of any scene is left, and no mistake of ours was contained meanwhile. */
  async quietStatus(within = LONGEST): Promise<StatusView> {
    let seen: StatusView | undefined;
    const look = async () => {
      seen = await this.status();
      const left = Object.values(seen.scene).some((count) => count !== 0);
      return !left && seen.calls === 0 && seen;
    };
    const status = await until('a quiet exchange', look, within, () => JSON.stringify(seen?.scene));
    if (status.faults !== 0) throw new Error(`${status.faults} faults were contained\n${this.testimony()}`);
    return status;
  }

  /** Resident memory in octets. */
  memory(): number {
    const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'));
    return Number(line?.[1]) * 1024;
  }

  /** SIGTERM to this very process; it must end with exit code 0. The data folder is removed. */
  async stop(): Promise<void> {
    const child = this.#running();
    child.signal('SIGTERM');
    try {
      const outcome = await child.end(STOP_WITHIN);
      if (outcome !== 0) throw new Error(`the exchange ended with ${outcome}\n${child.testimony()}`);
    } finally {
      child.signal('SIGKILL');
      rmSync(this.data, { recursive: true, force: true });
    }
  }

  /** Power failure. */
  async kill9(): Promise<void> {
    this.#running().signal('SIGKILL');
    await this.#running().end(STOP_WITHIN);
  }

  /** Starts it again over the same data, on the same SIP port. */
  async restart(): Promise<void> {
    if (!this.#running().ended) throw new Error('the exchange still runs');
    await this.#launch();
  }

  testimony(): string {
    return this.#child?.testimony() ?? '';
  }

  #running(): Child {
    if (this.#child === undefined) throw new Error('the exchange was never started');
    return this.#child;
  }

  async #launch(): Promise<void> {
    const sip = ['--sip-port', String(this.#sipPort)];
    // With port 0 the others are free ones too; at a restart they must not become the usual ones.
    const others = this.#sipPort === 0 ? [] : ['--sip-tls-port', '0', '--sip-ws-port', '0', '--sip-wss-port', '0'];
    const ports = ['--bind', this.host, ...sip, ...others, '--http-port', '0'];
    const demo = this.#options.includes('--config') ? [] : ['--demo-password', this.password];
    const rest = ['--data', this.data, ...demo, ...this.#options];
    const child = new Child('exchange', process.execPath, [PROGRAM, 'start', ...ports, ...rest], { cwd: ROOT });
    this.#child = child;
    const look = () => (child.out.includes('\n') ? child.out.slice(0, child.out.indexOf('\n')) : child.ended && '');
    const line = await until('the ready line', look, READY_WITHIN, () => child.testimony());
    if (line === '') throw new Error(`the exchange did not start\n${child.testimony()}`);
    const ready = JSON.parse(line) as Ready;
    this.#sipPort = Number(ready.sip.udp[0]?.split(':').at(-1));
    this.#http = ready.http;
    this.#link = ready.console ?? this.#link;
    this.#sip = ready.sip;
  }
}
