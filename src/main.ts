import { once } from 'node:events';
import { url as debuggerUrl } from 'node:inspector';
import { existsSync, readFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Configured, configure, numbersOf } from './configure.ts';
import { type ConsoleKey, consoleKey, consoleLink } from './console-key.ts';
import { DEMO_CONFIG, DEMO_FEATURES, DEMO_NUMBERS, demoRules } from './demo.ts';
import { createExchange, type Exchange } from './exchange.ts';
import { instructions } from './instructions.ts';
import { type Kernel, StrowgerError } from './kernel/index.ts';
import { bindAddresses } from './node/addresses.ts';
import { type Complete, runCli, type StartOptions } from './node/cli/index.ts';
import { createLiveKernel, liveCrypto } from './node/clock.ts';
import { authoritiesIn, optionsIn } from './node/config/index.ts';
import { databaseFile, prepareDataFolder } from './node/data-folder.ts';
import { openControl, openPublic, type Phase, type Refused } from './node/http/index.ts';
import { createLog, type Log, logEvent } from './node/log.ts';
import { startMediaWorkers } from './node/media/engine.ts';
import { mendRecordings } from './node/media/recordings.ts';
import { type ReadyInfo, readyLine, readyText } from './node/ready.ts';
import { createResolver } from './node/dns.ts';
import { createSpeech } from './node/speech.ts';
import { openStore } from './node/store/index.ts';
import { askStun } from './node/stun.ts';
import { openCertificate, verifying } from './node/tls/index.ts';
import { startWatchdog, type Watchdog } from './node/watchdog/index.ts';
import { createWires, handshakeNews, type Wires } from './node/wire/index.ts';
import { type Reloading, reload } from './reload.ts';
import { DEFAULTS, type Made, provideSecrets, type Store } from './pbx/index.ts';
import type { Hop, WireListener } from './sip/transport/types.ts';
import { hostPort } from './sip/usage/index.ts';

/** The package's root: one folder above the sources, two above what was compiled. */
const ROOT = [join(import.meta.dirname, '..'), join(import.meta.dirname, '..', '..')].find(hasPackage) ?? '.';
const VERSION = (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;

const HERE = { version: VERSION, node: 'strowger' };

/** Runs the command line; gives the exit code. */
export function main(argv: readonly string[]): Promise<number> {
  return runCli(argv, { start, check, version: VERSION });
}

/** What has been opened, to be closed in the opposite order. */
type Closing = (() => Promise<void>)[];

/** Runs an exchange until it is told to end: the configured one, or the demo. Rejects with a StrowgerError when it cannot start. */
async function start(line: StartOptions, complete: Complete): Promise<void> {
  const closing: Closing = [];
  try {
    const configured = line.config === undefined ? undefined : await configure(line.config, liveCrypto());
    const options = configured === undefined ? line : complete(optionsIn(configured.file, configured.settings));
    await run(options, configured, closing);
  } finally {
    for (const close of closing.toReversed()) await close();
  }
}

async function run(options: StartOptions, configured: Configured | undefined, closing: Closing): Promise<void> {
  prepareDataFolder(options.data);
  const log = createLog({ level: configured?.settings.written.log ?? 'info' });
  const dog = watchdog(configured, closing);
  const kernel = createLiveKernel({
    onFault: ({ step, error }) => log.error({ event: 'fault', step, err: error }),
    ...(dog === undefined ? {} : { note: dog.note }),
  });
  const addresses = bindAddresses(options.bind, networkInterfaces());
  const database = await openStore({ kernel, file: databaseFile(options.data) });
  closing.push(() => database.close());
  const { store } = database;
  const read = <T>(asked: Promise<T>): Promise<T> => Promise.race([asked, database.failed]);
  const stored = await read(storedAccounts(store));
  configured?.refuse(stored, options.data);
  const made = configured === undefined ? await read(secrets(kernel, store, options.demoPassword)) : [];
  await mendRecordings(join(options.data, 'recordings'));
  const media = await startMediaWorkers({
    kernel,
    count: 1,
    addresses,
    ports: options.rtpPorts,
    // What is recorded and spoken is heard again under its name.
    sounds: [...options.sounds, join(ROOT, 'sounds'), options.data],
    recordings: options.data,
    onDeath: (why) => logEvent(log, 'media.died', { why }, 'error'),
  });
  closing.push(() => media.stop());
  const ear = lateListener();
  const wires = await openWires(kernel, addresses, ear.listener, options, configured, log, closing);
  const sip = addressesOf(wires);
  const exchange = createExchange({
    ...(configured === undefined ? demo() : instructions(configured.settings, HERE)),
    kernel,
    wire: wires.wire,
    store,
    media: media.engine,
    speech: createSpeech({ data: options.data }),
    resolver: createResolver({ servers: configured?.settings.written.nameServers ?? [] }),
    stun: askStun,
    observe: (event) => logEvent(log, event.event, event, event.event === 'flow.closed' ? 'debug' : 'info'),
  });
  const phase: { now: Phase } = { now: 'starting' };
  const follow = { configured };
  const http = await serve(exchange, pointsIn(sip), phase, options, follow, kernel, log, closing);
  await read(new Promise<void>((ready) => exchange.start(ready)));
  ear.hears(exchange.listener);
  const key = configured === undefined && onLoopback(options) ? await read(keyOf(exchange, store)) : undefined;
  phase.now = 'ready';
  const info = {
    sip,
    http,
    ...(key && { console: { link: consoleLink(http, key), made: key.made } }),
    data: options.data,
    ...(configured === undefined
      ? { accounts: shown(made), numbers: DEMO_NUMBERS }
      : { accounts: [], numbers: numbersOf(configured), configuration: configured.file }),
  };
  const reloading = { kernel, log, exchange, here: HERE, stored, folder: options.data };
  // Whoever reads that it is ready may send a signal at once.
  const signal = signalToEnd(() => again(follow, reloading));
  announce(info, options.json);
  logEvent(log, 'told to end', { signal: await untilLost(signal, database.failed, exchange, log) });
  phase.now = 'draining';
  const changed = configured !== follow.configured;
  await drain(exchange, changed ? (follow.configured?.settings.drainMs ?? options.drainMs) : options.drainMs);
}

/** Off under a debugger, where standing still is the point. */
function watchdog(configured: Configured | undefined, closing: Closing): Watchdog | undefined {
  const endAfter = configured?.settings.watchdogMs ?? WATCHDOG_MS;
  if (endAfter === 'off' || debuggerUrl() !== undefined) return undefined;
  const dog = startWatchdog({ endAfter });
  closing.push(() => dog.stop());
  return dog;
}

/**
 * What a database that is lost would have to keep can be acknowledged to nobody: calls are ended, and the exchange with them, for a
 * supervisor to start again.
 */
async function untilLost<T>(told: Promise<T>, lost: Promise<never>, exchange: Exchange, log: Log): Promise<T> {
  try {
    return await Promise.race([told, lost]);
  } catch (error) {
    log.error({ event: 'store.failed', err: error });
    await drain(exchange, 0);
    throw error;
  }
}

/** Opens all that SIP comes by, with a certificate that follows its files. */
async function openWires(
  kernel: Kernel,
  addresses: readonly string[],
  listener: WireListener,
  options: StartOptions,
  configured: Configured | undefined,
  log: Log,
  closing: Closing,
): Promise<Wires> {
  const secure = options.tlsPort !== undefined || options.wssPort !== undefined;
  const names = [hostname(), ...addresses];
  const certificate = secure ? await openCertificate({ files: options.tls, folder: options.data, names }) : undefined;
  const at = (port: number | undefined): readonly Hop[] =>
    port === undefined ? [] : addresses.map((address) => ({ address, port }));
  const wires = await createWires({
    kernel,
    listener,
    binds: {
      udp: at(options.sipPort),
      tcp: at(options.sipPort),
      tls: at(options.tlsPort),
      ws: at(options.wsPort),
      wss: at(options.wssPort),
    },
    ...(certificate === undefined ? {} : { credentials: certificate.credentials }),
    verifying:
      configured?.settings.written.tls?.verify === false
        ? undefined
        : verifying(configured === undefined ? [] : authoritiesIn(configured.file, configured.settings)),
    handshakeFailed: handshakeNews(kernel, (news) => logEvent(log, 'tls.handshake', { ...news })),
  });
  closing.push(() => wires.close());
  certificate?.watch({
    changed: (credentials) => {
      wires.secure(credentials);
      logEvent(log, 'certificate.changed', { ...certificate.files });
    },
    unusable: (why) => logEvent(log, 'certificate.unusable', { why }, 'warn'),
  });
  closing.push(async () => certificate?.close());
  return wires;
}

/** As they stand in the ready line; protocols that are off are left out. */
function addressesOf({ locals }: Wires): ReadyInfo['sip'] {
  const { udp, ...streams } = locals;
  const on = Object.entries(streams).filter(([, hops]) => hops.length > 0);
  return {
    udp: udp.map(hostPort),
    ...Object.fromEntries(on.map(([protocol, hops]) => [protocol, hops.map(hostPort)])),
  };
}

/** As people read them: an address, and the transports it takes. */
function pointsIn(sip: ReadyInfo['sip']): readonly string[] {
  const points = new Map<string, string[]>();
  for (const [protocol, hops] of Object.entries(sip))
    for (const hop of hops) {
      const point = protocol.startsWith('ws') ? `${protocol}://${hop}` : hop;
      points.set(point, [...(points.get(point) ?? []), protocol.toUpperCase()]);
    }
  return [...points].map(([point, protocols]) => `${point} ${protocols.join(', ')}`);
}

/** Who reads the terminal may sign in, as long as nobody can from another machine. */
function onLoopback({ httpBind }: StartOptions): boolean {
  return httpBind.every((address) => address === '::1' || address.startsWith('127.'));
}

function keyOf({ view }: Exchange, store: Store): Promise<ConsoleKey | undefined> {
  return new Promise((resolve) => consoleKey(store, view, resolve));
}

/** Opens the console with the API, and the control socket; gives the first address of the console. */
async function serve(
  { view }: Exchange,
  sip: readonly string[],
  phase: { readonly now: Phase },
  options: StartOptions,
  follow: Following,
  kernel: Kernel,
  log: Log,
  closing: Closing,
): Promise<string> {
  const common = {
    kernel,
    view,
    tell: (refused: Refused) => logEvent(log, 'api.refused', { ...refused }, 'warn'),
    phase: () => phase.now,
    sip: () => sip,
    numbers: () => (follow.configured === undefined ? DEMO_NUMBERS : numbersOf(follow.configured)),
    port: options.httpPort,
    web: join(ROOT, 'dist', 'web'),
  };
  const urls: string[] = [];
  for (const address of options.httpBind) {
    const http = await openPublic({ ...common, address });
    closing.push(() => http.close());
    urls.push(http.url);
  }
  const control = await openControl({ kernel, view, folder: options.data });
  closing.push(() => control.close());
  return urls[0] ?? '';
}

function demo(): Pick<Parameters<typeof createExchange>[0], 'config' | 'features' | 'rules'> {
  return {
    config: { ...DEFAULTS, ...DEMO_CONFIG, ...HERE },
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
  // Whoever started it may have gone: that is no reason to go too.
  process.stdout.on('error', () => undefined);
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

/** The configuration that is followed now; undefined: the demo. */
interface Following {
  configured: Configured | undefined;
}

async function again(follow: Following, reloading: Reloading): Promise<void> {
  if (follow.configured === undefined) return logEvent(reloading.log, 'nothing to reload');
  follow.configured = await reload(follow.configured, reloading);
}

function storedAccounts(store: Store): Promise<readonly string[]> {
  return new Promise((resolve) => store.load('secret', (rows) => resolve(rows.map(({ id }) => id))));
}

/** Checks a configuration file, and says what is in it. */
async function check(named: string | undefined): Promise<string> {
  const file = named ?? CONFIGURATIONS.find((name) => existsSync(name)) ?? CONFIGURATIONS[0];
  const { settings } = await configure(file, liveCrypto());
  const { endpoints, extensions } = settings.written;
  const counts = `endpoints: ${Object.keys(endpoints).length}, extensions: ${Object.keys(extensions).length}`;
  return `${file} has no mistakes (${counts}).`;
}

const CONFIGURATIONS = ['strowger.config.ts', 'strowger.yaml'] as const;

/**
 * SIGTERM or an interrupt; each SIGHUP before it reads the configuration again, one after another. On a terminal SIGHUP says
 * that its window was closed: nobody would know of an exchange that went on.
 */
async function signalToEnd(reread: () => Promise<void>): Promise<string> {
  let last = Promise.resolve();
  const ends = process.stdout.isTTY ? ['SIGTERM', 'SIGINT', 'SIGHUP'] : ['SIGTERM', 'SIGINT'];
  if (!ends.includes('SIGHUP')) {
    process.on('SIGHUP', () => {
      last = last.then(reread);
    });
  }
  return Promise.race(ends.map((signal) => once(process, signal).then(() => signal)));
}

const WATCHDOG_MS = 30_000;
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

function hasPackage(folder: string): boolean {
  return existsSync(join(folder, 'package.json'));
}
