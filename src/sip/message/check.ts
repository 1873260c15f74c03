import { digits, isSpace } from './characters.ts';
import { splitInto } from './list.ts';
import { NO_CSEQ, NO_NAME_ADDR, NO_URI, NO_VIA, type SipRequest, type SipResponse } from './message.ts';
import { parseVia } from './via.ts';

/** Lines of these names stand once (RFC 3261 §20; RFC 4475 §3.3.8, §3.3.9). */
const SINGLE = ['from', 'to', 'call-id', 'cseq'] as const;

/** Reading each costs; nobody has so many. */
const MAX_CONTACTS = 256;

/** Why a message is not well formed; undefined when it is. The body's length is checked where the octets are. */
export function flawOf(message: SipRequest | SipResponse): string | undefined {
  return fieldFlaw(message) ?? (message.kind === 'request' ? requestFlaw(message) : undefined);
}

function requestFlaw(request: SipRequest): string | undefined {
  if (request.uri === NO_URI) return 'Request-URI';
  // RFC 3261 §19.1.1 table 1, RFC 4475 §3.1.2.11: a Request-URI has no headers part.
  if (request.uri.headers !== '' || request.uriText.endsWith('?')) return 'headers in Request-URI';
  if (request.cseq.method !== request.method) return 'CSeq method';
  const hops = request.headers.count('max-forwards');
  if (hops === 0) return undefined;
  const left = digits(request.headers.get('max-forwards') ?? '');
  return hops > 1 || left === undefined || left > 255 ? 'Max-Forwards' : undefined;
}

function fieldFlaw(message: SipRequest | SipResponse): string | undefined {
  const { headers } = message;
  for (const name of SINGLE) if (headers.count(name) !== 1) return headers.has(name) ? `several ${name}` : `no ${name}`;
  if (message.via === NO_VIA || viaFlaw(message)) return 'Via';
  if (message.from === NO_NAME_ADDR) return 'From';
  if (message.to === NO_NAME_ADDR) return 'To';
  if (!isCallId(message.callId)) return 'Call-ID';
  if (message.cseq === NO_CSEQ) return 'CSeq';
  return headers.has('contact') ? contactFlaw(message) : undefined;
}

/** Empty values (RFC 4475 §3.1.2.1), or a top value whose parameters had to be left out to read it. */
function viaFlaw(message: SipRequest | SipResponse): boolean {
  const values: string[] = [];
  for (const line of message.headers.lines('via')) if (splitInto(values, line)) return true;
  const [top = ''] = values;
  return message.via.params.size === 0 && top.includes(';') && parseVia(top) === undefined;
}

function contactFlaw(message: SipRequest | SipResponse): string | undefined {
  const values: string[] = [];
  for (const line of message.headers.lines('contact')) if (splitInto(values, line)) return 'empty Contact';
  if (values.length === 1 && values[0] === '*') return undefined;
  if (values.length > MAX_CONTACTS) return 'too many Contact values';
  return message.contacts.length === values.length ? undefined : 'Contact';
}

function isCallId(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 32 || isSpace(code)) return false;
  }
  return text.length > 0;
}
