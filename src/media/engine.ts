import type {
  Address,
  Hears,
  KeyWay,
  MixerSpec,
  ProgramEnd,
  RecordingEnd,
  RtpEnd,
  SessionStats,
  StrayKind,
  Tap,
} from './protocol.ts';

/** What a session tells its leg. */
export type SessionEvent =
  | { readonly event: 'latched'; readonly source: Address }
  | { readonly event: 'played'; readonly token: string }
  /** The program that it heard. */
  | { readonly event: 'program'; readonly token: string; readonly end: ProgramEnd }
  /** It is a member of a conference, and has begun to talk, or has ceased. */
  | { readonly event: 'talking'; readonly talking: boolean }
  | { readonly event: 'digit'; readonly digit: string; readonly ms: number; readonly by: KeyWay }
  /** A tap's file is whole; with `why` it is not. */
  | {
      readonly event: 'recorded';
      readonly tap: string;
      readonly file: string;
      readonly ms: number;
      readonly endedBy: RecordingEnd;
      readonly why?: string;
    }
  | { readonly event: 'mediaTimeout' }
  /** So many packets at its port were not of its call; of the newest, what was wrong and where it came from. */
  | { readonly event: 'strays'; readonly packets: number; readonly kind: StrayKind; readonly source: Address }
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
  /** What is taken down of it: these and no others. */
  tap(taps: readonly Tap[]): void;
  /** Sends a key to the peer. */
  digit(digit: string, ms: number, as: KeyWay): void;
  /** Lets the peer hear that it is recorded, through what it hears. */
  beep(): void;
  /** The peer pressed a key, as signalling was told: for a program that it talks to. */
  pressed(digit: string, ms: number): void;
  /** Asks what it is like now; `then` is told a moment later, with nothing if its host is gone. */
  measure(then: (stats: SessionStats | undefined) => void): void;
  /** Ends the session; its ports rest five seconds before they are leased again. `then` is told what it was like, later, if its host lives. */
  release(then?: (stats: SessionStats) => void): void;
}

/** A recording of a mix has ended. */
export type MixerEvent = Extract<SessionEvent, { event: 'recorded' }>;

/** A conference. Sessions hear it by its id, wherever they are. */
export interface MediaMixer {
  /** Whole; takes effect at the step's end. */
  mix(spec: MixerSpec): void;
  release(): void;
}

/** The port through which signalling reaches media; implemented over the host protocol, inline or in a worker. */
export interface MediaEngine {
  /** Leases ports on this local address; undefined when none is free. Events come as inputs. */
  session(address: string, tell: (event: SessionEvent) => void): MediaSession | undefined;
  mixer(id: string, tell: (event: MixerEvent) => void): MediaMixer;
  /** Sessions open and port pairs leased now: what `status` and `quiet()` count. */
  census(): { readonly sessions: number; readonly leased: number };
}
