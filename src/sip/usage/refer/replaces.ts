import { parseValue, type Request } from '../../message/index.ts';

/** Which dialog is to be replaced, as its recipient sees it: `toTag` is his own (RFC 3891 §3). */
export interface Replaces {
  readonly callId: string;
  readonly toTag: string;
  readonly fromTag: string;
  /** Only while it has not been answered. */
  readonly earlyOnly: boolean;
}

/** A Replaces value; undefined when it is none. */
export function parseReplaces(text: string): Replaces | undefined {
  const parsed = parseValue(text);
  const toTag = parsed?.params.get('to-tag');
  const fromTag = parsed?.params.get('from-tag');
  if (parsed === undefined || parsed.value === '' || toTag === undefined || fromTag === undefined) return undefined;
  return { callId: parsed.value, toTag, fromTag, earlyOnly: parsed.params.has('early-only') };
}

export function printReplaces({ callId, toTag, fromTag, earlyOnly }: Replaces): string {
  return `${callId};to-tag=${toTag};from-tag=${fromTag}${earlyOnly ? ';early-only' : ''}`;
}

/** The dialog an INVITE replaces; undefined: none. More than one, or what cannot be read, is 400 (RFC 3891 §3). */
export function replacesIn({ headers }: Request): Replaces | 'malformed' | undefined {
  const [value, ...more] = headers.list('Replaces');
  if (value === undefined) return undefined;
  return (more.length === 0 ? parseReplaces(value) : undefined) ?? 'malformed';
}

/** The dialog a REFER outside any is meant for (RFC 4538 §4): `local` and `remote` are the sender's. */
export function targetDialogIn({ headers }: Request): Replaces | undefined {
  const parsed = parseValue(headers.get('Target-Dialog') ?? '');
  const local = parsed?.params.get('local-tag');
  const remote = parsed?.params.get('remote-tag');
  if (parsed === undefined || parsed.value === '' || local === undefined || remote === undefined) return undefined;
  return { callId: parsed.value, toTag: remote, fromTag: local, earlyOnly: false };
}
