import { type Field, parseNameAddr, parseUri, type Request, type Uri } from '../../message/index.ts';
import { parseReplaces, type Replaces } from './replaces.ts';

/** What a REFER asks for. */
export interface Refer {
  /** Where to, without headers; `uriText` as it is to stand in a Request-URI. */
  readonly uri: Uri;
  readonly uriText: string;
  /** The dialog to take over there. */
  readonly replaces: Replaces | undefined;
  /** Who refers, word for word (RFC 3892). */
  readonly referredBy: string | undefined;
}

/** Why a REFER is refused at once. */
export interface NotRead {
  readonly status: 400 | 403 | 416;
  readonly reasonPhrase: string;
}

/** Reads a REFER (RFC 3515 §2.4.1): exactly one Refer-To, and that a call to a telephone. */
export function readRefer({ headers }: Request): Refer | NotRead {
  const [value, ...more] = headers.list('Refer-To');
  if (value === undefined) return { status: 400, reasonPhrase: 'Missing Refer-To' };
  const uri = more.length > 0 ? undefined : (parseNameAddr(value)?.uri ?? parseUri(value));
  if (uri === undefined) return { status: 400, reasonPhrase: 'Bad Refer-To' };
  if (!['sip', 'sips', 'tel'].includes(uri.scheme)) return { status: 416, reasonPhrase: 'Unsupported URI Scheme' };
  if ((uri.params.get('method') ?? 'INVITE').toUpperCase() !== 'INVITE')
    return { status: 403, reasonPhrase: 'Forbidden' };
  const wanted = uriHeader(uri.headers, 'replaces');
  const replaces = wanted === undefined ? undefined : parseReplaces(wanted);
  if (wanted !== undefined && replaces === undefined) return { status: 400, reasonPhrase: 'Bad Replaces' };
  return { uri, uriText: withoutHeaders(value, uri), replaces, referredBy: headers.get('Referred-By') };
}

/** RFC 4488: the referrer wants no reports. */
export function wantsReports({ headers }: Request): boolean {
  return headers.get('Refer-Sub')?.trim().toLowerCase().startsWith('false') !== true;
}

export function referSub(reports: boolean): readonly Field[] {
  return reports ? [] : [['Refer-Sub', 'false']];
}

/** A header of a URI (RFC 3261 §19.1.1 `?name=value&…`), unescaped; undefined: not there. */
function uriHeader(text: string, name: string): string | undefined {
  for (const part of text.split('&')) {
    const equals = part.indexOf('=');
    if (equals > 0 && part.slice(0, equals).toLowerCase() === name) return unescaped(part.slice(equals + 1));
  }
  return undefined;
}

/** What is no escape makes the whole unreadable: ''. */
function unescaped(text: string): string {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return '';
  return text.replace(/%([0-9a-fA-F]{2})/g, (_, octet: string) => String.fromCharCode(Number.parseInt(octet, 16)));
}

function withoutHeaders(value: string, uri: Uri): string {
  const text = parseNameAddr(value)?.uriText ?? value;
  return uri.headers === '' ? text : text.slice(0, text.indexOf('?'));
}
