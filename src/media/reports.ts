import type { Timer } from '../kernel/index.ts';
import { hex } from '../kernel/index.ts';
import {
  JitterEstimate,
  middleOf,
  ntpTime,
  parseRtcp,
  printRtcp,
  ReceivedSequence,
  type ReportBlock,
  type RtcpPacket,
  type RtpHeader,
  type SenderReport,
} from '../rtp/index.ts';
import type { Address } from './protocol.ts';
import type { Session } from './session.ts';
import { SAMPLES_PER_MS } from './stream.ts';

/** Reports leave at random times around this (ms; RFC 3550 §6.2): from half of it to one and a half. */
const INTERVAL = 5000;
/** A longer compound is no report of a telephone. */
const LONGEST = 1500;
const CNAME = 1;
const CLOCK = 8000;

/** The RTCP of one leg: reports end here, none crosses to another leg. */
export class Reports {
  readonly #session: Session;
  /** Random, and for this session only: nobody is told who or where we are (RFC 7022 §4.2). */
  readonly #cname: string;
  #timer: Timer | undefined;
  #timedOut = false;
  #source: number | undefined;
  #sequence = new ReceivedSequence();
  #jitter = new JitterEstimate(CLOCK);
  /** The peer's last sender report: the middle of its NTP time, and when it came. */
  #senderReport = { middle: 0, at: 0 };
  #reportedPackets = 0;
  /** Where the peer's RTCP came from in this epoch: RTCP latches by itself. */
  #latched: Address | undefined;

  constructor(session: Session) {
    this.#session = session;
    this.#cname = hex(session.host.ports.random(12));
    this.#arm();
  }

  /** A new epoch of latching. */
  restart(): void {
    this.#latched = undefined;
  }

  /** An audio packet of the peer's: what reception reports are made of. */
  heard(header: RtpHeader, now: number): void {
    if (header.ssrc !== this.#source) {
      this.#source = header.ssrc;
      this.#sequence = new ReceivedSequence();
      this.#jitter = new JitterEstimate(CLOCK);
      this.#senderReport = { middle: 0, at: 0 };
    }
    if (this.#sequence.take(header.sequence)) this.#jitter.take(now, header.timestamp);
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
    for (const packet of packets) if (packet.kind === 'sr' && packet.ssrc === this.#source) this.#note(packet);
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
    (mux ? pair.rtp : pair.rtcp).send(printRtcp([this.#report(), sdes, ...more]), to.address, to.port);
    this.#reportedPackets = stream.packets;
  }

  /** Who sent since the last report is a sender (RFC 3550 §6.4). */
  #report(): RtcpPacket {
    const { host, stream } = this.#session;
    const reports = this.#blocks();
    if (stream.packets === this.#reportedPackets) return { kind: 'rr', ssrc: stream.ssrc, reports };
    const since = host.ports.now() - (stream.sentAt ?? 0);
    return {
      kind: 'sr',
      ssrc: stream.ssrc,
      ntp: ntpTime(host.ports.wall()),
      rtpTimestamp: (stream.timestamp + Math.round(since * SAMPLES_PER_MS)) >>> 0,
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
    const limit = host.ports.mediaTimeoutMs;
    const expected = end !== undefined && end.receive.length > 0;
    if (limit === undefined || !expected || this.#timedOut || host.ports.now() - heardAt < limit) return;
    this.#timedOut = true;
    host.ports.tell({ event: 'mediaTimeout', session: id });
  }
}

/** RTCP's default place: the next port up (RFC 3550 §11). */
function beside(rtp: Address | undefined): Address | undefined {
  return rtp === undefined ? undefined : { address: rtp.address, port: rtp.port + 1 };
}
