import { ALGORITHMS } from '../../sip/auth/index.ts';
import type { Account } from '../config.ts';
import type { Settings } from './settings.ts';

/** One key that is not as it was. Values are left out where they are secret or code. */
export interface Difference {
  readonly change: 'added' | 'removed' | 'changed';
  /** Dotted. */
  readonly key: string;
  /** As JSON. */
  readonly from?: string;
  readonly to?: string;
}

/** Keys whose meaning is fixed when the exchange starts: sockets and secrets were made with them. */
const FIXED = ['realm', 'listen', 'tls', 'nameServers', 'rtp', 'sounds', 'timers', 'watchdog'];

/** What differs between two configurations, a line for each key. A dialplan in code may always have changed. */
export function differences(before: Settings, after: Settings): readonly Difference[] {
  const unshown = [...secretChanges(before, after), ...pinChanges(before, after)];
  return [...between('', before.written, after.written), ...unshown].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Those among them that need a restart. */
export function fixed(all: readonly Difference[]): readonly string[] {
  return all.map(({ key }) => key).filter((key) => FIXED.includes(key.split('.')[0] ?? ''));
}

function between(path: string, before: unknown, after: unknown): readonly Difference[] {
  if (isPlain(before) && isPlain(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => between(path === '' ? key : `${path}.${key}`, before[key], after[key]));
  }
  const code = typeof before === 'function' && typeof after === 'function';
  if (!code && JSON.stringify(before) === JSON.stringify(after) && typeof before === typeof after) return [];
  return [{ change: kind(before, after), key: path, ...shown(path, before, after) }];
}

function kind(before: unknown, after: unknown): Difference['change'] {
  if (before === undefined) return 'added';
  return after === undefined ? 'removed' : 'changed';
}

function shown(path: string, before: unknown, after: unknown): Pick<Difference, 'from' | 'to'> {
  const small = (value: unknown): value is string | number | boolean | readonly unknown[] =>
    value !== undefined && typeof value !== 'function' && !isPlain(value) && path !== '';
  return {
    ...(small(before) ? { from: JSON.stringify(before) } : {}),
    ...(small(after) ? { to: JSON.stringify(after) } : {}),
  };
}

/** A password may stand in another file that changed under the same name: its hashes tell. */
function secretChanges(before: Settings, after: Settings): readonly Difference[] {
  const old = new Map(before.exchange.accounts.map((account) => [account.number, account.secrets]));
  return after.exchange.accounts.flatMap(({ number, secrets }): readonly Difference[] => {
    const was = old.get(number);
    if (!old.has(number) || same(was, secrets)) return [];
    return [{ change: kind(was, secrets), key: `endpoints.${number}.secret` }];
  });
}

function pinChanges(before: Settings, after: Settings): readonly Difference[] {
  return Object.entries(after.rooms).flatMap(([number, room]) => {
    const old = before.rooms[number];
    if (old === undefined) return [];
    const changed = (['pin', 'moderatorPin'] as const).filter((key) => room[key] !== old[key]);
    return changed.map((key) => ({ change: kind(old[key], room[key]), key: `conference.${number}.${key}` }));
  });
}

/** Of the same password, where both have a hash to compare. */
function same(a: Account['secrets'], b: Account['secrets']): boolean {
  if (a === undefined || b === undefined) return a === b;
  return ALGORITHMS.every((one) => a[one] === undefined || b[one] === undefined || a[one] === b[one]);
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
