/** RFC 3403 §4.1, RFC 3263 §4.1. */
export interface Naptr {
  readonly order: number;
  readonly preference: number;
  readonly flags: string;
  readonly service: string;
  readonly replacement: string;
}

/** RFC 2782. */
export interface Srv {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}

/** No records: there are none. Not ok: nobody could say. */
export type Answer<R> =
  /** `ttl`: seconds for which that is so; undefined: it was not said. */
  | { readonly ok: true; readonly records: readonly R[]; readonly ttl?: number }
  | { readonly ok: false; readonly why: string };

export type Family = 4 | 6;

/** Who knows names. Each question is answered once, at any time. */
export interface Resolver {
  naptr(name: string, then: (answer: Answer<Naptr>) => void): void;
  srv(name: string, then: (answer: Answer<Srv>) => void): void;
  addresses(name: string, family: Family, then: (answer: Answer<string>) => void): void;
}
