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
}

export interface Tables {
  readonly binding: BindingRow;
  readonly secret: SecretRow;
  readonly setting: SettingRow;
  readonly cdr: CdrRow;
}

export type Change = {
  readonly [T in keyof Tables]:
    | { readonly put: T; readonly row: Tables[T] }
    | { readonly remove: T; readonly id: string };
}[keyof Tables];

export type Committed = { readonly ok: true } | { readonly ok: false; readonly why: string };

export interface Store {
  /** All or nothing, durable when it answers ok. Answers in the order of the calls, each as an input. */
  commit(changes: readonly Change[], then: (result: Committed) => void): void;
  /** Everything of one table, asked at start; with `last` only so many of the highest ids, in their order. */
  load<T extends keyof Tables>(table: T, then: (rows: readonly Tables[T][]) => void, last?: number): void;
}
