import { unquote } from '../message/index.ts';

/** `Digest name=value, name="value"`: one challenge, or one set of credentials. */
export interface AuthParams {
  /** In lower case. */
  readonly scheme: string;
  /** Names in lower case; values as written between their quotes, quoted-pairs unresolved: digests are made over them so. */
  readonly raw: ReadonlyMap<string, string>;
}

/** More than this, counted over the challenges of a line, is not read: a line of commas must stay cheap. */
const MAX_PARTS = 128;

/**
 * The challenges or credentials of one header line: usually one, several where a peer joined lines by commas (which RFC 3261
 * §20.7 and §20.44 forbid). What cannot be read ends the reading; nothing throws.
 */
export function parseAuth(line: string): readonly AuthParams[] {
  const found: { scheme: string; raw: Map<string, string> }[] = [];
  for (const part of splitParts(line)) {
    const { scheme, name, value } = part;
    if (scheme !== '') found.push({ scheme: scheme.toLowerCase(), raw: new Map() });
    const raw = found.at(-1)?.raw;
    if (raw !== undefined && name !== '' && !raw.has(name)) raw.set(name, value);
  }
  return found;
}

/** A parameter with its quoted-pairs resolved; undefined when there is none. */
export function plain(params: AuthParams, name: string): string | undefined {
  const value = params.raw.get(name);
  return value === undefined ? undefined : unquote(`"${value}"`);
}

interface Part {
  readonly scheme: string;
  readonly name: string;
  readonly value: string;
}

/** What stands between commas: `name=value`, or `scheme name=value` where a challenge begins. */
function splitParts(line: string): readonly Part[] {
  const parts: Part[] = [];
  for (let from = 0; from < line.length && parts.length < MAX_PARTS; ) {
    const equals = line.indexOf('=', from);
    const comma = line.indexOf(',', from);
    if (equals < 0 || (comma >= 0 && comma < equals)) {
      parts.push(named(line.slice(from, comma < 0 ? line.length : comma), ''));
      from = comma < 0 ? line.length : comma + 1;
      continue;
    }
    const start = skip(line, equals + 1);
    const quoted = line.charCodeAt(start) === 34;
    const end = quoted ? closingQuote(line, start + 1) : unquotedEnd(line, start);
    parts.push(named(line.slice(from, equals), line.slice(quoted ? start + 1 : start, end)));
    const next = line.indexOf(',', end);
    from = next < 0 ? line.length : next + 1;
  }
  return parts;
}

function named(text: string, value: string): Part {
  const words = text.trim().split(/[ \t]+/, 3);
  const [first = '', second] = words;
  if (second !== undefined) return { scheme: first, name: second.toLowerCase(), value };
  return { scheme: '', name: first.toLowerCase(), value };
}

function skip(line: string, from: number): number {
  let at = from;
  while (line.charCodeAt(at) === 32 || line.charCodeAt(at) === 9) at += 1;
  return at;
}

function unquotedEnd(line: string, from: number): number {
  let end = from;
  while (end < line.length && !' \t,'.includes(line.charAt(end))) end += 1;
  return end;
}

/** The place of the quote that closes; the line's end when none does. */
function closingQuote(line: string, from: number): number {
  let at = from;
  while (at < line.length && line.charCodeAt(at) !== 34) at += line.charCodeAt(at) === 92 ? 2 : 1;
  return Math.min(at, line.length);
}
