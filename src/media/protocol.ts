/**
 * The protocol between signalling and a media host: plain messages that survive JSON. Ids are chosen by signalling; `apply`
 * is whole and idempotent, never an edit script; a host that does not know a session says so by `failed`.
 */

export type CodecName = 'PCMU' | 'PCMA';

export interface PayloadMap {
  readonly payload: number;
  readonly codec: CodecName;
}

/** A peer may answer with another number than the one it was offered, and takes that one (RFC 3264 §7). */
export interface EventPayloads {
  readonly send: number;
  readonly receive: number;
}

export interface Address {
  readonly address: string;
  readonly port: number;
}

/** The RTP end of one leg, as its SDP was agreed. */
export interface RtpEnd {
  /** Where media goes until latching finds another source; undefined: nowhere yet. */
  readonly remote: Address | undefined;
  /** What we send; undefined: nothing (the peer's direction forbids it). */
  readonly send: PayloadMap | undefined;
  /** What we take; everything else is counted and dropped. Empty: nothing is taken (we hold, or are held). */
  readonly receive: readonly PayloadMap[];
  /** Payload numbers of telephone-event (RFC 4733), one for each way; undefined: none agreed. */
  readonly events: EventPayloads | undefined;
  /** RTCP on the RTP port (RFC 5761), or where the peer named (RFC 3605); undefined: on the next port up. */
  readonly rtcp?: 'mux' | Address | undefined;
  /** Packets of 20 ms audio; ptime in milliseconds of what we make ourselves. */
  readonly ptime: number;
  /** Whether another source address than `remote` may be latched (telephony.md, Latching). */
  readonly latch: boolean;
  /** Changes whenever latching must start anew (another remote, another medium, a replaced leg). */
  readonly epoch: number;
}

/** A call tone: frequencies in Hz sounded together, through a cadence of milliseconds on, off, on, off…, repeated. */
export interface Tone {
  readonly hz: readonly number[];
  readonly cadence: readonly number[];
}

/** What a leg hears. */
export type Hears =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'session'; readonly session: string }
  /** Plays once, from its first sample; then `played` with this token. Several names play one after another. */
  | { readonly kind: 'file'; readonly files: readonly string[]; readonly token: string }
  | { readonly kind: 'tone'; readonly tone: Tone }
  | { readonly kind: 'music' }
  | { readonly kind: 'echo' };

export interface SessionSpec {
  readonly rtp: RtpEnd;
  readonly hears: Hears;
}

/** Bumped on any incompatible change of the messages below. */
export const PROTOCOL_VERSION = 1;

export type HostCommand =
  | { readonly do: 'hello'; readonly version: number }
  | { readonly do: 'inventory' }
  /** Takes a leased port pair into use for a session. */
  | { readonly do: 'open'; readonly session: string; readonly lease: number }
  | { readonly do: 'apply'; readonly session: string; readonly generation: number; readonly spec: SessionSpec }
  | { readonly do: 'close'; readonly session: string };

export interface SessionStats {
  readonly packetsIn: number;
  readonly packetsOut: number;
  /** Wrong version, unknown payload, strangers, too short. */
  readonly dropped: number;
}

export type HostEvent =
  | { readonly event: 'hello'; readonly version: number }
  | { readonly event: 'inventory'; readonly sessions: readonly { session: string; generation: number }[] }
  /** A port pair that is bound and free (RTP on `port`, RTCP on `port + 1`). */
  | { readonly event: 'leased'; readonly lease: number; readonly address: string; readonly port: number }
  | { readonly event: 'latched'; readonly session: string; readonly source: Address }
  | { readonly event: 'played'; readonly session: string; readonly token: string }
  | { readonly event: 'digit'; readonly session: string; readonly digit: string; readonly ms: number }
  | { readonly event: 'mediaTimeout'; readonly session: string }
  | { readonly event: 'closed'; readonly session: string; readonly stats: SessionStats }
  /** With `file`: only that file is missing or unreadable; it counts as played, and the session lives. */
  | { readonly event: 'failed'; readonly session: string; readonly why: string; readonly file?: string };
