import type { Rooms } from './conference/rooms.ts';
import type { Diversion, DiversionKey, DiversionRefusal } from './diversions.ts';
import type { Originated, Origination } from './originate.ts';
import type { StreamClient, Subscription, Topic } from './stream.ts';
import type { Tokens } from './tokens.ts';

/** What the exchange shows of itself: plain data for console, API and command line. Times are wall milliseconds. */

export interface PartyView {
  /** Name as people read it; '' when unknown. */
  readonly name: string;
  readonly number: string;
}

export interface LegView {
  readonly id: string;
  readonly direction: 'in' | 'out';
  readonly state: 'new' | 'ringing' | 'early' | 'up' | 'gone';
  readonly party: PartyView;
  readonly held: boolean;
  /** script, bridge or limbo. */
  readonly place: string;
  /** How well it hears and is heard now; where that was asked for, and something came of it. */
  readonly quality?: QualityView | undefined;
}

/** How well a leg hears and is heard, in the event stream. */
export interface LegQualityView extends QualityView {
  readonly call: string;
}

export interface CallView {
  readonly id: string;
  readonly from: PartyView;
  /** What was dialled. */
  readonly dialed: string;
  readonly since: number;
  readonly answeredAt: number | undefined;
  readonly legs: readonly LegView[];
  /** What has become of a call that the exchange places; undefined: a phone dialled it. */
  readonly placed?: PlacedView | undefined;
}

/** How far a call is that the exchange places. */
export interface PlacedView {
  /** calling: nothing was heard yet. answered: the first phone. joined: another one, for it. */
  readonly state: 'calling' | 'ringing' | 'answered' | 'joined' | 'ended';
  /** Whose phone rings, or has answered. */
  readonly at?: PartyView | undefined;
  /** When it has ended: `answered` if it came to what was wanted. */
  readonly outcome?: 'answered' | 'busy' | 'noAnswer' | 'unavailable' | 'rejected' | 'cancelled' | undefined;
  /** When it has ended: the SIP status, as it came, and 200 when all went well. */
  readonly status?: number | undefined;
  readonly reasonPhrase?: string | undefined;
  /** When it has ended: who hung up; undefined: nobody did, or the exchange. */
  readonly by?: PartyView | undefined;
  readonly q850?: number | undefined;
}

/** A call that has ended. */
export interface RecordView {
  readonly id: string;
  readonly from: PartyView;
  /** The caller asked not to be named. */
  readonly withheld: boolean;
  /** Who placed it: a phone, or the exchange when it was asked to. */
  readonly origin: 'phone' | 'exchange';
  readonly dialed: string;
  /** The first phone that answered; undefined: none, or only the exchange itself. */
  readonly answeredBy: PartyView | undefined;
  readonly startedAt: number;
  readonly answeredAt: number | undefined;
  readonly endedAt: number;
  /** As its caller was told, or 200. */
  readonly status: number;
  readonly reasonPhrase: string;
  readonly q850: number | undefined;
  readonly legs: readonly {
    readonly direction: 'in' | 'out';
    readonly party: PartyView;
    readonly startedAt: number;
    readonly answeredAt?: number | undefined;
    readonly endedAt: number;
    readonly status: number;
    readonly reasonPhrase: string;
    readonly q850?: number | undefined;
    /** The accounts that sent the call there, the last one first. */
    readonly forwardedBy?: readonly string[] | undefined;
    /** Its phone ended it, not the exchange. */
    readonly left?: boolean | undefined;
    /** How well it heard and was heard; undefined: nothing came of it. */
    readonly quality?: QualityView | undefined;
  }[];
}

/** Losses in packets, times in milliseconds, opinions from 1 to 4.5 (MOS, ITU-T G.107). */
export interface QualityView {
  readonly codec: string;
  /** Of what came from the phone. */
  readonly received: { readonly packets: number; readonly lost: number; readonly jitter: number; readonly mos: number };
  /** Of what it was sent, as it reported; `told` is its own opinion (RFC 3611). */
  readonly sent?: {
    readonly packets: number;
    readonly lost: number;
    readonly jitter: number;
    readonly mos: number;
    readonly told?: number | undefined;
  };
  /** There and back. */
  readonly roundTrip?: number | undefined;
}

/** A conference room with somebody in it. */
export interface ConferenceView {
  readonly number: string;
  readonly name: string;
  readonly since: number;
  readonly locked: boolean;
  /** For a moderator: its members hear music, and not each other. */
  readonly waiting: boolean;
  /** The file that is being recorded; undefined: none. */
  readonly recording: string | undefined;
  readonly members: readonly MemberView[];
}

export interface MemberView {
  readonly id: string;
  readonly call: string;
  readonly leg: string;
  readonly party: PartyView;
  readonly since: number;
  readonly moderator: boolean;
  /** The others do not hear him. */
  readonly muted: boolean;
  /** He does not hear the others. */
  readonly deaf: boolean;
  readonly talking: boolean;
  /** His hand is raised. */
  readonly raised: boolean;
  readonly held: boolean;
}

export interface RegistrationView {
  readonly account: string;
  readonly contact: string;
  /** `udp:192.0.2.7:5060`, where it came from; of a contact in the configuration where it is tried first, '' when nowhere. */
  readonly source: string;
  readonly userAgent: string;
  /** undefined: never, for the configuration names it. */
  readonly expiresAt: number | undefined;
  /** Whether it answered last time it was asked; `unknown` where nobody asks. */
  readonly reach: 'reachable' | 'unreachable' | 'unknown';
}

export interface StatusView {
  readonly version: string;
  readonly node: string;
  readonly startedAt: number;
  readonly accounts: number;
  readonly registrations: number;
  readonly calls: number;
  /** Open things of scenes by kind (dialog, transaction, leg, media, timer…): all zero or absent when nothing happens. */
  readonly scene: Readonly<Record<string, number>>;
  readonly house: Readonly<Record<string, number>>;
  /** Faults contained since start: our own mistakes. */
  readonly faults: number;
}

/** Somebody in a parking space. */
export interface ParkedView {
  readonly space: string;
  readonly call: string;
  readonly party: PartyView;
  /** The account that parked him. */
  readonly by: string | undefined;
  readonly since: number;
}

/** Where an account's calls go. */
export interface DiversionView extends Diversion {
  readonly locked: readonly DiversionKey[];
}

/** A transfer that a program asks for: to a number, or a join with another call of the same account. */
export interface TransferWish {
  readonly to?: string | undefined;
  readonly join?: string | undefined;
  /** The account whose party is sent, or the leg; whoever was called unless one is said. */
  readonly by?: string | undefined;
  readonly leg?: string | undefined;
}

export type TransferTaken = 'asked' | 'no call' | 'no other call' | 'no number' | 'nobody' | 'forbidden';

/** What api/ may ask of the running exchange. */
export interface ExchangeView {
  status(): StatusView;
  calls(): readonly CallView[];
  /** One in progress, or one that the exchange placed and that is over. */
  call(id: string): CallView | undefined;
  /** The same with the quality of its legs, as their media hosts tell it a moment later. */
  measured(id: string, then: (call: CallView | undefined) => void): void;
  registrations(): readonly RegistrationView[];
  /** Those with somebody in them. */
  readonly conferences: Pick<Rooms, 'views' | 'view' | 'change' | 'changeMember' | 'kick' | 'end'>;
  /** The last calls that have ended, the newest first; at most 1000; with `before`, those that ended before that call. */
  records(limit: number, before?: string): readonly RecordView[];
  /** Sends whom somebody talks to in that call elsewhere, as his phone would by its transfer key. */
  transfer(call: string, wish: TransferWish): TransferTaken;
  /** Ends a call by its id (or a unique prefix of it); false: there is none. */
  hangup(id: string): boolean;
  /** The demo's or configuration's accounts: what to type into a phone. */
  accounts(): readonly { readonly number: string; readonly name: string }[];
  parked(): readonly ParkedView[];
  /** Parks whom an account talks to in that call, in any free space unless one is named; why it cannot be. */
  park(call: string, by: string, space?: string): 'parked' | 'no call' | 'no parking';
  /** What becomes of an account's calls, and what of it only the configuration changes; undefined: there is no such account. */
  diversion(account: string): DiversionView | undefined;
  /** Answers when it is on disk. */
  divert(
    account: string,
    change: Partial<Diversion>,
    then: (result: { readonly ok: true } | DiversionRefusal) => void,
  ): void;
  /** Places a call; `hear` is told what becomes of it. */
  originate(request: Origination, hear?: (now: PlacedView) => void): Originated;
  /** Follows what changes, from a snapshot or from `since` on. */
  subscribe(client: StreamClient, topics: readonly Topic[], since?: string): Subscription;
  readonly tokens: Pick<Tokens, 'list' | 'create' | 'revoke' | 'verify'>;
}
