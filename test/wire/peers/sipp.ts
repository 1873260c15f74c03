import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from './child.ts';
import { FIRST_RTP, freeBlock, taken } from './ports.ts';
import { scenario } from './scenario.ts';
import { PATIENCE, until, type Witness, witnessed } from './until.ts';

export interface SippOptions {
  readonly server: { readonly host: string; readonly sipPort: number; readonly password: string };
  /** The account that it is. */
  readonly user: string;
  /** Left out: the right one. */
  readonly password?: string;
  /** Number to dial. */
  readonly dials?: string;
  /** Left out: UDP. */
  readonly transport?: 'tcp';
  /** Its own SIP port; left out: a free one. */
  readonly port?: number;
  /** Expiry to ask for, in seconds; 300. */
  readonly expires?: number;
  /** One more header line of its INVITE. */
  readonly header?: string;
  /** It gives back the audio that it receives. */
  readonly echo?: boolean;
  /** What the scenario leaves open. */
  readonly values?: Readonly<Record<string, string>>;
  /** Deadline of the whole scenario, in seconds; 20. */
  readonly within?: number;
}

const SHOWN = 8000;

/** SIPp (Debian's sip-tester) with one of the scenarios in test/wire/sipp, for one call. */
export class Sipp implements Witness {
  readonly port: number;
  readonly #name: string;
  readonly #folder: string;
  readonly #within: number;
  readonly #child: Child;

  private constructor(name: string, port: number, media: number, options: SippOptions) {
    this.#name = `sipp ${name} ${options.user}`;
    this.port = port;
    this.#within = options.within ?? 20;
    this.#folder = mkdtempSync(join(tmpdir(), 'sipp-'));
    const { host, sipPort, password } = options.server;
    const values = { USER: options.user, PORT: String(port), ...options.values };
    writeFileSync(join(this.#folder, 'scenario.xml'), scenario(name, values));
    const addresses = ['-i', host, '-p', String(port), '-mi', host, '-mp', String(media)];
    const transport = options.transport === 'tcp' ? ['-t', 't1'] : [];
    const who = [
      '-key',
      'user',
      options.user,
      '-key',
      'extra',
      options.header ?? 'Subject: wire',
      '-au',
      options.user,
      '-ap',
      options.password ?? password,
    ];
    const what = ['-s', options.dials ?? options.user, '-key', 'expires', String(options.expires ?? 300)];
    const resource = options.dials === undefined ? [] : ['-auth_uri', `${options.dials}@${host}:${sipPort}`];
    const audio = options.echo === true ? ['-rtp_echo'] : [];
    const bounds = ['-m', '1', '-aa', '-nostdin', '-timeout', `${this.#within}s`, '-timeout_error'];
    const logs = ['-trace_msg', '-message_file', this.#log, '-trace_err', '-error_file', this.#errors];
    const all = [
      `${host}:${sipPort}`,
      '-sf',
      'scenario.xml',
      ...addresses,
      ...transport,
      ...audio,
      ...who,
      ...resource,
      ...what,
      ...bounds,
      ...logs,
    ];
    this.#child = new Child(this.#name, 'sipp', all, { cwd: this.#folder, env: { ...process.env, TERM: 'dumb' } });
  }

  /** Starts a scenario; over when it listens. */
  static async start(name: string, options: SippOptions): Promise<Sipp> {
    const block = await freeBlock();
    const sipp = new Sipp(name, options.port ?? block, block + FIRST_RTP, options);
    const look = () => taken(sipp.port, options.transport) || sipp.#child.ended;
    await until(`the start of ${sipp.#name}`, look, PATIENCE, () => sipp.testimony());
    return sipp;
  }

  /** Runs a scenario to its successful end; the port it used. */
  static async run(name: string, options: SippOptions): Promise<number> {
    const sipp = await Sipp.start(name, options);
    await sipp.done();
    return sipp.port;
  }

  /** Waits for its end; throws, with what it sent and received, when the scenario was not followed. */
  async done(): Promise<void> {
    try {
      const outcome = await this.#child.end(this.#within * 1000 + PATIENCE);
      if (outcome !== 0) throw new Error(`${this.#name} ended with ${outcome}\n${this.testimony()}`);
    } finally {
      await this.stop();
    }
  }

  /** Runs `body` while this one follows its scenario, which must come to its successful end too. */
  async during(body: () => Promise<void>): Promise<void> {
    try {
      await witnessed([this], body);
      await this.done();
    } finally {
      await this.stop();
    }
  }

  /** Pulls its plug, if it still runs. */
  async stop(): Promise<void> {
    this.#child.signal('SIGKILL');
    await this.#child.end(5000);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  testimony(): string {
    const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8').slice(-SHOWN) : '');
    return `--- ${this.#name}: ${this.#child.outcome ?? 'running'}\n${read(this.#errors)}\n${read(this.#log)}`;
  }

  get #log(): string {
    return join(this.#folder, 'messages.log');
  }

  get #errors(): string {
    return join(this.#folder, 'errors.log');
  }
}
