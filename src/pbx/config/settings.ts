import { type Crypto, StrowgerError } from '../../kernel/index.ts';
import { ha1 } from '../../sip/auth/index.ts';
import type { Account, ForwardPolicy, TransferPolicy, ExchangeConfig } from '../config.ts';
import type { RoomOptions } from '../conference/room.ts';
import { type DialplanBuilder, dialplan } from '../dialplan.ts';
import { type Duration, milliseconds } from '../duration.ts';
import type { Application } from '../script.ts';
import { STAR_CODES, starPatterns } from '../star-codes.ts';
import { tableRules } from './extensions.ts';
import { type Mistake, mistakesIn } from './mistakes.ts';
import { type Completed, configuration } from './schema.ts';
import { tableMistakes, tablesAt } from './table.ts';

/** What a configuration says, ready to be followed. */
export interface Settings {
  readonly exchange: Omit<ExchangeConfig, 'version' | 'node'>;
  readonly rules: (builder: DialplanBuilder) => void;
  /** Conference rooms by number. */
  readonly rooms: Readonly<Record<string, RoomOptions>>;
  /** Whether the usual star codes are dialled. */
  readonly starCodes: boolean;
  readonly parking:
    | {
        readonly spaces: readonly [first: number, last: number];
        readonly entrance: string;
        readonly timeout?: Duration;
        readonly ring?: Duration;
        readonly rounds?: number;
      }
    | undefined;
  /** What its extensions run, besides what everybody's can. */
  readonly applications: Readonly<Record<string, Application<never, unknown>>>;
  readonly drainMs: number;
  readonly watchdogMs: number | 'off';
  /** As it was written, with all that was left out and without secrets. */
  readonly written: Completed;
}

export interface SettingsPorts {
  readonly crypto: Crypto;
  /** The text of a file that the configuration names, or why it cannot be read. */
  readonly text: (file: string) => { readonly text: string } | { readonly why: string };
  /** Whether a file or folder that it names is there. */
  readonly exists: (file: string) => boolean;
  /** Applications that every configuration can name; left out: none. */
  readonly applications?: readonly string[];
}

export type Checked =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] };

/** Takes what a file holds, and finds everything that is wrong with it at once. */
export function settingsFrom(raw: unknown, ports: SettingsPorts): Checked {
  const parsed = configuration.safeParse(raw);
  const secrets = secretsIn(raw, ports);
  const mistakes = [
    ...(parsed.success ? [] : mistakesIn(parsed.error.issues, raw)),
    ...secrets.mistakes,
    ...tableMistakes(raw, ports.applications),
    ...(parsed.success
      ? [...limitMistakes(parsed.data), ...fileMistakes(parsed.data, ports), ...planMistakes(parsed.data)]
      : []),
  ];
  if (mistakes.length > 0 || !parsed.success) return { ok: false, mistakes };
  return { ok: true, settings: settings(parsed.data, accounts(parsed.data, secrets.found, ports.crypto)) };
}

function settings(written: Completed, all: readonly Account[]): Settings {
  const { realm, algorithms, codecs, maxContacts, surplus, pathUnasked, network, registration, qualify, timers } =
    written;
  return {
    exchange: {
      realm,
      accounts: all,
      algorithms,
      codecs,
      tones: written.tones,
      maxContacts,
      surplus,
      pathUnasked,
      ...(network && { network }),
      sessionTimer: sessionSeconds(written.sessionTimer),
      mediaTimeout: milliseconds(written.mediaTimeout),
      video: written.video,
      language: written.language,
      timeZone: written.timeZone,
      ...(written.keys && { keys: present(written.keys) }),
      registration: {
        floor: seconds(registration.floor),
        ceiling: seconds(registration.ceiling),
        usual: seconds(registration.usual),
      },
      qualify: { every: seconds(qualify.every), behindNat: seconds(qualify.behindNat) },
      timers: { t1: milliseconds(timers.T1), t2: milliseconds(timers.T2), t4: milliseconds(timers.T4) },
    },
    rules: rulesOf(written),
    rooms: Object.fromEntries(Object.entries(written.conference).map(([number, room]) => [number, present(room)])),
    starCodes: written.starCodes,
    parking: written.parking && parkingIn(written.parking),
    applications: written.applications,
    drainMs: milliseconds(written.drain),
    watchdogMs: written.watchdog === 'off' ? 'off' : milliseconds(written.watchdog),
    written: { ...written, endpoints: withoutSecrets(written.endpoints), conference: withoutPins(written.conference) },
  };
}

function withoutSecrets(endpoints: Completed['endpoints']): Completed['endpoints'] {
  return Object.fromEntries(Object.entries(endpoints).map(([number, { secret: _secret, ...rest }]) => [number, rest]));
}

function withoutPins(rooms: Completed['conference']): Completed['conference'] {
  return Object.fromEntries(
    Object.entries(rooms).map(([number, { pin: _pin, moderatorPin: _moderatorPin, ...rest }]) => [number, rest]),
  );
}

function seconds(duration: Duration): number {
  return Math.floor(milliseconds(duration) / 1000);
}

function sessionSeconds(written: Completed['sessionTimer']): number | 'off' {
  return written === 'off' ? 'off' : seconds(written);
}

function rulesOf({ dialplan: written, extensions, endpoints }: Completed): (builder: DialplanBuilder) => void {
  const numbers = new Set(Object.keys(endpoints));
  return (builder) => {
    written?.(builder);
    tableRules(builder, extensions, numbers);
  };
}

function accounts(
  { realm, algorithms, endpoints }: Completed,
  secrets: ReadonlyMap<string, string>,
  crypto: Crypto,
): readonly Account[] {
  return Object.entries(endpoints).map(([number, { secret: _secret, secretFile: _file, callerId, ...rest }]) => {
    const word = secrets.get(number);
    const hashed = (rest.algorithms ?? algorithms).map((one) => [one, ha1(crypto, one, number, realm, word ?? '')]);
    const told = { name: callerId?.name ?? rest.name, number: callerId?.number ?? number };
    return present({
      ...rest,
      number,
      secrets: word === undefined ? undefined : Object.fromEntries(hashed),
      callerId: callerId && told,
      transfer: rest.transfer && transferPolicy(rest.transfer),
      forward: rest.forward && forwardPolicy(rest.forward),
      keys: rest.keys && present(rest.keys),
      sessionTimer: rest.sessionTimer && sessionSeconds(rest.sessionTimer),
      mediaTimeout: rest.mediaTimeout && milliseconds(rest.mediaTimeout),
    });
  });
}

function forwardPolicy({ after, ...rest }: NonNullable<Completed['endpoints'][string]['forward']>): ForwardPolicy {
  return present({ ...rest, after: after && milliseconds(after) });
}

function parkingIn({ first, last, ...rest }: NonNullable<Completed['parking']>): NonNullable<Settings['parking']> {
  return { spaces: [first, last], ...present(rest) };
}

function transferPolicy({
  to,
  failed,
  ringBack,
}: NonNullable<Completed['endpoints'][string]['transfer']>): TransferPolicy {
  const otherwise = failed === undefined || failed === 'recall' || failed === 'hangup' ? failed : { number: failed };
  return present({ to, failed: otherwise, ringBack: ringBack && milliseconds(ringBack) });
}

/** Without the keys that have no value. */
function present<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never;
}

interface Found {
  readonly found: ReadonlyMap<string, string>;
  readonly mistakes: readonly Mistake[];
}

/** The secret of each endpoint; read off what is written, for one mistake elsewhere must not hide another here. */
function secretsIn(raw: unknown, { text }: SettingsPorts): Found {
  const found = new Map<string, string>();
  const mistakes: Mistake[] = [];
  for (const [number, endpoint] of tablesAt(raw, 'endpoints')) {
    const { secret, secretFile, addresses } = endpoint;
    const path = ['endpoints', number];
    if (secret !== undefined && secretFile !== undefined) mistakes.push(twice(path));
    else if (typeof secret === 'string' || typeof secret === 'number') found.set(number, String(secret));
    else if (typeof secretFile === 'string') {
      const read = lineOf(text(secretFile));
      if ('text' in read) found.set(number, read.text);
      else mistakes.push({ path: [...path, 'secretFile'], error: unread(number, read.why) });
    } else if (
      secret === undefined &&
      secretFile === undefined &&
      (!Array.isArray(addresses) || addresses.length === 0)
    )
      mistakes.push({ path, error: new StrowgerError('E_CONFIG_SECRET', { number }) });
  }
  return { found, mistakes };
}

function lineOf(read: ReturnType<SettingsPorts['text']>): ReturnType<SettingsPorts['text']> {
  if ('why' in read) return read;
  const [line = '', ...rest] = read.text.replace(/\r?\n$/, '').split('\n');
  return line !== '' && rest.length === 0 ? { text: line } : { why: 'it does not hold one line' };
}

function twice(path: readonly string[]): Mistake {
  const facts = { why: 'it has a secret and a secretFile', wanted: 'one of them' };
  return { path: [...path, 'secretFile'], error: new StrowgerError('E_CONFIG_VALUE', facts) };
}

function unread(number: string, why: string): StrowgerError {
  return new StrowgerError('E_CONFIG_SECRET_FILE', { number, why });
}

function limitMistakes({ registration: { floor, usual, ceiling } }: Completed): readonly Mistake[] {
  const rising = milliseconds(floor) <= milliseconds(usual) && milliseconds(usual) <= milliseconds(ceiling);
  if (rising && seconds(usual) > 0) return [];
  const facts = {
    why: `floor ${floor}, usual ${usual}, ceiling ${ceiling}`,
    wanted: 'a floor, a usual and a ceiling that rise, the usual at least a second',
  };
  return [{ path: ['registration'], error: new StrowgerError('E_CONFIG_VALUE', facts) }];
}

function fileMistakes({ sounds, tls }: Completed, { exists }: SettingsPorts): readonly Mistake[] {
  const named: (readonly [readonly PropertyKey[], string])[] = [
    ...sounds.map((folder, at) => [['sounds', at], folder] as const),
    ...(tls?.authorities ?? []).map((file, at) => [['tls', 'authorities', at], file] as const),
    ...(['certificate', 'key'] as const).flatMap((key) => {
      const pem = tls?.[key];
      return pem === undefined ? [] : [[['tls', key], pem] as const];
    }),
  ];
  const missing = named.filter(([, file]) => !exists(file));
  return missing.map(([path]) => {
    const facts = {
      why: 'it does not exist',
      wanted: 'the name of one that does, from the folder of the configuration',
    };
    return { path, error: new StrowgerError('E_CONFIG_VALUE', facts) };
  });
}

/** What is dialled besides extensions and the dialplan's rules. */
function besides({ conference, starCodes, parking }: Completed): readonly string[] {
  const { first = 0, last = -1, entrance } = parking ?? {};
  return [
    ...Object.keys(conference),
    ...(starCodes ? starPatterns(STAR_CODES) : []),
    ...(entrance === undefined ? [] : [entrance]),
    ...Array.from({ length: last - first + 1 }, (_, at) => String(first + at)),
  ];
}

/** A dialplan is tried before anything follows it. */
function planMistakes(written: Completed): readonly Mistake[] {
  try {
    dialplan((builder) => {
      rulesOf(written)(builder);
      for (const number of besides(written)) builder.on(number, () => undefined);
    });
    return [];
  } catch (error) {
    const path = [written.dialplan === undefined ? 'extensions' : 'dialplan'];
    const sentences = (error instanceof Error ? error.message : String(error)).split('\n');
    return sentences.map((why) => ({ path, error: new StrowgerError('E_CONFIG_DIALPLAN', { why }, { cause: error }) }));
  }
}
