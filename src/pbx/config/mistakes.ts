import type { z } from 'zod';
import { StrowgerError } from '../../kernel/index.ts';
import { known, wanted } from './reference.ts';

/** One thing that is wrong with a configuration, and the keys that lead to it. */
export interface Mistake {
  readonly path: readonly PropertyKey[];
  readonly error: StrowgerError;
}

/** What the schema found, in our words. */
export function mistakesIn(issues: readonly z.core.$ZodIssue[], raw: unknown): readonly Mistake[] {
  return issues.flatMap((issue) => ofIssue(issue, raw));
}

function ofIssue(issue: z.core.$ZodIssue, raw: unknown): readonly Mistake[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => strangeKey([...path, key]));
  const why =
    issue.code === 'invalid_key' ? `the key ${quoted(path.at(-1))} is none` : reason(issue, valueAt(raw, path));
  const takes = issue.code === 'invalid_key' ? KEY : (wanted(path) ?? 'something else');
  return [{ path, error: new StrowgerError('E_CONFIG_VALUE', { why, wanted: takes }) }];
}

const KEY = 'a number or name without spaces';

function strangeKey(path: readonly PropertyKey[]): Mistake {
  const all = known(path.slice(0, -1));
  return { path, error: new StrowgerError('E_CONFIG_KEY', { key: quoted(path.at(-1)), known: all.join(', ') }) };
}

/** Our own sentences begin with `it`; a secret is never repeated. */
function reason(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === 'custom' && issue.message.startsWith('it ')) return issue.message;
  return `it is ${issue.path.includes('secret') ? 'something else' : described(value)}`;
}

function described(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a table';
  return typeof value === 'function' ? 'a function' : quoted(value);
}

const LONGEST = 60;

function quoted(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  let value = raw;
  for (const step of path) value = isTable(value) ? value[step] : undefined;
  return value;
}

/** What can have keys, a list too. */
export function isTable(value: unknown): value is Readonly<Record<PropertyKey, unknown>> {
  return typeof value === 'object' && value !== null;
}
