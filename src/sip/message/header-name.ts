/** Compact forms (RFC 3261 §7.3.3 and the IANA registry of header fields). */
const COMPACT: Readonly<Record<string, string>> = {
  a: 'accept-contact',
  b: 'referred-by',
  c: 'content-type',
  d: 'request-disposition',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  j: 'reject-contact',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  n: 'identity-info',
  o: 'event',
  r: 'refer-to',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
  x: 'session-expires',
  y: 'identity',
};

const COMMON =
  'Accept Accept-Encoding Accept-Language Alert-Info Allow Authorization Call-Info Content-Disposition CSeq Date Expires ' +
  'History-Info Max-Forwards Min-Expires Min-SE P-Asserted-Identity P-Preferred-Identity Path Privacy Proxy-Authenticate ' +
  'Proxy-Authorization Proxy-Require RAck Reason Record-Route Remote-Party-ID Replaces Require Retry-After Route RSeq Server ' +
  'Service-Route SIP-ETag SIP-If-Match Subscription-State Timestamp Unsupported User-Agent Warning WWW-Authenticate ' +
  'Accept-Contact Referred-By Content-Type Request-Disposition Content-Encoding From Call-ID Reject-Contact Supported ' +
  'Content-Length Contact Identity-Info Event Refer-To Subject To Allow-Events Via Session-Expires Identity';

const keys = new Map<string, string>();
const starts = new Map<string, string>();

/** A name as it is usually written, what it is found by, and its bit if it is one of {@link BITS}. */
export interface Usual {
  readonly name: string;
  readonly key: string;
  readonly bit: number;
}

export const VIA = 1;
export const FROM = 2;
export const TO = 4;
export const CALL_ID = 8;
export const CSEQ = 16;
export const CONTACT = 32;
export const CONTENT_LENGTH = 64;
export const MAX_FORWARDS = 128;

/** The fields that every message is checked for, a bit each. */
const BITS: Readonly<Record<string, number>> = {
  via: VIA,
  from: FROM,
  to: TO,
  'call-id': CALL_ID,
  cseq: CSEQ,
  contact: CONTACT,
  'content-length': CONTENT_LENGTH,
  'max-forwards': MAX_FORWARDS,
};

export function bitOf(key: string): number {
  return BITS[key] ?? 0;
}

/** The usual spellings by their places in `slotOf`; names that share one stand in the next that was free. */
const SLOTS = 256;
const usual: (Usual | undefined)[] = Array.from({ length: SLOTS });

for (const name of COMMON.split(' ')) {
  const key = name.toLowerCase();
  keys.set(name, key);
  keys.set(key, key);
  starts.set(name, `\r\n${name}: `);
  let slot = slotOf(name, 0, name.length);
  while (usual[slot] !== undefined) slot = (slot + 1) % SLOTS;
  usual[slot] = { name, key, bit: bitOf(key) };
}
for (const [short, key] of Object.entries(COMPACT)) {
  keys.set(short, key);
  keys.set(short.toUpperCase(), key);
}

function slotOf(text: string, from: number, to: number): number {
  const middle = text.charCodeAt((from + to) >> 1);
  return (text.charCodeAt(from) * 7 + middle * 31 + text.charCodeAt(to - 1) * 17 + (to - from) * 5) % SLOTS;
}

/** The usual name that is written from `from` to `to`, without a slice made; undefined when it is written otherwise or unknown. */
export function usualAt(text: string, from: number, to: number): Usual | undefined {
  for (let slot = slotOf(text, from, to); ; slot = (slot + 1) % SLOTS) {
    const found = usual[slot];
    if (found === undefined || (found.name.length === to - from && text.startsWith(found.name, from))) return found;
  }
}

/** What a name in its usual spelling, or a short form, is found by; undefined for others. */
export function usualKey(name: string): string | undefined {
  return keys.get(name);
}

/** The end of the line before, the name and its colon. */
export function lineStart(name: string): string {
  return starts.get(name) ?? `\r\n${name}: `;
}

/** What a header name is found by: the long form in lower case, one string for all its spellings. */
export function keyOf(name: string): string {
  const known = keys.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  return keys.get(lower) ?? lower;
}
