import type { OpusExports } from '../codec/index.ts';
import type { Timer } from '../kernel/index.ts';
import type { Udp } from './net.ts';
import type { HostEvent } from './protocol.ts';

/** Where sounds come from: names of the protocol, octets of RIFF WAVE or Ogg Opus files. Each answers once, at once or later. */
export interface SoundFiles {
  /** The file of this name; undefined: there is none, or with `why` one that cannot be read. */
  load(name: string, then: (wav: Uint8Array | undefined, why?: string) => void): void;
  /** Names to {@link load} of what plays as music on hold, in order; of that folder among the sounds, `music` unless said. */
  music(then: (names: readonly string[], why?: string) => void, folder?: string): void;
}

/** A recording that is being written. What it is told is done in order; errors are told at the end. */
export interface RecordingFile {
  append(bytes: Uint8Array): void;
  /** Writes these octets over the first of the file: sizes that are known now. */
  head(bytes: Uint8Array): void;
  /** Everything is on the disk, or why it is not. */
  close(then: (why: string | undefined) => void): void;
}

/** Where recordings go: names of the protocol. Answers once, later. */
export interface RecordingFiles {
  create(name: string, then: (file: RecordingFile | undefined, why?: string) => void): void;
}

/** Where a program is. `most`: octets of its largest message. */
export interface ProgramAddress {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The WebSocket subprotocol that it must choose. */
  readonly protocol: string;
  readonly most: number;
}

/** A WebSocket to a program. Nothing is told after it was closed from this side. */
export interface ProgramSocket {
  text(message: string): void;
  /** Takes the octets over. */
  audio(octets: Uint8Array): void;
  ping(payload: string): void;
  close(code: number, why: string): void;
}

/** Who is told of it; never before `open` has returned. The octets are the listener's. */
export interface ProgramListener {
  opened(): void;
  text(message: string): void;
  audio(octets: Uint8Array): void;
  ponged(payload: string): void;
  /** Last of all, once. `whole`: the program has closed it in good order; else it broke, or was never open. */
  closed(whole: boolean, why: string): void;
}

/** How programs are reached. */
export interface Programs {
  open(to: ProgramAddress, listener: ProgramListener): ProgramSocket;
}

/** What a media host is made of; every call into it is one input. */
export interface HostPorts {
  readonly udp: Udp;
  readonly files: SoundFiles;
  /** undefined: nothing can be recorded. */
  readonly recordings?: RecordingFiles | undefined;
  /** undefined: no programs are reached from here. */
  readonly programs?: Programs | undefined;
  /** Opus, with a memory of its own; asked for once, when a leg first speaks it. Left out: such legs are mute. */
  readonly opus?: (() => OpusExports) | undefined;
  /** Local addresses to bind port pairs on. */
  readonly addresses: readonly string[];
  /** RTP and RTCP ports, both ends included; undefined: any free ports. */
  readonly ports: { readonly from: number; readonly to: number } | undefined;
  /** Port pairs to keep bound and free, for each address; with these it is ready. */
  readonly poolSize: number;
  /** As many more are bound once the first ones are: a rush of calls comes faster than ports can be bound. None unless given. */
  readonly poolSpare?: number | undefined;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Milliseconds since 1970, for sender reports. */
  readonly wall: () => number;
  readonly random: (octets: number) => Uint8Array;
  /** Events go out in order; never answered before `tell` returns. */
  readonly tell: (event: HostEvent) => void;
  /** Timers of the house run for ever; a scene's end by themselves (a prompt that plays). */
  readonly after: (scope: 'house' | 'scene', ms: number, then: () => void) => Timer;
  /** Tells `mediaTimeout` when nothing came for so long (ms); undefined: never. */
  readonly mediaTimeoutMs?: number | undefined;
  /** How long a prompt waits for the first packet of a phone that may be behind NAT (ms); 500 unless given. */
  readonly promptPatienceMs?: number | undefined;
}

export type { OpusExports } from '../codec/index.ts';
