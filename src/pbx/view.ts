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
}

export interface CallView {
  readonly id: string;
  readonly from: PartyView;
  /** What was dialled. */
  readonly dialed: string;
  readonly since: number;
  readonly answeredAt: number | undefined;
  readonly legs: readonly LegView[];
}

/** A call that has ended. */
export interface RecordView {
  readonly id: string;
  readonly from: PartyView;
  /** The caller asked not to be named. */
  readonly withheld: boolean;
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
  }[];
}

export interface RegistrationView {
  readonly account: string;
  readonly contact: string;
  /** `udp:192.0.2.7:5060`, where it came from. */
  readonly source: string;
  readonly userAgent: string;
  readonly expiresAt: number;
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

/** What api/ may ask of the running exchange. */
export interface ExchangeView {
  status(): StatusView;
  calls(): readonly CallView[];
  registrations(): readonly RegistrationView[];
  /** The last calls that have ended, the newest first; at most 1000. */
  records(limit: number): readonly RecordView[];
  /** Ends a call by its id (or a unique prefix of it); false: there is none. */
  hangup(id: string): boolean;
  /** The demo's or configuration's accounts: what to type into a phone. */
  accounts(): readonly { readonly number: string; readonly name: string }[];
}
