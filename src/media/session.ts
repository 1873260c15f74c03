import { Digits } from './digits.ts';
import { audienceOf, type HostContext } from './host-context.ts';
import { hear, leave, startIfReady } from './hearing.ts';
import { receiveRtp } from './incoming.ts';
import { Latch } from './latch.ts';
import type { Playing } from './playing.ts';
import type { Pair, PairUser } from './pool.ts';
import type { CodecName, Hears, RtpEnd, SessionSpec, SessionStats } from './protocol.ts';
import { createMapping, type Mapping } from './relay.ts';
import { Reports } from './reports.ts';
import { createStream, type OutgoingStream } from './stream.ts';

/** What a payload number of a leg stands for. */
export type Payload = CodecName | 'event' | undefined;

/** One leg in the host: its socket pair, what leaves it, whose packets are its, and what it hears. */
export class Session implements PairUser {
  readonly id: string;
  readonly host: HostContext;
  readonly pair: Pair;
  readonly stream: OutgoingStream;
  readonly mapping: Mapping = createMapping();
  readonly latch = new Latch();
  /** Those who hear this leg. */
  readonly audience: readonly Session[];
  readonly digits: Digits;
  readonly reports: Reports;
  /** As agreed; undefined before the first `apply`. */
  end: RtpEnd | undefined;
  /** By payload number. */
  payloads: readonly Payload[] = [];
  /** Until when prompts wait for the phone's first packet; undefined before the first prompt of an epoch of latching. */
  patientUntil: number | undefined;
  hears: Hears = { kind: 'nothing' };
  /** The session in whose audience this one is. */
  heard: string | undefined;
  playing: Playing | undefined;
  /** When a packet of the leg's own came last; when the session began, before the first. */
  heardAt: number;
  packetsIn = 0;
  packetsOut = 0;
  dropped = 0;
  #generation = 0;

  constructor(host: HostContext, id: string, pair: Pair) {
    this.id = id;
    this.host = host;
    this.pair = pair;
    this.stream = createStream(host.ports.random(10));
    this.audience = audienceOf(host, id);
    this.heardAt = host.ports.now();
    this.digits = new Digits(host.ports, id);
    this.reports = new Reports(this);
  }

  get generation(): number {
    return this.#generation;
  }

  rtp(bytes: Uint8Array, address: string, port: number): void {
    receiveRtp(this, bytes, address, port);
  }

  rtcp(bytes: Uint8Array, address: string, port: number): void {
    this.reports.receive(bytes, address, port);
  }

  /** Puts a whole specification in force; one that is not newer than the last changes nothing. */
  apply(generation: number, spec: SessionSpec): void {
    if (generation <= this.#generation) return;
    this.#generation = generation;
    this.#connect(spec.rtp);
    if (JSON.stringify(spec.hears) === JSON.stringify(this.hears)) startIfReady(this);
    else hear(this, spec.hears);
  }

  close(): SessionStats {
    leave(this);
    // What is still being read for this leg must not begin to play.
    this.hears = { kind: 'nothing' };
    this.reports.close();
    const { packetsIn, packetsOut, dropped } = this;
    return { packetsIn, packetsOut, dropped };
  }

  #connect(end: RtpEnd): void {
    const before = this.end;
    this.end = end;
    this.payloads = payloadsOf(end);
    if (before?.receive.length === 0) this.heardAt = this.host.ports.now();
    if (before === undefined || !sameSource(before, end)) {
      this.patientUntil = undefined;
      this.latch.restart(end.remote, end.latch);
      this.reports.restart();
    }
    if (end.send === undefined || this.latch.target === undefined) {
      this.mapping.live = false;
      this.stream.fresh = true;
    }
  }
}

/** Whether latching goes on: a new remote, or another medium, starts it anew (telephony.md, Latching). */
function sameSource(before: RtpEnd, after: RtpEnd): boolean {
  return (
    before.epoch === after.epoch &&
    before.latch === after.latch &&
    before.remote?.address === after.remote?.address &&
    before.remote?.port === after.remote?.port
  );
}

/** A leg that takes no audio takes no digits either: its packets are nobody's. */
function payloadsOf(end: RtpEnd): readonly Payload[] {
  const payloads: Payload[] = Array.from({ length: 128 });
  if (end.receive.length === 0) return payloads;
  for (const { payload, codec } of end.receive) payloads[payload & 0x7f] = codec;
  if (end.events !== undefined) payloads[end.events.receive & 0x7f] = 'event';
  return payloads;
}
