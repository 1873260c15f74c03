import { isLaw, transcode, unitsOf } from '../codec/index.ts';
import {
  HEADER_OCTETS as HEADER,
  isSingle,
  type RtpHeader,
  sequenceAhead,
  timestampAhead,
  writeHeader,
} from '../rtp/index.ts';
import { COMFORT, EVENT_CLOCK, isEvent, type Kind } from './kinds.ts';
import { PassedKeys, sendScaled, sendTogether } from './keys/passed.ts';
import type { RtpEnd } from './protocol.ts';
import type { Session } from './session.ts';
import { advance, nextTimestamp } from './stream.ts';
import { Interpreter, passes } from './voice/interpreter.ts';
import { feed } from './voice/voices.ts';

/** Sequence numbers a source may jump ahead (RFC 3550 §A.1, MAX_DROPOUT) or come late before it counts as another. */
const MAX_DROPOUT = 3000;
const MAX_MISORDER = 100;
/** A source whose timestamp leaps further has begun anew (ms). */
const MAX_LEAP = 60_000;

/** How the numbers of the source that a leg hears become those of its own stream. */
export interface Mapping {
  /** False: the next packet begins a source. */
  live: boolean;
  ssrc: number;
  sequenceOffset: number;
  timestampOffset: number;
  /** Of keys that come in another clock rate than they go on in; and our timestamp of the last one. */
  keys: PassedKeys | undefined;
  keyAt: number;
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
    keys: undefined,
    keyAt: 0,
    newest: 0,
    newestTimestamp: 0,
    oldest: 0,
  };
}

/** Sends a packet of another leg, or its own echoed, out as part of this leg's stream. The octets are changed in place. */
export function relay(to: Session, header: RtpHeader, bytes: Uint8Array, kind: Kind, now: number): void {
  const { end } = to;
  if (end?.send === undefined || to.latch.target === undefined) return;
  if (to.keying.holds && !(isEvent(kind) && !holdsKeys(to) && to.keying.yields())) return;
  if (interpreted(to, header, bytes, kind, now)) return;
  if (!follows(to, header, kind)) anchor(to, header, now);
  if (sequenceAhead(to.mapping.oldest, header.sequence) < 0) return;
  const payload = isEvent(kind) && holdsKeys(to) ? undefined : payloadOf(kind, end);
  if (payload === undefined) skip(to.mapping, header.sequence);
  else pass(to, header, bytes, kind, payload, now);
}

function pass(to: Session, header: RtpHeader, bytes: Uint8Array, kind: Kind, payload: number, now: number): void {
  const { end, stream, mapping } = to;
  const event = isEvent(kind);
  if (event && EVENT_CLOCK[kind] !== (end?.events?.sendClock ?? 8000))
    return passKey(to, header, bytes, EVENT_CLOCK[kind], now);
  const marker = header.marker || (stream.fresh && !event);
  if (!event) stream.fresh = false;
  const sequence = (header.sequence + mapping.sequenceOffset) & 0xffff;
  const timestamp = (header.timestamp + mapping.timestampOffset) >>> 0;
  const packet = bare(bytes, header);
  writeHeader(packet, marker, payload, sequence, timestamp, stream.ssrc);
  if (!event && isLaw(kind) && kind !== end?.send?.codec) transcode(kind, packet, HEADER, packet.length);
  const units = event || kind === 'comfort' ? 0 : unitsOf(kind, packet, HEADER, packet.length);
  advance(stream, sequence, timestamp, units, packet.length - HEADER, now);
  to.send(packet);
}

/** A key in another clock rate than the leg's: it may need more packets than it came in. */
function passKey(to: Session, header: RtpHeader, bytes: Uint8Array, clock: number, now: number): void {
  const { mapping, end } = to;
  const place = {
    sequence: header.sequence + mapping.sequenceOffset,
    timestamp: (header.timestamp + mapping.timestampOffset) >>> 0,
    now,
  };
  if (!isSingle(header)) return sendTogether(to, header, bytes, clock, place);
  mapping.keys ??= new PassedKeys();
  const key = mapping.keys.scaled(header, bytes, clock, end?.events?.sendClock ?? 8000);
  if (key === undefined) return skip(mapping, header.sequence);
  if (key.first) mapping.keyAt = place.timestamp;
  const more = sendScaled(to, key, header.marker, { ...place, timestamp: mapping.keyAt }) - 1;
  if (more === 0) return;
  // What came before has its place before them.
  mapping.sequenceOffset += more;
  mapping.oldest = header.sequence;
}

/** Whether the packet is interpreted, since it is in another codec than the leg is sent, or one before it was. */
function interpreted(to: Session, header: RtpHeader, bytes: Uint8Array, kind: Kind, now: number): boolean {
  const codec = to.end?.send?.codec;
  if (codec === undefined || to.heard === undefined) return false;
  if (to.interpreter !== undefined) {
    if (to.interpreter.take(header, bytes, kind, codec, now)) return true;
    endInterpreting(to);
  }
  if (passes(kind, codec)) return false;
  to.interpreter = new Interpreter(to, to.heard, codec);
  to.mapping.live = false;
  // A voice that began with its reader has not met this packet; another one knows it, and takes it once.
  if (!isEvent(kind)) feed(to.host, to.heard, kind, bytes, header, now);
  return true;
}

/** Whether the keys of whom a leg hears come to it by signalling. */
function holdsKeys({ hears }: Session): boolean {
  return hears.kind === 'session' && hears.keys === 'held';
}

export function endInterpreting(to: Session): void {
  to.interpreter?.stop();
  to.interpreter = undefined;
  to.mapping.live = false;
}

/** The number that the leg knows this kind of payload by; undefined: it does not. */
function payloadOf(kind: Kind, { send, events, comfort }: RtpEnd): number | undefined {
  if (isEvent(kind)) return events?.send;
  if (kind === 'comfort') return comfort === true && send !== undefined && isLaw(send.codec) ? COMFORT : undefined;
  return send?.payload;
}

/** Whether a packet goes on where the source was; moves the source's newest numbers on. */
function follows({ mapping, stream }: Session, header: RtpHeader, kind: Kind): boolean {
  if (!mapping.live || header.ssrc !== mapping.ssrc) return false;
  const ahead = sequenceAhead(mapping.newest, header.sequence);
  if (ahead > MAX_DROPOUT || ahead < -MAX_MISORDER) return false;
  if (ahead <= 0) return true;
  if (!isEvent(kind)) {
    const leap = timestampAhead(mapping.newestTimestamp, header.timestamp);
    if (leap < 0 || leap > MAX_LEAP * stream.perMs) return false;
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
export function bare(bytes: Uint8Array, header: RtpHeader): Uint8Array {
  if (header.payloadAt === HEADER && header.payloadEnd === bytes.length) return bytes;
  if (header.payloadAt !== HEADER) bytes.copyWithin(HEADER, header.payloadAt, header.payloadEnd);
  return bytes.subarray(0, HEADER + header.payloadEnd - header.payloadAt);
}
