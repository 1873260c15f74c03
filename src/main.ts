import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { DEMO_CONFIG, DEMO_FEATURES, DEMO_NUMBERS, demoRules } from './demo.ts';
import { createExchange, type Exchange } from './exchange.ts';
import { type Kernel, StrowgerError } from './kernel/index.ts';
import { bindAddresses } from './node/addresses.ts';
import { runCli, type StartOptions } from './node/cli/index.ts';
import { createLiveKernel } from './node/clock.ts';
import { databaseFile, prepareDataFolder } from './node/data-folder.ts';
import { openControl, openPublic, type Phase } from './node/http/index.ts';
import { createLog, type Log, logEvent } from './node/log.ts';
import { startMediaWorkers } from './node/media/engine.ts';
import { type ReadyInfo, readyLine, readyText } from './node/ready.ts';
import { openStore } from './node/store/index.ts';
import { createUdpWire } from './node/udp-wire.ts';
import { DEFAULTS, type Made, provideSecrets, type Store } from './pbx/index.ts';
import type { Hop, WireListener } from './sip/transport/types.ts';

/** The package's root: one folder above the sources, two above what was compiled. */
const ROOT = [join(import.meta.dirname, '..'), join(import.meta.dirname, '..', '..')].find(hasPackage) ?? '.';
const VERSION = (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;

/** Runs the command line; gives the exit code. */
export function main(argv: readonly string[]): Promise<number> {
  return runCli(argv, { start, version: VERSION });
}

/** What has been opened, to be closed in the opposite order. */
type Closing = (() => Promise<void>)[];

/** Runs the demo exchange until it is told to end. Rejects with a StrowgerError when it cannot start. */
async function start(options: StartOptions): Promise<void> {
  const closing: Closing = [];
  try {
    await run(options, closing);
  } finally {
    for (const close of closing.toReversed()) await close();
  }
}

async function run(options: StartOptions, closing: Closing): Promise<void> {
  prepareDataFolder(options.data);
  const log = createLog({});
  const kernel = createLiveKernel({ onFault: ({ step, error }) => log.error({ event: 'fault', step, err: error }) });
  const addresses = bindAddresses(options.bind, networkInterfaces());
  const database = await openStore({ kernel, file: databaseFile(options.data) });
  closing.push(() => database.close());
  const { store } = database;
  const made = await secrets(kernel, store, options.demoPassword);
  const media = await startMediaWorkers({
    kernel,
    count: 1,
    addresses,
    ports: options.rtpPorts,
    sounds: [...options.sounds, join(ROOT, 'sounds')],
    onDeath: (why) => logEvent(log, 'media.died', { why }, 'error'),
  });
  closing.push(() => media.stop());
  const ear = lateListener();
  const udp = await createUdpWire({
    kernel,
    binds: addresses.map((address) => ({ address, port: options.sipPort })),
    listener: ear.listener,
  });
  closing.push(() => udp.close());
  const exchange = createExchange({
    ...demo(),
    kernel,
    wire: udp.wire,
    store,
    media: media.engine,
    observe: (event) => logEvent(log, event.event, event),
  });
  const phase: { now: Phase } = { now: 'starting' };
  const http = await serve(exchange, udp.locals.map(hopText), phase, options, kernel, closing);
  await new Promise<void>((ready) => exchange.start(ready));
  ear.hears(exchange.listener);
  phase.now = 'ready';
  const info = {
    sip: { udp: udp.locals.map(hopText) },
    http,
    data: options.data,
    accounts: shown(made),
    numbers: DEMO_NUMBERS,
  };
  announce(info, options.json);
  logEvent(log, 'told to end', { signal: await signalToEnd(log) });
  phase.now = 'draining';
  await drain(exchange, options.drainMs);
}

/** Opens the status page and the control socket; gives the page's address. */
async function serve(
  { view }: Exchange,
  sip: readonly string[],
  phase: { readonly now: Phase },
  options: StartOptions,
  kernel: Kernel,
  closing: Closing,
): Promise<string> {
  const http = await openPublic({
    view,
    phase: () => phase.now,
    sip: () => sip,
    numbers: DEMO_NUMBERS,
    address: '127.0.0.1',
    port: options.httpPort,
  });
  closing.push(() => http.close());
  const control = await openControl({ kernel, view, folder: options.data });
  closing.push(() => control.close());
  return http.url;
}

function demo(): Pick<Parameters<typeof createExchange>[0], 'config' | 'features' | 'rules'> {
  return {
    config: { ...DEFAULTS, ...DEMO_CONFIG, version: VERSION, node: 'strowger' },
    features: DEMO_FEATURES,
    rules: demoRules,
  };
}

function secrets(kernel: Kernel, store: Store, password: string | undefined): Promise<readonly Made[]> {
  return new Promise((resolve, reject) => {
    provideSecrets({ kernel, store, realm: DEMO_CONFIG.realm }, DEMO_CONFIG.accounts, password, (provided) => {
      if (provided.ok) resolve(password === undefined ? provided.made : []);
      else reject(new StrowgerError('E_STORE', { file: 'strowger.db', why: provided.why }));
    });
  });
}

function shown(made: readonly Made[]): ReadyInfo['accounts'] {
  return DEMO_CONFIG.accounts.map(({ number, name }) => {
    const password = made.find((one) => one.number === number)?.password;
    return password === undefined ? { number, name } : { number, name, password };
  });
}

function announce(info: ReadyInfo, json: boolean): void {
  process.stdout.write(json || !process.stdout.isTTY ? readyLine(info) : readyText(info));
}

/** The wire needs its listener before there is an exchange to listen: until then nothing is heard. */
function lateListener(): { readonly listener: WireListener; readonly hears: (listener: WireListener) => void } {
  let late: WireListener | undefined;
  return {
    listener: {
      received: (flow, bytes) => late?.received(flow, bytes),
      opened: (flow) => late?.opened(flow),
      failed: (flow, why) => late?.failed(flow, why),
      drained: (flow) => late?.drained(flow),
    },
    hears: (listener) => {
      late = listener;
    },
  };
}

/** SIGTERM or an interrupt; there is no configuration file yet for SIGHUP to read again. */
async function signalToEnd(log: Log): Promise<string> {
  process.on('SIGHUP', () => logEvent(log, 'nothing to reload'));
  return Promise.race(['SIGTERM', 'SIGINT'].map((signal) => once(process, signal).then(() => signal)));
}

const LAST_WORDS_MS = 1000;

/** No new calls; those in progress may end by themselves, then they are hung up, and the phones have a moment to answer. */
async function drain(exchange: Exchange, ms: number): Promise<void> {
  exchange.drain();
  await waitFor(() => exchange.view.calls().length === 0, ms);
  exchange.hangupAll();
  await waitFor(() => (exchange.view.status().scene['session'] ?? 0) === 0, LAST_WORDS_MS);
}

async function waitFor(condition: () => boolean, ms: number): Promise<void> {
  const deadline = performance.now() + ms;
  while (!condition() && performance.now() < deadline) await setTimeout(20);
}

function hopText({ address, port }: Hop): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

function hasPackage(folder: string): boolean {
  return existsSync(join(folder, 'package.json'));
}
