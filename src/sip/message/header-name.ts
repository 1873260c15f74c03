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
for (const name of COMMON.split(' ')) {
  keys.set(name, name.toLowerCase());
  keys.set(name.toLowerCase(), name.toLowerCase());
}
for (const [short, key] of Object.entries(COMPACT)) {
  keys.set(short, key);
  keys.set(short.toUpperCase(), key);
}

/** What a header name is found by: the long form in lower case, one string for all its spellings. */
export function keyOf(name: string): string {
  const known = keys.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  return keys.get(lower) ?? lower;
}
