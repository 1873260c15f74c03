import { all, digits, isToken, TOKEN, trimmed } from './characters.ts';
import { plainUriEnd } from './plain.ts';

/** The first line of a message. `flaw`: it can be understood, but is not what RFC 3261 §7.1 and §7.2 allow. */
export type StartLine =
  | {
      readonly kind: 'request';
      method: string;
      uriText: string;
      version: string;
      flaw: string | undefined;
      /** The URI is seen to be sound. */
      plainUri: boolean;
    }
  | { readonly kind: 'response'; status: number; reasonPhrase: string };

const METHODS = new Map(
  'INVITE ACK BYE CANCEL REGISTER OPTIONS PRACK UPDATE INFO SUBSCRIBE NOTIFY REFER MESSAGE PUBLISH'
    .split(' ')
    .map((method) => [method, method]),
);

/** A Request-Line as nearly all are, from `from` to `to`; undefined: it has to be looked at. */
export function plainRequestLine(text: string, from: number, to: number): StartLine | undefined {
  const strict = to - 8;
  const space = text.indexOf(' ', from);
  if (space >= strict || !text.startsWith(' SIP/2.0', strict)) return undefined;
  const method = METHODS.get(text.slice(from, space));
  if (method === undefined || plainUriEnd(text, space + 1) !== strict) return undefined;
  const uriText = text.slice(space + 1, strict);
  return { kind: 'request', method, uriText, version: '2.0', flaw: undefined, plainUri: true };
}

/** undefined when it is neither Request-Line nor Status-Line. */
export function parseStartLine(line: string): StartLine | undefined {
  return line.charAt(3) === '/' && versionEnd(line, 0) > 0 ? statusLine(line) : requestLine(line);
}

/** SIP-Version SP Status-Code SP Reason-Phrase; a missing last space is forgiven. */
function statusLine(line: string): StartLine | undefined {
  if (!line.startsWith('2.0 ', 4)) return undefined;
  const status = digits(line, 8, 11);
  if (status === undefined || line.length < 11 || status < 100 || status > 699) return undefined;
  if ((line.length > 11 && line.charCodeAt(11) !== 32) || holdsBreak(line)) return undefined;
  return { kind: 'response', status, reasonPhrase: line.slice(12) };
}

/** A CR or LF that stands alone would end the line for others. */
function holdsBreak(line: string): boolean {
  return line.includes('\r') || line.includes('\n');
}

/** Method SP Request-URI SP SIP-Version; more white space is read, as a flaw (RFC 4475 §3.1.2.7 to §3.1.2.10). */
function requestLine(line: string): StartLine | undefined {
  const from = line.indexOf(' ');
  const method = line.slice(0, Math.max(0, from));
  if (!isToken(method) || holdsBreak(line)) return undefined;
  const strict = line.lastIndexOf(' ');
  if (line.endsWith(' SIP/2.0') || versionEnd(line, strict + 1) === line.length) {
    const uriText = line.slice(from + 1, strict);
    const flaw =
      uriText === '' || uriText.includes(' ') || uriText.includes('\t') ? 'white space in Request-Line' : undefined;
    return { kind: 'request', method, uriText, version: line.slice(strict + 5), flaw, plainUri: false };
  }
  const rest = trimmed(line, from, line.length);
  const last = rest.lastIndexOf(' ');
  if (last < 0 || versionEnd(rest, last + 1) !== rest.length) return undefined;
  const uriText = trimmed(rest, 0, last);
  const flaw = 'white space in Request-Line';
  return { kind: 'request', method, uriText, version: rest.slice(last + 5), flaw, plainUri: false };
}

/** The place behind `SIP/1*DIGIT.1*DIGIT` at `from`, whatever the case of its letters; -1 when none stands there. */
function versionEnd(line: string, from: number): number {
  if (line.slice(from, from + 4).toUpperCase() !== 'SIP/') return -1;
  const dot = line.indexOf('.', from);
  if (dot < 0 || digits(line, from + 4, dot) === undefined) return -1;
  let end = dot + 1;
  while (line.charCodeAt(end) >= 48 && line.charCodeAt(end) <= 57) end += 1;
  return end > dot + 1 && all(TOKEN, line, dot, end) ? end : -1;
}
