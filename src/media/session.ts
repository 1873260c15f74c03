import { COMFORT, eventKind, type Kind, nameOf } from './kinds.ts';
import { Digits } from './digits.ts';
import { audienceOf, type HostContext } from './host-context.ts';
import { hear, leave, startIfReady } from './hearing.ts';
import { Inband } from './keys/inband.ts';
import { Keying } from './keys/keying.ts';
import { Heard } from './tap/heard.ts';
import { Taps } from './tap/taps.ts';
import { receiveRtp } from './incoming.ts';
import { Latch } from './latch.ts';
import { Passage, receivePassing, wantKeyFrame } from './passage.ts';
import type { Playing } from './playing.ts';
import type { Pair, PairUser } from './pool.ts';
import { Protection } from './protect.ts';
import type { ProgramTalk } from './program/talk.ts';
import type { Hears, KeyWay, RtpEnd, SessionSpec, SessionStats, StrayKind } from './protocol.ts';
import { createMapping, type Mapping } from './relay.ts';
import { Reports } from './reports.ts';
import { UNITS_PER_MS } from '../codec/index.ts';
import { createStream, type OutgoingStream } from './stream.ts';
import type { Interpreter } from './voice/interpreter.ts';
import { Strays } from './strays.ts';
import { SessionMouth } from './voice/mouth.ts';
import type { Rate, Voice } from './voice/types.ts';
import { voiceOf } from './voice/voices.ts';

/** What a payload number of a leg stands for. */
export type Payload = Kind | undefined;

/** One leg in the host: its socket pair, what leaves it, whose packets are its, and what it hears. */
export class Session implements PairUser {
  readonly id: string;
  readonly host: HostContext;
  readonly pair: Pair;
  readonly stream: OutgoingStream;
  readonly mapping: Mapping = createMapping();
  /** Of a stream that is passed on as it is. */
  readonly passage = new Passage();
  readonly latch = new Latch();
  readonly protection = new Protection();
  /** Those who hear this leg. */
  readonly audience: readonly Session[];
  /** Linear audio said to this leg. */
  readonly mouth: SessionMouth;
  readonly digits: Digits;
  /** Keys that are sent to this leg. */
  readonly keying: Keying;
  readonly taps: Taps;
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
  program: ProgramTalk | undefined;
  /** Says to this leg what it hears, while that is in another codec. */
  interpreter: Interpreter | undefined;
  /** When a packet of the leg's own came last; when the session began, before the first. */
  heardAt: number;
  packetsIn = 0;
  packetsOut = 0;
  dropped = 0;
  readonly strays = new Strays();
  /** Whether there are keys to protect with: asked for each packet. */
  #protects = false;
  #inband: Inband | undefined;
  #generation = 0;

  constructor(host: HostContext, id: string, pair: Pair) {
    this.id = id;
    this.host = host;
    this.pair = pair;
    this.stream = createStream(host.ports.random(10));
    this.audience = audienceOf(host, id);
    this.heardAt = host.ports.now();
    this.mouth = new SessionMouth(this);
    this.digits = new Digits(host.ports, (digit, ms) => this.pressed(digit, ms, 'event'));
    this.keying = new Keying(this);
    this.taps = new Taps(this, () => new Heard(this));
    this.reports = new Reports(this);
  }

  get generation(): number {
    return this.#generation;
  }

  rtp(bytes: Uint8Array, address: string, port: number): void {
    const packet = this.#protects ? this.protection.open(bytes) : bytes;
    if (packet === undefined) this.stray('protection', address, port);
    else if (this.end?.relay !== undefined) receivePassing(this, packet, address, port);
    else receiveRtp(this, packet, address, port);
  }

  /** A packet at its RTP port that is not of its call. */
  stray(kind: StrayKind, address: string, port: number): void {
    this.dropped += 1;
    if (this.end !== undefined && this.end.receive.length > 0) this.strays.count(kind, address, port);
  }

  rtcp(bytes: Uint8Array, address: string, port: number): void {
    const packet = this.protection.openReport(bytes);
    if (packet === undefined) this.dropped += 1;
    else this.reports.receive(packet, address, port);
  }

  /** Sends a packet of the leg's stream where its media go, protected if they are; takes the octets over. */
  send(packet: Uint8Array): void {
    const { target } = this.latch;
    if (target === undefined) return;
    const sealed = this.#protects ? this.protection.seal(packet) : packet;
    if (sealed === undefined) return;
    this.packetsOut += 1;
    this.pair.rtp.send(sealed, target.address, target.port);
  }

  /** Puts a whole specification in force; one that is not newer than the last changes nothing. */
  apply(generation: number, spec: SessionSpec): void {
    if (generation <= this.#generation) return;
    this.#generation = generation;
    this.#connect(spec.rtp);
    if (JSON.stringify(spec.hears) === JSON.stringify(this.hears)) startIfReady(this);
    else hear(this, spec.hears);
    this.#listen(spec.rtp.inband === true && spec.rtp.receive.length > 0);
    this.taps.follow(spec.taps ?? []);
  }

  /** The leg has pressed a key. */
  pressed(digit: string, ms: number, by: KeyWay): void {
    this.program?.digit(digit, ms);
    this.host.ports.tell({ event: 'digit', session: this.id, digit, ms, by });
  }

  /** For keys in the audio. */
  #listen(listens: boolean): void {
    if (listens === (this.#inband !== undefined)) return;
    this.#inband?.release();
    this.#inband = listens ? new Inband(this) : undefined;
    if (this.#inband !== undefined) this.host.pacer.start(this.#inband);
  }

  /** What this leg says, decoded; see {@link voiceOf}. */
  voice(wish?: Rate): Voice {
    return voiceOf(this.host, this.id, wish);
  }

  close(): SessionStats {
    leave(this);
    this.mouth.close();
    this.keying.close();
    this.taps.close();
    this.#listen(false);
    // What is still being read for this leg must not begin to play.
    this.hears = { kind: 'nothing' };
    this.reports.close();
    return this.stats();
  }

  /** As it is now. */
  stats(): SessionStats {
    const { packetsIn, packetsOut, dropped } = this;
    const quality = this.reports.quality();
    return { packetsIn, packetsOut, dropped, ...(quality && { quality }) };
  }

  #connect(told: RtpEnd): void {
    const before = this.end;
    const end = { ...told, send: told.send && { ...told.send, codec: nameOf(told.send.codec) } };
    this.end = end;
    this.protection.agree(end.crypto);
    this.#protects = end.crypto !== undefined;
    this.payloads = payloadsOf(end);
    this.passage.agree(end);
    if (before?.relay !== undefined && before.relay.refreshes !== end.relay?.refreshes) wantKeyFrame(this);
    if (end.relay !== undefined) this.stream.perMs = end.relay.clock / 1000;
    if (end.send !== undefined) this.stream.perMs = UNITS_PER_MS[end.send.codec];
    if (before?.receive.length === 0 || before?.timeout !== end.timeout) this.reports.alive();
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

const NONE: readonly Payload[] = Array.from({ length: 128 });

/** A leg that takes no audio takes no digits either: its packets are nobody's. */
function payloadsOf(end: RtpEnd): readonly Payload[] {
  const payloads = NONE.slice();
  if (end.receive.length === 0) return payloads;
  for (const { payload, codec } of end.receive) payloads[payload & 0x7f] = nameOf(codec);
  if (end.comfort === true) payloads[COMFORT] = 'comfort';
  if (end.events !== undefined) {
    const { receive, receiveClock = 8000, also } = end.events;
    if (also !== undefined) payloads[also.receive & 0x7f] = eventKind(also.clock);
    payloads[receive & 0x7f] = eventKind(receiveClock);
  }
  return payloads;
}
