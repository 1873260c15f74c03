import {
  HEADER_OCTETS as HEADER,
  isRtcp,
  newHeader,
  readHeader,
  type RtpHeader,
  sequenceAhead,
  writeHeader,
} from '../rtp/index.ts';
import { type Feedback, isFullIntra, keyFrameOf, keyFrameWanted, mapFeedback } from './feedback.ts';
import type { HostContext } from './host-context.ts';
import { Numbering } from './numbering.ts';
import type { RtpEnd } from './protocol.ts';
import { bare } from './relay.ts';
import type { Session } from './session.ts';
import { advance, nextTimestamp } from './stream.ts';

/** Sequence numbers a source may jump ahead (RFC 3550 §A.1, MAX_DROPOUT) or come late before it counts as another. */
const MAX_DROPOUT = 3000;
const MAX_MISORDER = 1000;
/** Requests for a full picture within so long are the same one, repeated (ms; RFC 5104 §4.3.1.2). */
const SAME_REQUEST = 250;

/** One record for all packets of the thread: nothing is kept of it. */
const header = newHeader();

/** One end of a stream that is passed on as it is (video, text): formats by number, and whose packets leave now. */
export class Passage {
  /** False: the next packet begins a source. */
  live = false;
  ssrc = 0;
  newest = 0;
  timestampOffset = 0;
  readonly numbering = new Numbering();
  /** Formats by the peer's numbers, and numbers that the peer knows by format. */
  receive: ReadonlyMap<number, string> = new Map();
  send: ReadonlyMap<string, number> = new Map();
  #request = { number: 0, at: Number.NEGATIVE_INFINITY };

  agree({ relay }: RtpEnd): void {
    this.receive = new Map(relay?.receive.map(({ payload, format }) => [payload, format]));
    this.send = new Map(relay?.send.map(({ payload, format }) => [format, payload]));
    if (this.send.size === 0) this.live = false;
  }

  /** The number of a request for a full picture (RFC 5104 §4.3.1.2). */
  requestNumber(now: number): number {
    if (now - this.#request.at > SAME_REQUEST) this.#request = { number: (this.#request.number + 1) & 0xff, at: now };
    return this.#request.number;
  }
}

/** Takes a datagram on the RTP port of a stream that is passed on. */
export function receivePassing(session: Session, bytes: Uint8Array, address: string, port: number): void {
  const format = readHeader(bytes, header) ? session.passage.receive.get(header.payload) : undefined;
  if (format === undefined) {
    if (session.end?.rtcp === 'mux' && isRtcp(bytes)) return session.rtcp(bytes, address, port);
    session.dropped += 1;
    return;
  }
  const now = session.host.ports.now();
  const verdict = session.latch.judge(address, port, header.ssrc, header.sequence, now);
  if (verdict === 'stranger') {
    session.dropped += 1;
    return;
  }
  session.packetsIn += 1;
  session.heardAt = now;
  session.reports.heard(header, now);
  session.host.abroad.carryOn(session.id, bytes, format);
  passToAll(session.audience, bytes, format, now);
  if (verdict !== 'latched') return;
  session.reports.restart();
  session.host.ports.tell({ event: 'latched', session: session.id, source: { address, port } });
}

/** Takes a packet of another host's session. */
export function receivePassingFromAbroad(host: HostContext, heard: string, bytes: Uint8Array, format: string): void {
  const audience = host.audiences.get(heard);
  if (audience !== undefined && readHeader(bytes, header)) passToAll(audience, bytes, format, host.ports.now());
}

/** The last listener gets the datagram itself, the others copies: sending takes the octets over. */
function passToAll(audience: readonly Session[], bytes: Uint8Array, format: string, now: number): void {
  const last = audience.length - 1;
  for (let at = 0; at < last; at += 1) pass(audience[at]!, bytes.slice(), format, now);
  if (last >= 0) pass(audience[last]!, bytes, format, now);
}

/** Sends a packet out as part of this leg's stream: numbers and SSRC are ours, marker and payload the source's. */
function pass(to: Session, bytes: Uint8Array, format: string, now: number): void {
  const { passage, stream, latch } = to;
  if (passage.send.size === 0 || latch.target === undefined) return;
  const began = !follows(passage, header);
  if (began) begin(to, header, now);
  const payload = passage.send.get(format);
  if (payload === undefined) {
    if (header.sequence === passage.newest) passage.numbering.skip(header.sequence);
    return;
  }
  const sequence = passage.numbering.outOf(header.sequence);
  if (sequence === undefined) return;
  const timestamp = (header.timestamp + passage.timestampOffset) >>> 0;
  const packet = bare(bytes, header);
  packet[0] = 0x80;
  writeHeader(packet, header.marker, payload, sequence, timestamp, stream.ssrc);
  advance(stream, sequence, timestamp, 1, packet.length - HEADER, now);
  to.send(packet);
  if (began) wantKeyFrame(to);
}

/** Timestamps may go back: pictures are not sent in the order in which they are shown. */
function follows(passage: Passage, { ssrc, sequence }: RtpHeader): boolean {
  if (!passage.live || ssrc !== passage.ssrc) return false;
  const ahead = sequenceAhead(passage.newest, sequence);
  if (ahead > MAX_DROPOUT || ahead < -MAX_MISORDER) return false;
  if (ahead > 0) passage.newest = sequence;
  passage.numbering.reached(passage.newest);
  return true;
}

function begin({ passage, stream }: Session, { ssrc, sequence, timestamp }: RtpHeader, now: number): void {
  passage.live = true;
  passage.ssrc = ssrc;
  passage.newest = sequence;
  passage.numbering.begin(ssrc, sequence, (stream.sequence + 1) & 0xffff);
  passage.timestampOffset = (nextTimestamp(stream, now) - timestamp) | 0;
}

/** Who begins to see a source sees nothing before its next key frame (telephony.md, Calls). */
export function wantKeyFrame(session: Session): void {
  if (!session.passage.live) return;
  if (session.end?.relay?.asked !== undefined) tellSource(session, [keyFrameWanted('pli', session.passage.ssrc)]);
}

/** Takes feedback of a leg's peer about what it is sent: it goes to whoever that came from. */
export function forwardFeedback(session: Session, feedback: readonly Feedback[]): void {
  const { passage, stream } = session;
  if (!passage.live) return;
  const sourceOf = (sequence: number): number | undefined => passage.numbering.sourceOf(sequence);
  const source = { ssrc: stream.ssrc, sourceSsrc: passage.ssrc, sourceOf };
  const mapped = feedback.flatMap((one) => mapFeedback(one, source) ?? []);
  if (mapped.length > 0) tellSource(session, mapped);
}

function tellSource({ host, heard }: Session, feedback: readonly Feedback[]): void {
  if (heard === undefined) return;
  const source = host.sessions.get(heard);
  if (source === undefined) host.abroad.report(heard, feedback);
  else reportTo(source, feedback);
}

/** Tells a leg's peer what those who see it say. */
export function reportTo(session: Session, feedback: readonly Feedback[]): void {
  const { end, passage, host, reports } = session;
  if (end?.relay === undefined) return;
  const told = feedback.flatMap((one) => understood(one, end.relay?.asked));
  for (const one of told) if (isFullIntra(one)) one.body[12] = passage.requestNumber(host.ports.now());
  if (told.length > 0) reports.tell(told);
}

/** A peer that knows one way only to be asked for a picture is asked by that. */
function understood(one: Feedback, asked: 'pli' | 'fir' | undefined): readonly Feedback[] {
  const ssrc = keyFrameOf(one);
  if (ssrc === undefined) return [one];
  return asked === undefined ? [] : [keyFrameWanted(asked, ssrc)];
}
