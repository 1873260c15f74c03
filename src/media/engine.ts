import type { Address, Hears, RtpEnd } from './protocol.ts';

/** What a session tells its leg. */
export type SessionEvent =
  | { readonly event: 'latched'; readonly source: Address }
  | { readonly event: 'played'; readonly token: string }
  | { readonly event: 'digit'; readonly digit: string; readonly ms: number }
  | { readonly event: 'mediaTimeout' }
  /** With `file`: only that file is missing or unreadable; it counts as played, and the session lives. */
  | { readonly event: 'failed'; readonly why: string; readonly file?: string };

/** One leg's media: a leased port pair and what is done with it. Both setters take effect together, at the step's end. */
export interface MediaSession {
  readonly id: string;
  /** Where the peer sends its RTP. */
  readonly local: Address;
  /** The line's part: the RTP end as SDP agreed it. */
  connect(rtp: RtpEnd): void;
  /** The call's part: what this leg hears, out of the media plan. */
  hear(hears: Hears): void;
  /** Ends the session; its ports rest five seconds before they are leased again. */
  release(): void;
}

/** The port through which signalling reaches media; implemented over the host protocol, inline or in a worker. */
export interface MediaEngine {
  /** Leases ports on this local address; undefined when none is free. Events come as inputs. */
  session(address: string, tell: (event: SessionEvent) => void): MediaSession | undefined;
  /** Sessions open and port pairs leased now: what `status` and `quiet()` count. */
  census(): { readonly sessions: number; readonly leased: number };
}
