import { fromLatin1, latin1 } from '../../kernel/index.ts';
import type { Message } from '../message/types.ts';

/** One part of a multipart body (RFC 5621, RFC 2046 §5.1). */
export interface Part {
  /** Media type in lower case, without parameters; `text/plain` when none is named (RFC 2046 §5.1). */
  readonly type: string;
  /** Disposition type in lower case; '' when none is named. */
  readonly disposition: string;
  /** It may be ignored when it is not understood (RFC 3261 §20.11). */
  readonly optional: boolean;
  readonly body: Uint8Array;
}

/** The parts of a multipart body, those of nested ones (RFC 5621 §3.2) too; undefined when it has no boundary, or no part. */
export function partsOf({ headers, body }: Message): readonly Part[] | undefined {
  const found = split(headers.get('Content-Type') ?? '', latin1(body), 0);
  return found.length === 0 ? undefined : found;
}

/** Deeper than this nobody nests in good faith. */
const deepest = 4;

function split(contentType: string, text: string, depth: number): readonly Part[] {
  const boundary = /;\s*boundary\s*=\s*(?:"((?:[^"\\]|\\.)+)"|([^\s;]+))/i.exec(contentType);
  const delimiter = boundary?.[1]?.replace(/\\(.)/g, '$1') ?? boundary?.[2];
  if (delimiter === undefined || depth > deepest) return [];
  const [, ...chunks] = `\r\n${text}`.split(`\r\n--${delimiter}`);
  const end = chunks.findIndex((chunk) => chunk.startsWith('--'));
  return chunks.slice(0, end < 0 ? chunks.length : end).flatMap((chunk) => read(chunk, depth));
}

/** What stands after a delimiter: the rest of its line, header lines, an empty line, the body. */
function read(chunk: string, depth: number): readonly Part[] {
  const line = chunk.indexOf('\r\n');
  if (line < 0 || chunk.slice(0, line).trim() !== '') return [];
  const rest = chunk.slice(line);
  const gap = rest.indexOf('\r\n\r\n');
  if (gap < 0) return [];
  const head = rest.slice(0, gap);
  const text = rest.slice(gap + 4);
  const contentType = field(head, 'Content-Type|c') || 'text/plain';
  if (/^multipart\//i.test(contentType)) return split(contentType, text, depth + 1);
  const disposition = field(head, 'Content-Disposition');
  return [
    {
      type: word(contentType),
      disposition: word(disposition),
      optional: mayIgnore(disposition),
      body: fromLatin1(text),
    },
  ];
}

/** RFC 3261 §20.11: `handling=optional`. */
export function mayIgnore(disposition: string): boolean {
  return /;\s*handling\s*=\s*"?optional/i.test(disposition);
}

function field(head: string, name: string): string {
  return new RegExp(`\r\n(?:${name})[ \t]*:[ \t]*([^\r]*)`, 'i').exec(head)?.[1]?.trim() ?? '';
}

function word(value: string): string {
  const end = value.indexOf(';');
  return (end < 0 ? value : value.slice(0, end)).trim().toLowerCase();
}
