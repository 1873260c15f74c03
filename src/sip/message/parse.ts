import { latin1 } from '../../kernel/index.ts';
import { digits } from './characters.ts';
import { flawOf } from './check.ts';
import { type HeaderBlock, readHeaders } from './header-block.ts';
import { CONTENT_LENGTH } from './header-name.ts';
import { NO_CSEQ, NO_VIA, SipRequest, SipResponse } from './message.ts';
import { parseStartLine, plainRequestLine, type StartLine } from './start-line.ts';
import type { Malformed, Parsed } from './types.ts';

/** What a datagram can carry; longer messages are refused on streams too. */
export const MAX_OCTETS = 65_535;

/**
 * Reads one message: a datagram, or what a stream's framing cut out. Never throws. A Request or Response that comes out is
 * well formed as far as the message layer can tell; its typed fields exist. CRLFs before it are skipped, octets behind the
 * length it says are dropped (RFC 3261 §7.5, §18.3).
 */
export function parse(bytes: Uint8Array): Parsed {
  const text = latin1(bytes, 0, Math.min(bytes.length, MAX_OCTETS));
  const start = skipBreaks(text);
  const lineEnd = text.indexOf('\r\n', start);
  const line =
    lineEnd < 0 ? undefined : (plainRequestLine(text, start, lineEnd) ?? parseStartLine(text.slice(start, lineEnd)));
  if (line === undefined) return { kind: 'malformed', why: 'start line' };
  const blank = text.indexOf('\r\n\r\n', lineEnd);
  const block = readHeaders(text, lineEnd + 2, (blank < 0 ? text.lastIndexOf('\r\n') : blank) + 2);
  const length = blank < 0 ? 'no empty line' : bodyLength(block, bytes.length - blank - 4);
  // Wire text until somebody asks for it: most bodies are read once or never.
  const body = typeof length === 'string' ? '' : text.slice(blank + 4, blank + 4 + length);
  const flaw = typeof length === 'string' ? length : undefined;
  return line.kind === 'request'
    ? readRequest(line, block, body, flaw, bytes.length)
    : readResponse(line, block, body, flaw, bytes.length);
}

function skipBreaks(text: string): number {
  let at = 0;
  while (text.charCodeAt(at) === 13 || text.charCodeAt(at) === 10) at += 1;
  return at;
}

/** How long the body is, of the octets that are there; or why there is none (RFC 3261 §18.3, §20.14). */
function bodyLength({ headers, there, several }: HeaderBlock, octets: number): number | string {
  if ((there & CONTENT_LENGTH) === 0) return octets;
  const length = (several & CONTENT_LENGTH) === 0 ? digits(headers.first('content-length') ?? '') : undefined;
  if (length === undefined) return 'Content-Length';
  return length > octets ? 'body shorter than Content-Length' : length;
}

function readRequest(
  line: StartLine & { kind: 'request' },
  block: HeaderBlock,
  body: string,
  flaw: string | undefined,
  octets: number,
): Parsed {
  const made = new SipRequest(line.method, line.uriText, block.headers, body);
  if (line.version !== '2.0') return malformed(made, `version ${line.version}`, 505);
  if (octets > MAX_OCTETS) return malformed(made, 'too many octets', 413);
  if (block.tooMany) return malformed(made, 'too many header lines', 413);
  const why = line.flaw ?? block.flaw ?? flaw ?? flawOf(made, block, line.plainUri);
  return why === undefined ? made : malformed(made, why, 400);
}

function readResponse(
  line: StartLine & { kind: 'response' },
  block: HeaderBlock,
  body: string,
  flaw: string | undefined,
  octets: number,
): Parsed {
  if (flaw !== undefined) return { kind: 'malformed', why: flaw };
  const made = new SipResponse(line.status, line.reasonPhrase, block.headers, body);
  const tooLarge = octets > MAX_OCTETS || block.tooMany;
  const why = tooLarge ? 'too large' : (block.flaw ?? flawOf(made, block, false));
  return why === undefined ? made : { kind: 'malformed', why };
}

function malformed(request: SipRequest, why: string, answerWith: 400 | 413 | 505): Malformed {
  return isAnswerable(request) ? { kind: 'malformed', why, answerWith, request } : { kind: 'malformed', why };
}

/** What RFC 3261 §8.2.6.2 copies into a response is there. An ACK is never answered (§17). */
function isAnswerable(request: SipRequest): boolean {
  const { headers } = request;
  return (
    request.method !== 'ACK' &&
    request.via !== NO_VIA &&
    (headers.get('from') ?? '') !== '' &&
    (headers.get('to') ?? '') !== '' &&
    request.callId !== '' &&
    (request.cseq !== NO_CSEQ || (headers.get('cseq') ?? '') !== '')
  );
}
