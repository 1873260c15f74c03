/**
 * The protocol between signalling and a media host: plain messages that survive JSON. Ids are chosen by signalling; `apply`
 * is whole and idempotent, never an edit script; a host that does not know a session says so by `failed`.
 */

import type { SuiteName } from '../rtp/srtp/index.ts';

export type CodecName = 'PCMU' | 'PCMA' | 'G722' | 'opus';

export type { ToneCountry } from '../codec/tones/countries.ts';

export interface PayloadMap {
  readonly payload: number;
  readonly codec: CodecName;
  /** Opus, as the peer asked (RFC 7587 §6.1): no more bits a second than this, and nothing during silence; */
  readonly bitrate?: number;
  readonly dtx?: true;
  /** packets of one size; a coarse copy of each frame in the next; */
  readonly constant?: true;
  readonly fec?: true;
  /** it plays no more samples a second than this. */
  readonly playback?: number;
}

/** A peer may answer with another number than the one it was offered, and takes that one (RFC 3264 §7). */
export interface EventPayloads {
  readonly send: number;
  readonly receive: number;
  /** Their clock rates (Hz; RFC 4733 §2.1); left out: 8000. */
  readonly sendClock?: number;
  readonly receiveClock?: number;
  /** The number that is taken for the other clock rate. */
  readonly also?: { readonly receive: number; readonly clock: number };
}

export interface Address {
  readonly address: string;
  readonly port: number;
}

/** The master key and salt of one direction of SRTP (RFC 3711), as SDES carries them (RFC 4568). */
export interface SrtpKey {
  readonly suite: SuiteName;
  /** Key and salt, base64. */
  readonly key: string;
  /** What each packet carries to name the key, hex; left out: nothing. */
  readonly mki?: string;
}

/** A payload number of a stream that is passed on; formats of one name are alike on all legs. */
export interface RelayedFormat {
  readonly payload: number;
  readonly format: string;
}

/** A stream that nobody here decodes: video, or text (RFC 4103). It goes to those who hear it, by the format's name. */
export interface RelayEnd {
  /** Hz. */
  readonly clock: number;
  /** What the peer takes, and what it may send; empty: nothing, as the directions say. */
  readonly send: readonly RelayedFormat[];
  readonly receive: readonly RelayedFormat[];
  /** How the peer is asked for a key frame (RFC 4585, RFC 5104); left out: it has none. */
  readonly asked?: 'pli' | 'fir';
  /** When it changes, the peer wants a key frame of what it sees. */
  readonly refreshes?: number;
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
  /** Comfort noise (RFC 3389) was agreed, both ways by its own number, 13. */
  readonly comfort?: boolean;
  /** RTCP on the RTP port (RFC 5761), or where the peer named (RFC 3605); undefined: on the next port up. */
  readonly rtcp?: 'mux' | Address | undefined;
  /** Keys are also listened for in the audio (tones of Q.23): for peers without telephone-event. */
  readonly inband?: boolean;
  /** SRTP: only what is protected by these keys leaves and is taken; left out: plain RTP. */
  readonly crypto?: { readonly send: SrtpKey; readonly receive: SrtpKey };
  /** `mediaTimeout` is told when nothing came for so long (ms) though it should; 0: never; left out: as the host is told. */
  readonly timeout?: number;
  /** A stream that is passed on as it is; then `send`, `receive`, `events` and `comfort` say nothing. */
  readonly relay?: RelayEnd;
  /** The peer takes and sends VoIP metrics in its RTCP (RFC 3611 §4.7). */
  readonly xr?: boolean;
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
  /** Frequencies of one sounding part after another, where they are not `hz` in all of them. */
  readonly turns?: readonly (readonly number[])[];
}

/** What a leg hears. */
export type Hears =
  | { readonly kind: 'nothing' }
  /** Without its telephone-events where signalling sends those that are meant for this leg. */
  | { readonly kind: 'session'; readonly session: string; readonly keys?: 'held' }
  /** Plays once, from its first sample or `from` ms on, `gain` dB louder; then `played` with this token. Several names play one after another. */
  | {
      readonly kind: 'file';
      readonly files: readonly string[];
      readonly token: string;
      readonly gain?: number;
      readonly from?: number;
    }
  | { readonly kind: 'tone'; readonly tone: Tone }
  /** Music on hold, all who hear the same folder at the same place; the house's own unless one is named. */
  | { readonly kind: 'music'; readonly folder?: string }
  /** All who talk in a conference but itself. */
  | { readonly kind: 'mix'; readonly mixer: string }
  | { readonly kind: 'echo' }
  /** A program, which hears the leg too, over a WebSocket: once, until `program` tells its end with this token. */
  | {
      readonly kind: 'program';
      readonly url: string;
      readonly headers?: Readonly<Record<string, string>>;
      /** What it is told of the call when it is there; survives JSON. */
      readonly start: Readonly<Record<string, unknown>>;
      readonly token: string;
      /** For how long it may not answer, and how much of its audio may wait to be played (ms). */
      readonly within: number;
      readonly most: number;
    };

/** What ended a talk with a program: it closed its side, asked for something, or failed. `dropped`: frames of 20 ms that it was too slow for. */
export type ProgramEnd = { readonly dropped: number } & (
  | { readonly endedBy: 'program' | 'failed'; readonly why: string }
  | { readonly endedBy: 'hangup' }
  | { readonly endedBy: 'transfer' | 'goto'; readonly number: string }
);

export interface SessionSpec {
  readonly rtp: RtpEnd;
  readonly hears: Hears;
  readonly taps?: readonly Tap[];
}

/** What ended a recording: its tap was taken away or its session ended, its time was over, silence, or it cannot be written. */
export type RecordingEnd = 'stopped' | 'max' | 'silence' | 'failed';

/** Takes down what a leg says, or in stereo what it says (left) and what it hears (right). */
export interface Tap {
  readonly kind: 'record';
  readonly id: string;
  /** Name among the sounds, without `.wav`. */
  readonly file: string;
  readonly sides: 'says' | 'both';
  /** While true, time passes that is not in the file. */
  readonly paused?: boolean;
  /** Ends it after so long, or after so much silence (ms). */
  readonly max?: number;
  readonly silence?: number;
}

/** Something that is played into a mix, once. */
export interface MixerSound {
  readonly id: string;
  readonly files: readonly string[];
  /** Only this session hears it; left out: all do. */
  readonly to?: string;
}

/** A conference: who may be heard in it. Those who hear it are told so by what they hear. */
export interface MixerSpec {
  /** Sessions, of this host or of others. */
  readonly members: readonly string[];
  /** One that was named before does not begin again. */
  readonly sounds?: readonly MixerSound[];
  /** What is taken down of the whole mix (`says`). */
  readonly taps?: readonly Tap[];
}

/** By which way a key came: RFC 4733, or as tones in the audio. */
export type KeyWay = 'event' | 'tone';

/** Bumped on any incompatible change of the messages below. */
export const PROTOCOL_VERSION = 1;

export type HostCommand =
  | { readonly do: 'hello'; readonly version: number }
  | { readonly do: 'inventory' }
  /** Gives a leased port pair back unused. */
  | { readonly do: 'retire'; readonly lease: number }
  /** Takes a leased port pair into use for a session. */
  | { readonly do: 'open'; readonly session: string; readonly lease: number }
  | { readonly do: 'apply'; readonly session: string; readonly generation: number; readonly spec: SessionSpec }
  /** Sends a key to the leg, `ms` long: as telephone-event, or as tones in the audio. What it hears besides is left out meanwhile. */
  | {
      readonly do: 'digit';
      readonly session: string;
      readonly digit: string;
      readonly ms: number;
      readonly as: KeyWay;
    }
  /** Lets the leg hear that it is recorded: a tone through whatever it hears. */
  | { readonly do: 'beep'; readonly session: string }
  /** The leg pressed a key, as signalling was told (SIP INFO); keys in its media the host knows by itself. */
  | { readonly do: 'pressed'; readonly session: string; readonly digit: string; readonly ms: number }
  /** Makes a mixer, or tells it anew what to do; it lives until `unmix`. */
  | { readonly do: 'mixer'; readonly mixer: string; readonly generation: number; readonly spec: MixerSpec }
  | { readonly do: 'unmix'; readonly mixer: string }
  /** Asks what a session is like now; `measured` answers. */
  | { readonly do: 'measure'; readonly session: string }
  | { readonly do: 'close'; readonly session: string };

/** How well a leg heard and was heard. Losses in packets, times in milliseconds, opinions from 1 to 4.5 (ITU-T G.107). */
export interface Quality {
  readonly codec: CodecName;
  /** Of what came from the peer. */
  readonly received: { readonly packets: number; readonly lost: number; readonly jitter: number; readonly mos: number };
  /** Of what it was sent, as its reports say (RFC 3550 §6.4); `told`: its own opinion (RFC 3611). Left out: none came. */
  readonly sent?: {
    readonly packets: number;
    readonly lost: number;
    readonly jitter: number;
    readonly mos: number;
    readonly told?: number;
  };
  /** There and back; left out: not known. */
  readonly roundTrip?: number;
}

/** What was wrong with a packet: it was no RTP, of a payload number that nobody agreed, from elsewhere, or not protected as agreed. */
export type StrayKind = 'shape' | 'payload' | 'source' | 'protection';

export interface SessionStats {
  readonly packetsIn: number;
  readonly packetsOut: number;
  /** Wrong version, unknown payload, strangers, too short. */
  readonly dropped: number;
  /** Left out: nothing came. */
  readonly quality?: Quality;
}

export type HostEvent =
  /** With the number of pairs that it keeps leased at each address when nothing happens. */
  | { readonly event: 'hello'; readonly version: number; readonly pool: number }
  | { readonly event: 'inventory'; readonly sessions: readonly { session: string; generation: number }[] }
  /** A port pair that is bound and free (RTP on `port`, RTCP on `port + 1`). */
  | { readonly event: 'leased'; readonly lease: number; readonly address: string; readonly port: number }
  | { readonly event: 'latched'; readonly session: string; readonly source: Address }
  | { readonly event: 'played'; readonly session: string; readonly token: string }
  | {
      readonly event: 'digit';
      readonly session: string;
      readonly digit: string;
      readonly ms: number;
      readonly by: KeyWay;
    }
  | { readonly event: 'program'; readonly session: string; readonly token: string; readonly end: ProgramEnd }
  /** A member of a conference has begun to talk, or has ceased. */
  | { readonly event: 'talking'; readonly session: string; readonly talking: boolean }
  /** A tap's file is whole; with `why` it is not. `ms` of sound. A mixer's taps tell its id as the session. */
  | {
      readonly event: 'recorded';
      readonly session: string;
      readonly tap: string;
      readonly file: string;
      readonly ms: number;
      readonly endedBy: RecordingEnd;
      readonly why?: string;
    }
  | { readonly event: 'mediaTimeout'; readonly session: string }
  /** So many packets at its port were not of its call, since this was told last; of the newest, what was wrong and where it came from. */
  | {
      readonly event: 'strays';
      readonly session: string;
      readonly packets: number;
      readonly kind: StrayKind;
      readonly source: Address;
    }
  | { readonly event: 'measured'; readonly session: string; readonly stats: SessionStats }
  | { readonly event: 'closed'; readonly session: string; readonly stats: SessionStats }
  /** With `file`: only that file is missing or unreadable; it counts as played, and the session lives. */
  | { readonly event: 'failed'; readonly session: string; readonly why: string; readonly file?: string };
