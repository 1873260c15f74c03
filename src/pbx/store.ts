/** What must outlast the process. A commit is an ask: what was acknowledged to anyone outside is durable before it was. */

/** One binding of an address of record (RFC 3261 §10.3). Times are wall milliseconds. */
export interface BindingRow {
  /** `aor` + the contact's identity (instance, or URI): the primary key. */
  readonly id: string;
  /** The user part: the account's name. */
  readonly aor: string;
  /** The Contact URI exactly as the phone wrote it. */
  readonly contact: string;
  readonly callId: string;
  readonly cseq: number;
  readonly expiresAt: number;
  /** q value times 1000. */
  readonly q: number;
  readonly userAgent: string;
  /** '' when the phone sent none. */
  readonly instance: string;
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

export interface Tables {
  readonly binding: BindingRow;
  readonly secret: SecretRow;
  readonly setting: SettingRow;
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
  /** Everything of one table; asked at start. */
  load<T extends keyof Tables>(table: T, then: (rows: readonly Tables[T][]) => void): void;
}
