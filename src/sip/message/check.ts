import { digits, isSpace } from './characters.ts';
import type { HeaderLines } from './header-lines.ts';
import { splitInto } from './list.ts';
import { NO_CSEQ, type SipRequest, type SipResponse } from './message.ts';
import { isNameAddr } from './name-addr.ts';
import { isUri } from './uri.ts';
import { isVia } from './via.ts';

/** Reading each costs; nobody has so many. */
const MAX_CONTACTS = 256;

/**
 * Why a message is not well formed; undefined when it is. The body's length is checked where the octets are. Of most fields
 * only the form is looked at here, and nothing built: they are taken apart when somebody asks.
 */
export function flawOf(message: SipRequest | SipResponse): string | undefined {
  return fieldFlaw(message) ?? (message.kind === 'request' ? requestFlaw(message) : undefined);
}

function requestFlaw(request: SipRequest): string | undefined {
  const { uriText } = request;
  if (!isUri(uriText)) return 'Request-URI';
  // RFC 3261 §19.1.1 table 1, RFC 4475 §3.1.2.11: a Request-URI has no headers part.
  if (uriText.includes('?') && (request.uri.headers !== '' || uriText.endsWith('?'))) return 'headers in Request-URI';
  if (request.cseq.method !== request.method) return 'CSeq method';
  const hops = request.headers.one('max-forwards');
  if (hops === undefined && !request.headers.has('max-forwards')) return undefined;
  const left = digits(hops ?? '');
  return left === undefined || left > 255 ? 'Max-Forwards' : undefined;
}

function fieldFlaw(message: SipRequest | SipResponse): string | undefined {
  const { headers } = message;
  const from = headers.one('from');
  const to = headers.one('to');
  const callId = headers.one('call-id');
  if (from === undefined) return notOne(headers, 'from');
  if (to === undefined) return notOne(headers, 'to');
  if (callId === undefined) return notOne(headers, 'call-id');
  if (headers.one('cseq') === undefined) return notOne(headers, 'cseq');
  if (viaFlaw(headers)) return 'Via';
  if (!isNameAddr(from)) return 'From';
  if (!isNameAddr(to)) return 'To';
  if (!isCallId(callId)) return 'Call-ID';
  if (message.cseq === NO_CSEQ) return 'CSeq';
  return headers.has('contact') ? contactFlaw(headers) : undefined;
}

/** Lines of these names stand once (RFC 3261 §20; RFC 4475 §3.3.8, §3.3.9). */
function notOne(headers: HeaderLines, name: string): string {
  return headers.has(name) ? `several ${name}` : `no ${name}`;
}

/** Empty values (RFC 4475 §3.1.2.1), or a top value that cannot be read. */
function viaFlaw(headers: HeaderLines): boolean {
  const line = headers.one('via');
  if (line !== undefined && !line.includes(',')) return !isVia(line);
  const values: string[] = [];
  for (const one of headers.lines('via')) if (splitInto(values, one)) return true;
  return !isVia(values[0] ?? '');
}

function contactFlaw(headers: HeaderLines): string | undefined {
  const line = headers.one('contact');
  if (line !== undefined && !line.includes(',') && isNameAddr(line)) return undefined;
  const values: string[] = [];
  for (const one of headers.lines('contact')) if (splitInto(values, one)) return 'empty Contact';
  if (values.length === 1 && values[0] === '*') return undefined;
  if (values.length > MAX_CONTACTS) return 'too many Contact values';
  return values.every(isNameAddr) ? undefined : 'Contact';
}

function isCallId(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 32 || isSpace(code)) return false;
  }
  return text.length > 0;
}
