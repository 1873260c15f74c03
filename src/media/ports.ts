import type { Timer } from '../kernel/index.ts';
import type { Udp } from './net.ts';
import type { HostEvent } from './protocol.ts';

/** Where sounds come from: names of the protocol, octets of RIFF WAVE files. Each answers once, at once or later. */
export interface SoundFiles {
  /** The file of this name; undefined: there is none. */
  load(name: string, then: (wav: Uint8Array | undefined) => void): void;
  /** Names to {@link load} of what plays as music on hold, in order. */
  music(then: (names: readonly string[]) => void): void;
}

/** What a media host is made of; every call into it is one input. */
export interface HostPorts {
  readonly udp: Udp;
  readonly files: SoundFiles;
  /** Local addresses to bind port pairs on. */
  readonly addresses: readonly string[];
  /** RTP and RTCP ports, both ends included; undefined: any free ports. */
  readonly ports: { readonly from: number; readonly to: number } | undefined;
  /** Port pairs to keep bound and free, for each address. */
  readonly poolSize: number;
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
