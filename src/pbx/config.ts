import type { Party } from '../call/index.ts';
import type { CodecName } from '../media/protocol.ts';
import type { Algorithm, Secrets } from '../sip/auth/index.ts';
import type { Protocol } from '../sip/transport/types.ts';
import type { Network } from './network.ts';

/** A phone user: an extension, its name and what is particular about it. What is left out is as for the whole exchange. */
export interface Account {
  /** The address of record's user part, and the name its phones authenticate with. */
  readonly number: string;
  readonly name: string;
  /** HA1s of the secret in the configuration; without them those in the Store count. */
  readonly secrets?: Secrets;
  /** Digest algorithms its phones are offered, strongest first. */
  readonly algorithms?: readonly Algorithm[];
  /** Addresses from where its requests need no digest. */
  readonly addresses?: readonly string[];
  /** Where it is always rung, besides its registered contacts: SIP URIs with an IP address. */
  readonly contacts?: readonly string[];
  /** Transports its requests may come over. */
  readonly transports?: readonly Protocol[];
  /** In order of preference. */
  readonly codecs?: readonly CodecName[];
  /** false: its audio goes where its SDP says, and nowhere else; unless said, to where it comes from too. */
  readonly latch?: boolean;
  /** Most calls at once, in and out; one more is busy. */
  readonly calls?: number;
  /** Who those it calls are told that it is. */
  readonly callerId?: Party;
  /** Other identities that it may call as, by P-Preferred-Identity (RFC 3325 §9.2). */
  readonly identities?: readonly Party[];
  /** Inside our trust domain: what it asserts of its callers is believed, and it is told who withheld his number (RFC 3325). */
  readonly trusted?: boolean;
  /** Its phones read Remote-Party-ID besides P-Asserted-Identity. */
  readonly remotePartyId?: boolean;
  /** false: while it has a call, the next one is busy. */
  readonly callWaiting?: boolean;
  /** Callers who withhold their number are refused (433, RFC 5079). */
  readonly rejectAnonymous?: boolean;
  /** Callers that are declined: numbers, or patterns as in a dialplan. */
  readonly blocked?: readonly string[];
  /** Most bindings; one more displaces the oldest. */
  readonly maxContacts?: number;
}

/** T1, T2 and T4 of RFC 3261 §17, in milliseconds. */
export interface SipTimers {
  readonly t1: number;
  readonly t2: number;
  readonly t4: number;
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
  /** What a binding too many does: displaces the oldest (phones reboot to new ports), or is refused with 403. */
  readonly surplus?: 'displace' | 'refuse';
  /** Takes a Path also for phones that do not say that they know it (RFC 3327 §5.3), in the place of 420. */
  readonly pathUnasked?: boolean;
  /** Seconds between two OPTIONS to a contact, and to one behind a NAT, whose box they keep open; 0: none. */
  readonly qualify?: { readonly every: number; readonly behindNat: number };
  /** Where the exchange stands behind a NAT itself: its address outside, and the networks inside. */
  readonly network?: Network;
  /** Fixed at start. */
  readonly timers?: Partial<SipTimers>;
}

export const DEFAULTS = {
  algorithms: ['SHA-256', 'MD5'],
  codecs: ['PCMU', 'PCMA'],
  registration: { floor: 30, ceiling: 7200, usual: 3600 },
  maxContacts: 10,
  qualify: { every: 0, behindNat: 25 },
} as const satisfies Partial<ExchangeConfig>;
