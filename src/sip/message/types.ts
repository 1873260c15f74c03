/** The shapes of SIP messages (RFC 3261 §7). Values are wire text: latin1, one character an octet. */

/** `;name=value` in order of appearance; names in lower case as keys; a flag parameter has the value ''. */
export type Params = ReadonlyMap<string, string>;

export interface Uri {
  /** In lower case: sip, sips, tel, or what else stood there. */
  readonly scheme: string;
  /** Unescaped (RFC 3261 §19.1.2); '' when there is none. */
  readonly user: string;
  readonly password: string;
  /** In lower case; an IPv6 address stands in its brackets. For schemes other than sip and sips: everything after the colon. */
  readonly host: string;
  readonly port: number | undefined;
  readonly params: Params;
  /** What follows '?', verbatim; '' when there is none. */
  readonly headers: string;
}

/** From, To, Contact, Route…: `"Alice" <sip:alice@example.org>;tag=1`. */
export interface NameAddr {
  /** Unquoted wire text; '' when there is none. */
  readonly display: string;
  readonly uri: Uri;
  /** The URI as it was written. */
  readonly uriText: string;
  readonly params: Params;
}

export interface Via {
  /** In upper case: UDP, TCP, TLS, WS, WSS. */
  readonly transport: string;
  readonly host: string;
  readonly port: number | undefined;
  readonly branch: string;
  readonly params: Params;
}

export interface CSeq {
  readonly number: number;
  readonly method: string;
}

/** One header line: the name as written, the value unfolded and trimmed. */
export type Field = readonly [name: string, value: string];

/**
 * Header lines in order. Names match without case and by their compact forms (RFC 3261 §7.3.3). Never changed once built:
 * `with…` methods give new ones.
 */
export interface Headers extends Iterable<Field> {
  /** The first line of that name. */
  get(name: string): string | undefined;
  /** Each value of each line of that name, split at commas that stand outside quotes and brackets. */
  list(name: string): readonly string[];
  /** Each line of that name, whole: for WWW-Authenticate, Date and others where a comma separates nothing. */
  lines(name: string): readonly string[];
  has(name: string): boolean;
  readonly size: number;
}

interface MessageFields {
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** Typed fields, parsed on first use. After `check` found the message well formed, these exist. */
  readonly via: Via;
  readonly from: NameAddr;
  readonly to: NameAddr;
  readonly callId: string;
  readonly cseq: CSeq;
  /** '' when absent. */
  readonly fromTag: string;
  readonly toTag: string;
  /** The Contact values that parse; `*` gives an empty list (see {@link MessageFields.contactStar}). */
  readonly contacts: readonly NameAddr[];
  readonly contactStar: boolean;
}

export interface Request extends MessageFields {
  readonly kind: 'request';
  readonly method: string;
  readonly uri: Uri;
  readonly uriText: string;
}

export interface Response extends MessageFields {
  readonly kind: 'response';
  readonly status: number;
  readonly reasonPhrase: string;
}

export type Message = Request | Response;

/** What could not be read. `answerWith` is there when a response can be built from `request` (RFC 3261 §8.2, §21.4). */
export interface Malformed {
  readonly kind: 'malformed';
  readonly why: string;
  readonly answerWith?: 400 | 413 | 505;
  /** As much of the request as an answer needs. */
  readonly request?: Request;
}

export type Parsed = Message | Malformed;
