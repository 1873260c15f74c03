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

export interface RegistrationView {
  readonly account: string;
  readonly contact: string;
  /** `udp:192.0.2.7:5060`, where it came from. */
  readonly source: string;
  readonly userAgent: string;
  readonly expiresAt: number;
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
  /** Ends a call by its id (or a unique prefix of it); false: there is none. */
  hangup(id: string): boolean;
  /** The demo's or configuration's accounts: what to type into a phone. */
  accounts(): readonly { readonly number: string; readonly name: string }[];
}
