import { digits, isSpace } from './characters.ts';
import type { HeaderBlock } from './header-block.ts';
import type { HeaderLines } from './header-lines.ts';
import { CALL_ID, CONTACT, CSEQ, FROM, MAX_FORWARDS, TO, VIA } from './header-name.ts';
import { splitInto } from './list.ts';
import { NO_CSEQ, type SipRequest, type SipResponse } from './message.ts';
import { isNameAddr } from './name-addr.ts';
import { isUri } from './uri.ts';
import { isVia } from './via.ts';

/** Reading each costs; nobody has so many. */
const MAX_CONTACTS = 256;

/** What was seen of the lines on the way. */
type Seen = Pick<HeaderBlock, 'there' | 'several' | 'odd'>;

/**
 * Why a message is not well formed; undefined when it is. The body's length is checked where the octets are. Of most fields
 * only the form is looked at here, and nothing built: they are taken apart when somebody asks. `plainUri`: the Request-URI was
 * seen to be sound.
 */
export function flawOf(message: SipRequest | SipResponse, seen: Seen, plainUri: boolean): string | undefined {
  return fieldFlaw(message, seen) ?? (message.kind === 'request' ? requestFlaw(message, seen, plainUri) : undefined);
}

function requestFlaw(request: SipRequest, { there, several }: Seen, plainUri: boolean): string | undefined {
  const { uriText } = request;
  if (!plainUri && !isUri(uriText)) return 'Request-URI';
  // RFC 3261 §19.1.1 table 1, RFC 4475 §3.1.2.11: a Request-URI has no headers part.
  if (!plainUri && uriText.includes('?') && (request.uri.headers !== '' || uriText.endsWith('?')))
    return 'headers in Request-URI';
  if (request.cseq.method !== request.method) return 'CSeq method';
  if ((there & MAX_FORWARDS) === 0) return undefined;
  const left = (several & MAX_FORWARDS) === 0 ? digits(request.headers.first('max-forwards') ?? '') : undefined;
  return left === undefined || left > 255 ? 'Max-Forwards' : undefined;
}

/** Lines of these names stand once (RFC 3261 §20; RFC 4475 §3.3.8, §3.3.9). */
const ONCE = FROM | TO | CALL_ID | CSEQ;
const NAMES = [
  [FROM, 'from'],
  [TO, 'to'],
  [CALL_ID, 'call-id'],
  [CSEQ, 'cseq'],
] as const;

function fieldFlaw(message: SipRequest | SipResponse, { there, several, odd }: Seen): string | undefined {
  const { headers } = message;
  if ((there & ONCE) !== ONCE || (several & ONCE) !== 0) return notOnce(there, several);
  if (((odd | ~there) & VIA) !== 0 && viaFlaw(headers)) return 'Via';
  if ((odd & FROM) !== 0 && !isNameAddr(headers.first('from') ?? '')) return 'From';
  if ((odd & TO) !== 0 && !isNameAddr(headers.first('to') ?? '')) return 'To';
  if ((odd & CALL_ID) !== 0 && !isCallId(headers.first('call-id') ?? '')) return 'Call-ID';
  if (message.cseq === NO_CSEQ) return 'CSeq';
  return (odd & CONTACT) === 0 ? undefined : contactFlaw(headers);
}

function notOnce(there: number, several: number): string | undefined {
  for (const [bit, name] of NAMES) {
    if ((there & bit) === 0) return `no ${name}`;
    if ((several & bit) !== 0) return `several ${name}`;
  }
  return undefined;
}

/** Empty values (RFC 4475 §3.1.2.1), or a top value that cannot be read. */
function viaFlaw(headers: HeaderLines): boolean {
  const values: string[] = [];
  for (const one of headers.lines('via')) if (splitInto(values, one)) return true;
  return !isVia(values[0] ?? '');
}

function contactFlaw(headers: HeaderLines): string | undefined {
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
