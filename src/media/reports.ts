import { UNITS_PER_MS } from '../codec/index.ts';
import type { Timer } from '../kernel/index.ts';
import { hex } from '../kernel/index.ts';
import {
  JitterEstimate,
  middleOf,
  ntpTime,
  parseRtcp,
  printRtcp,
  ReceivedSequence,
  readVoipMetrics,
  type ReportBlock,
  type RtcpPacket,
  roundTrip,
  type RtpHeader,
  type SenderReport,
  type VoipMetrics,
  voipMetricsBody,
  write32,
  XR,
} from '../rtp/index.ts';
import { type Feedback, isFeedback } from './feedback.ts';
import { forwardFeedback } from './passage.ts';
import type { Address, CodecName, Quality } from './protocol.ts';
import { delayOf, type Impairment, mosOf, rating } from './quality.ts';
import type { Session } from './session.ts';

/** Reports leave at random times around this (ms; RFC 3550 §6.2): from half of it to one and a half. */
const INTERVAL = 5000;
/** Round trips above this are mistakes (ms). */
const LONGEST_TRIP = 10_000;
/** A longer compound is no report of a telephone. */
const LONGEST = 1500;
const CNAME = 1;
const USUAL_CLOCK = 8000;

/** The RTCP of one leg: reports end here, none crosses to another leg. */
export class Reports {
  readonly #session: Session;
  /** Random, and for this session only: nobody is told who or where we are (RFC 7022 §4.2). */
  readonly #cname: string;
  #timer: Timer | undefined;
  #timedOut = false;
  #source: number | undefined;
  #sequence = new ReceivedSequence();
  #jitter = new JitterEstimate(USUAL_CLOCK);
  /** The peer's last sender report: the middle of its NTP time, and when it came. */
  #senderReport = { middle: 0, at: 0 };
  #reportedPackets = 0;
  /** What came of sources before this one. */
  #before = { packets: 0, lost: 0 };
  /** What the peer's last report and voice metrics say of our stream. */
  #told: { block?: ReportBlock; metrics?: VoipMetrics; roundTrip?: number } = {};
  /** Where the peer's RTCP came from in this epoch: RTCP latches by itself. */
  #latched: Address | undefined;
  /** Of what came last; kept while the leg is held. */
  #heardCodec: CodecName | undefined;

  constructor(session: Session) {
    this.#session = session;
    this.#cname = hex(session.host.ports.random(12));
    this.#arm();
  }

  /** A new epoch of latching. */
  restart(): void {
    this.#latched = undefined;
  }

  /** A packet of the peer's, of this kind if it is audio: what reception reports are made of. */
  heard(header: RtpHeader, now: number, kind?: CodecName | 'comfort'): void {
    if (kind !== undefined && kind !== 'comfort' && kind !== this.#heardCodec) this.#speaks(kind);
    if (header.ssrc !== this.#source) {
      this.#before = { packets: this.#packets, lost: this.#lost };
      this.#source = header.ssrc;
      this.#sequence = new ReceivedSequence();
      this.#jitter = new JitterEstimate(this.#clock);
      this.#senderReport = { middle: 0, at: 0 };
    }
    if (this.#sequence.take(header.sequence)) this.#jitter.take(now, header.timestamp);
    this.#timedOut = false;
  }

  /** The peer is there, or is to be waited for from now on. */
  alive(): void {
    this.#session.heardAt = this.#session.host.ports.now();
    this.#timedOut = false;
  }

  /** Takes a datagram on the RTCP port; only from the machine whose RTP is the leg's. */
  receive(bytes: Uint8Array, address: string, port: number): void {
    const packets = this.#isPeer(address, port) && bytes.length <= LONGEST ? parseRtcp(bytes) : undefined;
    if (packets === undefined || 'malformed' in packets) {
      this.#session.dropped += 1;
      return;
    }
    if (this.#session.end?.rtcp !== 'mux') this.#latched = { address, port };
    // Who is muted may send nothing else.
    this.alive();
    for (const packet of packets) this.#read(packet);
  }

  /** How well the leg heard and was heard; undefined: nothing came of it. */
  quality(): Quality | undefined {
    const codec = this.#codec;
    if (this.#packets === 0 || codec === undefined) return undefined;
    const { stream } = this.#session;
    const { block, metrics, roundTrip: back } = this.#told;
    const opinion = (impairment: Omit<Impairment, 'roundTrip'>): number =>
      rounded(mosOf(rating(codec, { ...impairment, roundTrip: back })), 100);
    const [packets, lost, jitter] = [this.#packets, this.#lost, rounded(this.#jitter.ms, 10)];
    const told = metrics?.mosConversational ?? metrics?.mosListening;
    const theirs = block && { lost: Math.max(0, block.lost), jitter: rounded(block.jitter / stream.perMs, 10) };
    return {
      codec,
      received: { packets, lost, jitter, mos: opinion({ loss: lost / (packets + lost), jitter }) },
      ...(theirs && {
        sent: {
          packets: stream.packets,
          ...theirs,
          mos: opinion({ loss: theirs.lost / Math.max(1, stream.packets), jitter: theirs.jitter }),
          ...(told !== undefined && { told }),
        },
      }),
      ...(back !== undefined && { roundTrip: rounded(back, 10) }),
    };
  }

  get #codec(): CodecName | undefined {
    return this.#heardCodec ?? this.#session.end?.receive[0]?.codec;
  }

  /** Of all that were agreed the peer chose this one: its clock is what jitter is measured by. */
  #speaks(codec: CodecName): void {
    const before = this.#clock;
    this.#heardCodec = codec;
    if (this.#clock !== before) this.#jitter = new JitterEstimate(this.#clock);
  }

  get #clock(): number {
    const { relay } = this.#session.end ?? {};
    if (relay !== undefined) return relay.clock;
    const codec = this.#codec;
    return codec === undefined ? USUAL_CLOCK : UNITS_PER_MS[codec] * 1000;
  }

  get #packets(): number {
    return this.#before.packets + this.#sequence.received;
  }

  /** Packets that came twice make up for none. */
  get #lost(): number {
    return this.#before.lost + Math.max(0, this.#sequence.lost);
  }

  #read(packet: RtcpPacket): void {
    const { ssrc } = this.#session.stream;
    if (packet.kind === 'sr' && packet.ssrc === this.#source) this.#note(packet);
    if (packet.kind === 'sr' || packet.kind === 'rr') {
      for (const block of packet.reports) if (block.ssrc === ssrc) this.#noteBlock(block);
    } else if (packet.kind === 'other' && isFeedback(packet.type)) {
      this.#forward(packet);
    } else if (packet.kind === 'other' && packet.type === XR) {
      const metrics = readVoipMetrics(packet.body);
      if (metrics?.ssrc === ssrc) this.#told.metrics = metrics;
    }
  }

  /** Reports end at each leg; only feedback crosses, to whoever the stream comes from (telephony.md, Calls). */
  #forward({ type, count, body }: Feedback): void {
    if (this.#session.end?.relay !== undefined) forwardFeedback(this.#session, [{ type, count, body }]);
  }

  /** Sends feedback about what the peer sends, at once. */
  tell(feedback: readonly Feedback[]): void {
    const { ssrc } = this.#session.stream;
    for (const { body } of feedback) write32(body, 0, ssrc);
    this.#send(feedback.map(({ type, count, body }) => ({ kind: 'other', type, count, body })));
  }

  #noteBlock(block: ReportBlock): void {
    this.#told.block = block;
    const back = roundTrip(ntpTime(this.#session.host.ports.wall()), block);
    // A peer that counts DLSR wrongly, or a clock that was set, must not spoil it.
    if (back !== undefined && back < LONGEST_TRIP) this.#told.roundTrip = back;
  }

  /** Voice metrics for a peer that wants them (RFC 3611 §4.7). */
  #metrics(): readonly RtcpPacket[] {
    const { end, stream } = this.#session;
    const quality = end?.xr === true && this.#source !== undefined ? this.quality() : undefined;
    if (quality === undefined || this.#source === undefined) return [];
    const { packets, lost, jitter, mos } = quality.received;
    const loss = lost / (packets + lost);
    const impairment = { loss, jitter, roundTrip: quality.roundTrip };
    const body = voipMetricsBody(stream.ssrc, {
      ssrc: this.#source,
      lossRate: Math.min(255, Math.floor(loss * 256)),
      discardRate: 0,
      roundTrip: Math.round(quality.roundTrip ?? 0),
      endSystemDelay: Math.round(delayOf({ ...impairment, roundTrip: 0 })),
      rFactor: rating(quality.codec, impairment),
      mosListening: mosOf(rating(quality.codec, { ...impairment, roundTrip: 0 })),
      mosConversational: mos,
    });
    return [{ kind: 'other', type: XR, count: 0, body }];
  }

  close(): void {
    this.#timer?.cancel();
    if (this.#session.stream.packets > 0)
      this.#send([{ kind: 'bye', sources: [this.#session.stream.ssrc], reason: '' }]);
  }

  #isPeer(address: string, port: number): boolean {
    if (this.#latched !== undefined) return this.#latched.address === address && this.#latched.port === port;
    const { latch, end } = this.#session;
    if (end?.rtcp === 'mux') return latch.target?.address === address && latch.target.port === port;
    return latch.target?.address === address || end?.rtcp?.address === address;
  }

  #note({ ntp }: SenderReport): void {
    this.#senderReport = { middle: middleOf(ntp), at: this.#session.host.ports.now() };
  }

  #arm(): void {
    const { after, random } = this.#session.host.ports;
    const [chance = 128] = random(1);
    this.#timer = after('house', INTERVAL * (0.5 + chance / 256), () => {
      this.#arm();
      if (this.#session.stream.packets > 0 || this.#sequence.received > 0) this.#send([]);
      this.#session.strays.look(this.#session);
      this.#checkSilence();
    });
  }

  #send(more: readonly RtcpPacket[]): void {
    const { pair, stream, end, latch } = this.#session;
    const mux = end?.rtcp === 'mux';
    const named = end?.rtcp === 'mux' ? latch.target : end?.rtcp;
    const to = this.#latched ?? named ?? beside(latch.target);
    if (end === undefined || to === undefined) return;
    const items = [{ type: CNAME, text: this.#cname }];
    const sdes: RtcpPacket = { kind: 'sdes', chunks: [{ ssrc: stream.ssrc, items }] };
    const compound = this.#session.protection.sealReport(
      printRtcp([this.#report(), sdes, ...this.#metrics(), ...more]),
    );
    (mux ? pair.rtp : pair.rtcp).send(compound, to.address, to.port);
    this.#reportedPackets = stream.packets;
  }

  /** Who sent since the last report is a sender (RFC 3550 §6.4). */
  #report(): RtcpPacket {
    const { host, stream } = this.#session;
    const reports = this.#blocks();
    if (stream.packets === this.#reportedPackets) return { kind: 'rr', ssrc: stream.ssrc, reports };
    const since = host.ports.now() - stream.sentAt;
    return {
      kind: 'sr',
      ssrc: stream.ssrc,
      ntp: ntpTime(host.ports.wall()),
      rtpTimestamp: (stream.timestamp + Math.round(since * stream.perMs)) >>> 0,
      packets: stream.packets,
      octets: stream.octets,
      reports,
    };
  }

  #blocks(): readonly ReportBlock[] {
    if (this.#source === undefined) return [];
    const { middle, at } = this.#senderReport;
    const delay = middle === 0 ? 0 : Math.round(((this.#session.host.ports.now() - at) * 65_536) / 1000);
    return [
      {
        ssrc: this.#source,
        fractionLost: this.#sequence.takeFractionLost(),
        lost: this.#sequence.lost,
        highest: this.#sequence.highest,
        jitter: this.#jitter.units,
        lastSr: middle,
        delaySinceLastSr: delay,
      },
    ];
  }

  /** Told once for each silence, and only of a leg that should be heard. */
  #checkSilence(): void {
    const { host, id, end, heardAt } = this.#session;
    const limit = end?.timeout ?? host.ports.mediaTimeoutMs ?? 0;
    const expected = end !== undefined && end.receive.length > 0;
    if (limit === 0 || !expected || this.#timedOut || host.ports.now() - heardAt < limit) return;
    this.#timedOut = true;
    host.ports.tell({ event: 'mediaTimeout', session: id });
  }
}

/** RTCP's default place: the next port up (RFC 3550 §11). */
function beside(rtp: Address | undefined): Address | undefined {
  return rtp === undefined ? undefined : { address: rtp.address, port: rtp.port + 1 };
}

function rounded(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}
