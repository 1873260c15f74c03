import { transcode } from '../codec/index.ts';
import { HEADER_OCTETS as HEADER, type RtpHeader, sequenceAhead, timestampAhead, writeHeader } from '../rtp/index.ts';
import type { CodecName } from './protocol.ts';
import type { Session } from './session.ts';
import { advance, nextTimestamp } from './stream.ts';

/** Sequence numbers a source may jump ahead (RFC 3550 §A.1, MAX_DROPOUT) or come late before it counts as another. */
const MAX_DROPOUT = 3000;
const MAX_MISORDER = 100;
/** A source whose timestamp leaps further than a minute has begun anew. */
const MAX_LEAP = 60 * 8000;

/** How the numbers of the source that a leg hears become those of its own stream. */
export interface Mapping {
  /** False: the next packet begins a source. */
  live: boolean;
  ssrc: number;
  sequenceOffset: number;
  timestampOffset: number;
  /** Newest sequence number and audio timestamp of the source, and the oldest that still has a place in ours. */
  newest: number;
  newestTimestamp: number;
  oldest: number;
}

export function createMapping(): Mapping {
  return {
    live: false,
    ssrc: 0,
    sequenceOffset: 0,
    timestampOffset: 0,
    newest: 0,
    newestTimestamp: 0,
    oldest: 0,
  };
}

/**
 * Sends a packet of another leg, or its own echoed, out as part of this leg's stream. The octets are changed in place.
 * `codec` undefined: a telephone-event.
 */
export function relay(
  to: Session,
  header: RtpHeader,
  bytes: Uint8Array,
  codec: CodecName | undefined,
  now: number,
): void {
  const { end, stream, mapping } = to;
  const { target } = to.latch;
  if (end?.send === undefined || target === undefined) return;
  if (!follows(mapping, header, codec)) anchor(to, header, now);
  if (sequenceAhead(mapping.oldest, header.sequence) < 0) return;
  const payload = codec === undefined ? end.events?.send : end.send.payload;
  if (payload === undefined) return skip(mapping, header.sequence);
  const marker = header.marker || (stream.fresh && codec !== undefined);
  if (codec !== undefined) stream.fresh = false;
  const sequence = (header.sequence + mapping.sequenceOffset) & 0xffff;
  const timestamp = (header.timestamp + mapping.timestampOffset) >>> 0;
  const packet = bare(bytes, header);
  const octets = packet.length - HEADER;
  writeHeader(packet, marker, payload, sequence, timestamp, stream.ssrc);
  if (codec !== undefined && codec !== end.send.codec) transcode(codec, packet, HEADER, packet.length);
  advance(stream, sequence, timestamp, codec === undefined ? 0 : octets, octets, now);
  to.packetsOut += 1;
  to.pair.rtp.send(packet, target.address, target.port);
}

/** Whether a packet goes on where the source was; moves the source's newest numbers on. */
function follows(mapping: Mapping, header: RtpHeader, codec: CodecName | undefined): boolean {
  if (!mapping.live || header.ssrc !== mapping.ssrc) return false;
  const ahead = sequenceAhead(mapping.newest, header.sequence);
  if (ahead > MAX_DROPOUT || ahead < -MAX_MISORDER) return false;
  if (ahead <= 0) return true;
  if (codec !== undefined) {
    const leap = timestampAhead(mapping.newestTimestamp, header.timestamp);
    if (leap < 0 || leap > MAX_LEAP) return false;
    mapping.newestTimestamp = header.timestamp;
  }
  mapping.newest = header.sequence;
  if (sequenceAhead(mapping.oldest, mapping.newest) > MAX_MISORDER) mapping.oldest = mapping.newest - MAX_MISORDER;
  return true;
}

/** Begins a source: its first packet takes the next sequence number, and the timestamp of this moment. */
function anchor(to: Session, header: RtpHeader, now: number): void {
  const { mapping, stream } = to;
  mapping.live = true;
  mapping.ssrc = header.ssrc;
  mapping.sequenceOffset = (stream.sequence + 1 - header.sequence) & 0xffff;
  mapping.timestampOffset = (nextTimestamp(stream, now) - header.timestamp) | 0;
  mapping.newest = header.sequence;
  mapping.newestTimestamp = header.timestamp;
  mapping.oldest = header.sequence;
  stream.fresh = true;
}

/** A packet that is not passed on leaves no hole: what follows it moves up. */
function skip(mapping: Mapping, sequence: number): void {
  if (sequence !== mapping.newest) return;
  mapping.sequenceOffset -= 1;
  mapping.oldest = (sequence + 1) & 0xffff;
}

/** The packet with a header of twelve octets: no contributing sources, no extension, no padding (RFC 3550 §5.1). */
function bare(bytes: Uint8Array, header: RtpHeader): Uint8Array {
  if (header.payloadAt === HEADER && header.payloadEnd === bytes.length) return bytes;
  if (header.payloadAt !== HEADER) bytes.copyWithin(HEADER, header.payloadAt, header.payloadEnd);
  return bytes.subarray(0, HEADER + header.payloadEnd - header.payloadAt);
}
