import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from './bundle.ts';
import { Child } from './child.ts';
import type { Registrar } from './server.ts';
import { PATIENCE, until, type Witness } from './until.ts';

/** What the page tells: `registered`, `refused`, `ringing` with who calls, `ended` with why. */
interface Told {
  readonly event: string;
  readonly [fact: string]: string;
}

export interface BrowserOptions {
  readonly number: string;
  readonly protocol: 'ws' | 'wss';
  readonly registrar: Registrar;
}

const START_WITHIN = 30_000;
const STOP_WITHIN = 10_000;
const FLAGS = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--ignore-certificate-errors'];

/** JsSIP in Debian's Chromium: a telephone in a web page, as far as signalling goes. The page asks its server what to do next. */
export class Browser implements Witness {
  readonly #options: BrowserOptions;
  readonly #told: Told[] = [];
  readonly #commands: string[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'browser-'));
  readonly #http: HttpServer;
  #child: Child | undefined;
  #read = 0;

  private constructor(options: BrowserOptions) {
    this.#options = options;
    this.#http = createServer((request, response) => this.#answer(request, response));
  }

  /** Starts it; over when its page has registered. */
  static async start(options: BrowserOptions): Promise<Browser> {
    const browser = new Browser(options);
    try {
      await browser.#launch();
      await browser.event('registered', START_WITHIN);
    } catch (error) {
      await browser.stop();
      throw error;
    }
    return browser;
  }

  /** The next thing it tells, which must be this. */
  async event(event: string, within = PATIENCE): Promise<Told> {
    const look = () => this.#told[this.#read];
    const told = await until(`${event} in the browser`, look, within, () => this.testimony());
    this.#read += 1;
    if (told.event !== event) throw new Error(`not ${event} but ${JSON.stringify(told)}`);
    return told;
  }

  /** Refuses the call that rings, with 486. */
  refuse(): void {
    this.#commands.push('refuse');
  }

  /** Closes the page's connection without a word, and lets it come back. */
  reconnect(): void {
    this.#commands.push('reconnect');
  }

  /** Ends it with no word to anybody. */
  async vanish(): Promise<void> {
    this.#child?.signal('SIGKILL');
    await this.#child?.end(STOP_WITHIN);
  }

  async stop(): Promise<void> {
    this.#child?.signal('SIGTERM');
    await this.#child?.end(STOP_WITHIN);
    this.#http.closeAllConnections();
    this.#http.close();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  testimony(): string {
    return `${this.#child?.testimony() ?? ''}\n${this.#told.map((told) => JSON.stringify(told)).join('\n')}`;
  }

  async #launch(): Promise<void> {
    await new Promise<void>((listening) => this.#http.listen(0, '127.0.0.1', listening));
    const address = this.#http.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const profile = `--user-data-dir=${this.#folder}`;
    const page = `http://127.0.0.1:${port}/`;
    this.#child = new Child('chromium', 'chromium', [...FLAGS, profile, page], {
      env: { ...process.env, HOME: this.#folder },
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    if (request.url === '/') response.setHeader('content-type', 'text/html').end(this.#page());
    else if (request.url === '/next') response.end(this.#commands.shift() ?? '');
    else if (request.url === '/told') this.#hear(request, response);
    else response.writeHead(404).end();
  }

  #hear(request: IncomingMessage, response: ServerResponse): void {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    request.on('end', () => {
      this.#told.push(JSON.parse(text) as Told);
      response.end();
    });
  }

  #page(): string {
    const { number, protocol, registrar } = this.#options;
    const { host, sipPort, password } = registrar;
    const account = { uri: `sip:${number}@${host}`, password, register: true, session_timers: false };
    const socket = `${protocol}://${host}:${sipPort}`;
    return `<!doctype html><meta charset="utf-8"><script>${bundle('jssip')}</script><script>
const told = (event, facts = {}) => fetch('/told', { method: 'POST', body: JSON.stringify({ event, ...facts }) });
const socket = new jssip.WebSocketInterface(${JSON.stringify(socket)});
const phone = new jssip.UA({ sockets: [socket], ...${JSON.stringify(account)}, connection_recovery_min_interval: 1 });
let call;
phone.on('registered', () => told('registered'));
phone.on('registrationFailed', ({ cause }) => told('refused', { cause }));
phone.on('newRTCSession', ({ originator, session }) => {
  call = session;
  session.on('failed', ({ originator: by, cause }) => told('ended', { by, cause }));
  const { user } = session.remote_identity.uri;
  if (originator === 'remote') told('ringing', { user, name: session.remote_identity.display_name });
});
const commands = {
  refuse: () => call.terminate({ status_code: 486 }),
  reconnect: () => socket._ws.close(),
};
const next = async () => {
  const verb = await (await fetch('/next')).text();
  if (verb !== '') commands[verb]();
  setTimeout(next, 100);
};
phone.start();
next();
</script>`;
  }
}
