import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEMO_CONFIG, DEMO_FEATURES, demoRules } from '../src/demo.ts';
import { APPLICATIONS } from '../src/features/index.ts';
import { createExchange, type Exchange, type ExchangePorts, type Instructions } from '../src/exchange.ts';
import { instructions } from '../src/instructions.ts';
import {
  type Account,
  type Configuration,
  DEFAULTS,
  type ExchangeConfig,
  type PbxEvent,
  type SecretRow,
  type Speech,
  settingsFrom,
} from '../src/pbx/index.ts';
import type { HostedEngine } from '../src/media/engine-over-host.ts';
import { createInlineEngine } from '../src/media/inline.ts';
import type { SoundFiles } from '../src/media/ports.ts';
import { ha1 } from '../src/sip/auth/index.ts';
import type { Hop, WireListener } from '../src/sip/transport/types.ts';
import type { Host } from './host.ts';
import type { Nat } from './nat.ts';
import type { PhoneOptions, Phone } from './phone.ts';
import { loadOpus } from '../src/node/media/opus.ts';
import { WorldPrograms } from './programs.ts';
import { recordingsIn, withRecordings } from './recordings.ts';
import { Disk, WorldStore } from './store.ts';
import type { World } from './world.ts';

export interface ExchangeOptions {
  /** Default 10.0.0.1. */
  readonly address?: string;
  /** The NAT box it stands behind. */
  readonly behind?: Nat;
  /** As the ladder shows it; default 'exchange'. */
  readonly name?: string;
  /** What an earlier exchange left behind; default an empty disk. */
  readonly disk?: Disk;
  readonly accounts?: readonly Account[];
  /** What a configuration file would say, in the place of accounts, features, rules and config. */
  readonly configuration?: Configuration;
  /** Default: the demo exchange's. */
  readonly features?: ExchangePorts['features'];
  readonly rules?: ExchangePorts['rules'];
  readonly config?: Partial<ExchangeConfig>;
  readonly sounds?: SoundFiles;
  /** Speaks texts; default: nobody can. */
  readonly speech?: Speech;
  /** Who knows names, and what STUN servers say; left out: nobody, and nothing. */
  readonly resolver?: NonNullable<ExchangePorts['resolver']>;
  readonly stun?: NonNullable<ExchangePorts['stun']>;
  /** Ports of audio; default: any. */
  readonly rtpPorts?: { readonly from: number; readonly to: number };
}

/** Every account's password in the World. */
export const PASSWORD = 'sesame';

const REALM = 'strowger.test';
const POOL = 16;

/** An exchange that stands in the World and is ready. */
export interface PlacedExchange {
  readonly exchange: Exchange;
  readonly host: Host;
  /** Where phones send SIP to. */
  readonly hop: Hop;
  readonly store: WorldStore;
  /** Its media host's engine: `lost` is that host's death. */
  readonly media: HostedEngine;
  /** What observers were told, in order. */
  readonly events: readonly PbxEvent[];
  /** What was recorded, by name: WAV files. */
  readonly recordings: ReadonlyMap<string, Uint8Array>;
  /** Programs that calls can be connected with. */
  readonly programs: WorldPrograms;
  /** Follows another configuration from now on, as after SIGHUP. Throws, and nothing changes, when it has mistakes. */
  reload(configuration: Configuration): void;
  /** Cuts its power and leaves what was committed. */
  crash(): Disk;
}

/** Starts an exchange; the demo exchange when nothing else is said. */
export async function startExchange(world: World, options: ExchangeOptions = {}): Promise<PlacedExchange> {
  const address = options.address ?? '10.0.0.1';
  const behind = options.behind === undefined ? {} : { behind: options.behind };
  const host = world.host(address, { name: options.name ?? 'exchange', ...behind });
  const { kernel } = host;
  const { accounts, ...followed } = instructionsOf(options, host);
  const disk = options.disk ?? new Disk();
  disk.apply(accounts.map(({ number }) => ({ put: 'secret', row: secret(host, number) })));
  const store = new WorldStore(kernel, disk);
  const recordings = new Map<string, Uint8Array>();
  const programs = new WorldPrograms(kernel);
  const media = createInlineEngine({
    kernel,
    udp: host.udp,
    opus: loadOpus,
    files: withRecordings(options.sounds ?? packagedSounds(), recordings),
    recordings: recordingsIn(kernel, recordings),
    programs,
    addresses: [address],
    ports: options.rtpPorts,
    poolSize: POOL,
  });
  const events: PbxEvent[] = [];
  const listener: WireListener = {
    received: (flow, bytes) => exchange.listener.received(flow, bytes),
    opened: (flow) => exchange.listener.opened(flow),
    failed: (flow, why) => exchange.listener.failed(flow, why),
    drained: (flow) => exchange.listener.drained(flow),
  };
  const exchange: Exchange = createExchange({
    kernel,
    wire: host.wire(listener),
    store,
    media,
    ...(options.resolver === undefined ? {} : { resolver: options.resolver }),
    ...(options.stun === undefined ? {} : { stun: options.stun }),
    ...(options.speech && { speech: options.speech }),
    ...followed,
    observe: (event) => void events.push(event),
  });
  let ready = 0;
  const count = (): void => void (ready += 1);
  kernel.input('start', () => {
    exchange.start(count);
    media.ready(count);
  });
  world.count(host.name, () => ({ session: media.census().sessions }));
  await world.until(() => ready === 2);
  return {
    exchange,
    host,
    hop: { address, port: 5060 },
    store,
    media,
    events,
    recordings,
    programs,
    reload: (configuration) => exchange.reload(configured(configuration, host)),
    crash: () => {
      store.cutOff();
      world.powerOff(host);
      return disk;
    },
  };
}

/** What it follows, and the accounts whose secrets its Store has. */
function instructionsOf(
  options: ExchangeOptions,
  host: Host,
): Instructions & { readonly accounts: readonly Account[] } {
  if (options.configuration !== undefined) return { accounts: [], ...configured(options.configuration, host) };
  const accounts = options.accounts ?? DEMO_CONFIG.accounts;
  return {
    accounts,
    config: { ...DEFAULTS, ...HERE, realm: REALM, accounts, ...options.config },
    features: options.features ?? DEMO_FEATURES,
    rules: options.rules ?? demoRules,
  };
}

const HERE = { version: '0.0.0', node: 'world' };

/** Throws an Error that names every mistake. Files that it names are taken to exist and be empty. */
function configured(configuration: Configuration, { kernel }: Host): Instructions {
  const files = { text: () => ({ text: '' }), exists: () => true, applications: Object.keys(APPLICATIONS) };
  const checked = settingsFrom(configuration, { crypto: kernel.crypto, ...files });
  if (checked.ok) return instructions(checked.settings, HERE);
  throw new Error(checked.mistakes.map(({ path, error }) => `${path.join('.')}: ${error.message}`).join('\n'));
}

/** A phone of one of its accounts, with the right password. */
export function phoneOf(world: World, { hop }: PlacedExchange, name: string, options: PhoneOptions): Phone {
  return world.phone(name, { server: hop, password: PASSWORD, ...options });
}

function secret({ kernel }: Host, number: string): SecretRow {
  const hash = (algorithm: 'MD5' | 'SHA-256'): string => ha1(kernel.crypto, algorithm, number, REALM, PASSWORD);
  return { id: number, realm: REALM, md5: hash('MD5'), sha256: hash('SHA-256') };
}

/** The package's own sounds: beside the sources, or one folder higher beside what was compiled. */
function packagedSounds(): SoundFiles {
  const folders = [join(import.meta.dirname, '..', 'sounds'), join(import.meta.dirname, '..', '..', 'sounds')];
  const folder = folders.find((one) => existsSync(one)) ?? '.';
  return {
    load: (name, then) => {
      const path = join(folder, `${name}.wav`);
      then(existsSync(path) ? readFileSync(path) : undefined);
    },
    music: (then, name = 'music') => {
      const all = existsSync(join(folder, name)) ? readdirSync(join(folder, name)) : [];
      const names = all.filter((file) => file.endsWith('.wav'));
      then(names.sort().map((file) => `${name}/${file.slice(0, -'.wav'.length)}`));
    },
  };
}
