import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEMO_CONFIG, DEMO_FEATURES, demoRules } from '../src/demo.ts';
import { createExchange, type Exchange, type ExchangePorts } from '../src/exchange.ts';
import { type Account, DEFAULTS, type ExchangeConfig, type PbxEvent, type SecretRow } from '../src/pbx/index.ts';
import { createInlineEngine } from '../src/media/inline.ts';
import type { SoundFiles } from '../src/media/ports.ts';
import { ha1 } from '../src/sip/auth/index.ts';
import type { Hop, WireListener } from '../src/sip/transport/types.ts';
import type { Host } from './host.ts';
import type { PhoneOptions, Phone } from './phone.ts';
import { Disk, WorldStore } from './store.ts';
import type { World } from './world.ts';

export interface ExchangeOptions {
  /** Default 10.0.0.1. */
  readonly address?: string;
  /** As the ladder shows it; default 'exchange'. */
  readonly name?: string;
  /** What an earlier exchange left behind; default an empty disk. */
  readonly disk?: Disk;
  readonly accounts?: readonly Account[];
  /** Default: the demo exchange's. */
  readonly features?: ExchangePorts['features'];
  readonly rules?: ExchangePorts['rules'];
  readonly config?: Partial<ExchangeConfig>;
  readonly sounds?: SoundFiles;
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
  /** What observers were told, in order. */
  readonly events: readonly PbxEvent[];
  /** Cuts its power and leaves what was committed. */
  crash(): Disk;
}

/** Starts an exchange; the demo exchange when nothing else is said. */
export async function startExchange(world: World, options: ExchangeOptions = {}): Promise<PlacedExchange> {
  const address = options.address ?? '10.0.0.1';
  const host = world.host(address, { name: options.name ?? 'exchange' });
  const { kernel } = host;
  const accounts = options.accounts ?? DEMO_CONFIG.accounts;
  const disk = options.disk ?? new Disk();
  disk.apply(accounts.map(({ number }) => ({ put: 'secret', row: secret(host, number) })));
  const store = new WorldStore(kernel, disk);
  const media = createInlineEngine({
    kernel,
    udp: host.udp,
    files: options.sounds ?? packagedSounds(),
    addresses: [address],
    ports: undefined,
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
    config: { ...DEFAULTS, realm: REALM, version: '0.0.0', node: 'world', accounts, ...options.config },
    features: options.features ?? DEMO_FEATURES,
    rules: options.rules ?? demoRules,
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
    events,
    crash: () => {
      store.cutOff();
      world.powerOff(host);
      return disk;
    },
  };
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
    music: (then) => {
      const names = readdirSync(join(folder, 'music')).filter((file) => file.endsWith('.wav'));
      then(names.sort().map((file) => `music/${file.slice(0, -'.wav'.length)}`));
    },
  };
}
