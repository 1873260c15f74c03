import type { CodecName } from '../media/protocol.ts';
import type { Algorithm } from '../sip/auth/index.ts';

/** A phone user: an extension, its name and how often it may be busy at once. */
export interface Account {
  /** The address of record's user part, and the name its phones authenticate with. */
  readonly number: string;
  readonly name: string;
}

/** What an exchange is made to be. */
export interface ExchangeConfig {
  /** Digest realm; fixed at first start, because secrets are hashed with it. */
  readonly realm: string;
  readonly version: string;
  readonly node: string;
  readonly accounts: readonly Account[];
  /** Digest algorithms offered, strongest first (RFC 8760 §2.3). */
  readonly algorithms: readonly Algorithm[];
  readonly codecs: readonly CodecName[];
  /** Seconds a registration may last: asked for less, it is refused with 423; asked for more, it is cut. */
  readonly registration: { readonly floor: number; readonly ceiling: number; readonly usual: number };
  /** Most bindings of one account; one more displaces the oldest. */
  readonly maxContacts: number;
}

export const DEFAULTS = {
  algorithms: ['SHA-256', 'MD5'],
  codecs: ['PCMU', 'PCMA'],
  registration: { floor: 30, ceiling: 7200, usual: 3600 },
  maxContacts: 10,
} as const satisfies Partial<ExchangeConfig>;
