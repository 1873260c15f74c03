/** What must outlast the process. A commit is an ask: what was acknowledged to anyone outside is durable before it was. */

/** One binding of an address of record (RFC 3261 §10.3). Times are wall milliseconds. */
export interface BindingRow {
  /** `aor` + the contact's identity (instance, or URI): the primary key. */
  readonly id: string;
  /** The user part: the account's name. */
  readonly aor: string;
  /** The Contact URI exactly as the phone wrote it. */
  readonly contact: string;
  /** Its Contact's other parameters as it wrote them (RFC 3840), each with its semicolon; '' for none. */
  readonly params: string;
  readonly callId: string;
  readonly cseq: number;
  readonly expiresAt: number;
  /** When the contact was bound first. */
  readonly registeredAt: number;
  readonly refreshedAt: number;
  /** q value times 1000. */
  readonly q: number;
  readonly userAgent: string;
  /** '' when the phone sent none. */
  readonly instance: string;
  /** The flow's number where a phone keeps several (RFC 5626); 0: it does not. */
  readonly regId: number;
  /** Names account and instance inside temporary GRUUs, until these become invalid (RFC 5627 §5.1); '' without instance. */
  readonly gruuKey: string;
  /** The CSeq of the REGISTER that made the key: of the oldest temporary GRUU that is valid (RFC 5628 §5); 0: not known. */
  readonly gruuCseq: number;
  readonly protocol: string;
  /** Local hop of the flow the REGISTER came over. */
  readonly localAddress: string;
  readonly localPort: number;
  /** Where it came from: kept beside, never written into the contact. */
  readonly sourceAddress: string;
  readonly sourcePort: number;
  /** Digest algorithm its REGISTER was answered with: what the phone is known to understand. */
  readonly algorithm: string;
  /** Path values joined by newlines; '' when there are none. */
  readonly path: string;
}

/** An account's secret, made at the first start: HA1 per algorithm, hex. */
export interface SecretRow {
  readonly id: string;
  readonly realm: string;
  readonly md5: string;
  readonly sha256: string;
}

/** Single values: the realm, the node's epoch, key material of nonces. */
export interface SettingRow {
  readonly id: string;
  readonly value: string;
}

/** A call that has ended. Wall milliseconds; '' and 0 where there is nothing to say. */
export interface CdrRow {
  /** Sorts by time: when it ended, and the call's id. */
  readonly id: string;
  readonly call: string;
  readonly fromName: string;
  readonly fromNumber: string;
  /** 1: the caller asked not to be named. */
  readonly withheld: number;
  readonly dialed: string;
  readonly answeredByName: string;
  readonly answeredByNumber: string;
  readonly startedAt: number;
  readonly answeredAt: number;
  readonly endedAt: number;
  readonly status: number;
  readonly reasonPhrase: string;
  readonly q850: number;
  /** What each leg was, as a JSON array. */
  readonly legs: string;
  /** Who placed it: phone or exchange. */
  readonly origin: string;
}

/** A subscription to us (RFC 6665): its dialog, and a high-water mark. Wall milliseconds. */
export interface SubscriptionRow {
  /** The dialog's three parts and the event. */
  readonly id: string;
  /** The event package's name. */
  readonly package: string;
  /** Who subscribed. */
  readonly account: string;
  /** The URI that was subscribed to, as the phone wrote it. */
  readonly resource: string;
  /** The Event value, its `id` included. */
  readonly event: string;
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly local: string;
  readonly remote: string;
  /** Route values joined by newlines; '' when there are none. */
  readonly routeSet: string;
  readonly remoteTarget: string;
  readonly remoteSeq: number;
  /** No NOTIFY has had a CSeq above this, and no body a version above it. */
  readonly mark: number;
  readonly expiresAt: number;
  readonly protocol: string;
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
}

/** A key to the API; of the token itself only a hash is kept. Wall milliseconds. */
export interface TokenRow {
  /** The part of the token that names it. */
  readonly id: string;
  /** SHA-256 of the secret part, hex. */
  readonly hash: string;
  readonly name: string;
  /** Separated by spaces. */
  readonly scopes: string;
  readonly createdAt: number;
  /** 0: never. */
  readonly expiresAt: number;
}

/** Where an account's calls go, and whether it is to be left alone; '' and 0 where nothing was said. */
export interface DiversionRow {
  /** The account. */
  readonly id: string;
  readonly always: string;
  readonly busy: string;
  readonly noAnswer: string;
  readonly unregistered: string;
  /** How long it rings before `noAnswer`, milliseconds; 0: as usual. */
  readonly after: number;
  readonly doNotDisturb: number;
}

export interface Tables {
  readonly binding: BindingRow;
  readonly secret: SecretRow;
  readonly setting: SettingRow;
  readonly cdr: CdrRow;
  readonly token: TokenRow;
  readonly subscription: SubscriptionRow;
  readonly diversion: DiversionRow;
}

export type Change = {
  readonly [T in keyof Tables]:
    | { readonly put: T; readonly row: Tables[T] }
    | { readonly remove: T; readonly id: string };
}[keyof Tables];

export type Committed = { readonly ok: true } | { readonly ok: false; readonly why: string };

export interface Store {
  /**
   * All or nothing, durable when it answers ok. Answers in the order of the calls, each as an input. `patience`: nobody outside
   * waits for it, so that it may be written so many milliseconds later, with others; it is before the store closes.
   */
  commit(changes: readonly Change[], then: (result: Committed) => void, patience?: number): void;
  /** Everything of one table, asked at start; with `last` only so many of the highest ids, in their order. */
  load<T extends keyof Tables>(table: T, then: (rows: readonly Tables[T][]) => void, last?: number): void;
}
