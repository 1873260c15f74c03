import { posix } from 'node:path';
import { type Import, importsOf, tokens } from './scan.ts';

/** A row of the table "Who may import whom". Paths are folders (or files) below the repository. */
interface Layer {
  readonly path: string;
  /** Layers it may import; its own folder always. */
  readonly may: readonly string[];
  /** Layers of which it may import types only. */
  readonly types?: readonly string[];
  /** Packages from npm; `*` for any. */
  readonly packages?: readonly string[];
  /** Sans-IO and synchronous: no async, Promise, Buffer or node: in it. */
  readonly pure?: boolean;
  /** Meets the machine, or a browser: clocks, timers, chance and the process are allowed. */
  readonly live?: 'node' | 'browser';
}

const SIP = [
  'src/sip/message',
  'src/sip/transport',
  'src/sip/transaction',
  'src/sip/dialog',
  'src/sip/usage',
  'src/sip/auth',
];
const below = (layer: string): readonly string[] => ['src/kernel', ...SIP.slice(0, SIP.indexOf(layer))];

/** The first row whose path matches decides. */
const LAYERS: readonly Layer[] = [
  { path: 'src/kernel', may: [], pure: true },
  ...['src/sip/message', 'src/sdp', 'src/rtp', 'src/stun', 'src/t38', 'src/xml', 'src/codec'].map((path) => ({
    path,
    may: ['src/kernel'],
    pure: true,
  })),
  { path: 'src/ice', may: ['src/kernel', 'src/stun'], pure: true },
  // RFC 5626 §4.4.2 puts STUN keep-alives on the SIP port.
  { path: 'src/sip/transport', may: [...below('src/sip/transport'), 'src/stun'], pure: true },
  { path: 'src/sip/transaction', may: below('src/sip/transaction'), pure: true },
  { path: 'src/sip/dialog', may: below('src/sip/dialog'), pure: true },
  { path: 'src/sip/usage', may: [...below('src/sip/usage'), 'src/sip/auth'], pure: true },
  { path: 'src/sip/auth', may: ['src/kernel', 'src/sip/message'], pure: true },
  { path: 'src/media', may: ['src/kernel', 'src/rtp', 'src/codec', 'src/t38', 'src/ice'], pure: true },
  { path: 'src/call', may: ['src/kernel'], types: ['src/media'], pure: true },
  { path: 'src/line', may: ['src/kernel', ...SIP, 'src/sdp', 'src/media', 'src/call'], pure: true },
  {
    path: 'src/pbx',
    may: ['src/kernel', 'src/call', 'src/line', 'src/sip/usage', 'src/sip/message', 'src/sip/auth'],
    // Flows and transactions stand in the usage's own signatures, tones in the media protocol.
    types: ['src/sip', 'src/media'],
    // The schema of a configuration.
    packages: ['zod'],
  },
  { path: 'src/features', may: ['src/pbx', 'src/call', 'src/kernel', 'src/sip/usage', 'src/xml'] },
  { path: 'src/api', may: ['src/pbx', 'src/kernel'], packages: ['zod'] },
  {
    path: 'src/node',
    // It mounts the API's table and runs the media host in a worker; of all else it knows the ports.
    // It asks STUN servers for our address outside.
    may: ['src/kernel', 'src/api', 'src/media', 'src/stun'],
    types: ['src/sip', 'src/pbx', 'src/call'],
    packages: ['*'],
    live: 'node',
  },
  { path: 'src/main.ts', may: ['src'], packages: ['*'], live: 'node' },
  {
    path: 'web',
    may: [],
    types: ['src/api/contract.ts'],
    packages: ['preact', 'preact/hooks'],
    live: 'browser',
  },
];

/** Files beside the layers (the exchange's composition, the demo, what users import): they know every layer and no machine. */
const COMPOSITION: Layer = { path: 'src', may: [] };

const PURE_WORDS = new Set(['async', 'await', 'Promise', 'Buffer']);
const LIVE_WORDS = new Set([
  'Date',
  'fetch',
  'process',
  'performance',
  'globalThis',
  'queueMicrotask',
  ...['Timeout', 'Interval', 'Immediate'].flatMap((timer) => [`set${timer}`, `clear${timer}`]),
]);

/** The kernel's Deferred is the one place where a promise is made; scripts above wait on it. */
const EXCEPTIONS: ReadonlySet<string> = new Set(['src/kernel/kernel.ts Promise']);

/** Everything in one file that breaks the table, as `path:line what`. `path` is relative to the repository, with slashes. */
export function violations(path: string, source: string): readonly string[] {
  const layer = layerOf(path);
  if (layer === undefined) return [`${path}:1 belongs to no layer`];
  return [
    ...importsOf(source).flatMap((one) => importViolation(path, layer, one)),
    ...wordViolations(path, layer, source),
  ];
}

function layerOf(path: string): Layer | undefined {
  return LAYERS.find((layer) => within(path, layer.path)) ?? (/^src\/[^/]+\.ts$/.test(path) ? COMPOSITION : undefined);
}

function within(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function importViolation(path: string, layer: Layer, one: Import): readonly string[] {
  const why = one.specifier.startsWith('.') ? relativeWhy(path, layer, one) : packageWhy(layer, one.specifier);
  return why === undefined ? [] : [`${path}:${one.line} imports '${one.specifier}': ${why}`];
}

function packageWhy(layer: Layer, specifier: string): string | undefined {
  if (specifier.startsWith('node:')) return layer.live === 'node' ? undefined : 'node: belongs to src/node and main';
  const packages = layer.packages ?? [];
  return packages.includes('*') || packages.includes(specifier) ? undefined : `${layer.path} knows no such package`;
}

function relativeWhy(path: string, layer: Layer, { specifier, typeOnly }: Import): string | undefined {
  const target = posix.join(posix.dirname(path), specifier);
  if (['testing', 'test', 'tools', 'use-cases', 'bench'].some((folder) => within(target, folder)) || isTest(target)) {
    return 'src never imports test code';
  }
  if (layer.path === 'src/features') return featureWhy(path, layer, target, typeOnly);
  if (within(target, layer.path) || layer.may.some((folder) => within(target, folder))) return undefined;
  return allowedAsType(layer, target, typeOnly)
    ? undefined
    : `${layer.path} may not import it${typesNote(layer, target)}`;
}

/** One feature knows nothing of another; the list in index.ts knows them all. */
function featureWhy(path: string, layer: Layer, target: string, typeOnly: boolean): string | undefined {
  if (layer.may.some((folder) => within(target, folder)) || allowedAsType(layer, target, typeOnly)) return undefined;
  if (!within(target, layer.path)) return 'src/features may not import it';
  const [own, other] = [feature(path), feature(target)];
  return own === 'index.ts' || own === other ? undefined : 'a feature imports no other feature';
}

function feature(path: string): string | undefined {
  return path.split('/')[2];
}

function allowedAsType(layer: Layer, target: string, typeOnly: boolean): boolean {
  return typeOnly && (layer.types ?? []).some((folder) => within(target, folder));
}

function typesNote(layer: Layer, target: string): string {
  return (layer.types ?? []).some((folder) => within(target, folder)) ? ' but for its types' : '';
}

export function isTest(path: string): boolean {
  return /\.(test|story|contract)\.ts$/.test(path);
}

function wordViolations(path: string, layer: Layer, source: string): readonly string[] {
  const all = tokens(source);
  return all.flatMap(({ kind, value, line }, at) => {
    if (kind !== 'word') return [];
    const before = all[at - 1]?.value;
    const after = all[at + 1]?.value;
    const random = value === 'Math' && after === '.' && all[at + 2]?.value === 'random';
    // A member or a property of that name is not the global.
    const member = before === '.' || before === '#' || (after === ':' && before !== '?');
    const why = random ? 'Math.random' : member ? undefined : forbidden(layer, value);
    return why === undefined || EXCEPTIONS.has(`${path} ${why}`) ? [] : [`${path}:${line} uses ${why}`];
  });
}

function forbidden(layer: Layer, word: string): string | undefined {
  if (layer.pure === true && PURE_WORDS.has(word)) return word;
  return layer.live === undefined && LIVE_WORDS.has(word) ? word : undefined;
}
