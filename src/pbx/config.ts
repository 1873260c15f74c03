import type { Party } from '../call/index.ts';
import type { SrtpPolicy, VideoPolicy } from '../line/index.ts';
import type { Dtmf } from '../line/index.ts';
import type { CodecName, ToneCountry } from '../media/protocol.ts';
import type { Algorithm, Secrets } from '../sip/auth/index.ts';
import type { Protocol } from '../sip/transport/types.ts';
import type { KeyCodes } from './call-keys.ts';
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
  /** Where it is always rung, besides its registered contacts: SIP URIs. */
  readonly contacts?: readonly string[];
  /** Transports its requests may come over. */
  readonly transports?: readonly Protocol[];
  /** In order of preference. */
  readonly codecs?: readonly CodecName[];
  /** false: its audio goes where its SDP says, and nowhere else; unless said, to where it comes from too. */
  readonly latch?: boolean;
  /** By which way its keys come and go; unless said, as it turns out. */
  readonly dtmf?: Dtmf;
  /** The folder among the sounds whose music others hear while it holds them. */
  readonly music?: string;
  /** Whose call tones its callers hear. */
  readonly tones?: ToneCountry;
  /** Whether its audio is protected by keys in SDP (RFC 4568); off unless said. */
  readonly srtp?: SrtpPolicy;
  /** Whether its video is passed on; as the exchange says unless said. */
  readonly video?: VideoPolicy;
  /** So long without audio or reports of its phone ends a call (ms), in the place of the exchange's; 0: never. */
  readonly mediaTimeout?: number;
  /**
   * Where its phones are met over UDP: `auto` (unless said) where they register from, and where they asked to be answered;
   * `yes`: answered where they send from though they did not ask (RFC 3581); `no`: where their Contact says.
   */
  readonly nat?: 'auto' | 'yes' | 'no';
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
  /** What its phones may do with the party they talk to. */
  readonly transfer?: TransferPolicy;
  /** Where its calls go. */
  readonly forward?: ForwardPolicy;
  /** What its callers are told while it does not want to be disturbed: 486 unless said, 603 or 480. */
  readonly disturbed?: 'busy' | 'declined' | 'unavailable';
  /** Codes by which it transfers, parks and records in a talk, in the place of the exchange's. */
  readonly keys?: KeyCodes;
  /** What a 302 of its phones does: the phones of our account of that number are rung (unless said), nothing, or what the number does in the dialplan. */
  readonly redirects?: 'follow' | 'refuse' | 'dialplan';
  /** Seconds after which a call is over unless its phone, or we, say that it goes on (RFC 4028); off: only if it asks. */
  readonly sessionTimer?: number | 'off';
  /** BCP 47: in which prompts are spoken. */
  readonly language?: string;
  /** IANA name: in which times are told. */
  readonly timeZone?: string;
}

/** What becomes of calls for an account. What is said here nobody else can change; numbers, and times in milliseconds. */
export interface ForwardPolicy {
  /** Where it may send them: numbers, or patterns as in a dialplan; anywhere in the dialplan unless said. */
  readonly to?: readonly string[];
  readonly always?: string;
  readonly busy?: string;
  readonly noAnswer?: string;
  readonly unregistered?: string;
  /** How long it rings before `noAnswer`. */
  readonly after?: number;
  readonly doNotDisturb?: boolean;
}

export interface TransferPolicy {
  /** Where it may be sent: numbers, or patterns as in a dialplan; anywhere in the dialplan unless said. */
  readonly to?: readonly string[];
  /** What becomes of a party that was sent in vain when its sender has hung up: he is rung, it is released, or it goes to a number. */
  readonly failed?: 'recall' | 'hangup' | { readonly number: string };
  /** How long he is rung, milliseconds. */
  readonly ringBack?: number;
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
  /** Whose call tones callers hear; Germany's unless said. */
  readonly tones?: ToneCountry;
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
  /** Seconds after which a call is over unless one side says that it goes on (RFC 4028); off: only for phones that ask. */
  readonly sessionTimer?: number | 'off';
  /** BCP 47: in which prompts are spoken to callers whose account says nothing. */
  readonly language?: string;
  /** IANA name: in which times are told. */
  readonly timeZone?: string;
  /** Codes by which phones transfer, park and record in a talk; none unless said. */
  readonly keys?: KeyCodes;
  /** So long without audio or reports of a phone that should send ends its call (ms); 0 or left out: never. */
  readonly mediaTimeout?: number;
  /** Whether video is passed on between phones; relay unless said. */
  readonly video?: VideoPolicy;
  /** Fixed at start. */
  readonly timers?: Partial<SipTimers>;
}

export const DEFAULTS = {
  algorithms: ['SHA-256', 'MD5'],
  // A wide band first: desk telephones have G.722, which costs little. Opus costs fifty times more to transcode than G.711, so it
  // is last: those who prefer it offer it first, and a call in which both do so keeps it.
  codecs: ['G722', 'PCMU', 'PCMA', 'opus'],
  registration: { floor: 30, ceiling: 7200, usual: 3600 },
  maxContacts: 10,
  qualify: { every: 0, behindNat: 25 },
  sessionTimer: 1800,
  language: 'en',
  timeZone: 'UTC',
} as const satisfies Partial<ExchangeConfig>;
