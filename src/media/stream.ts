import { sequenceAhead, timestampAhead } from '../rtp/index.ts';

/** Samples a millisecond at the clock rate of both G.711 payload types (RFC 3551 §4.5.14). */
export const SAMPLES_PER_MS = 8;

/**
 * What leaves a leg: one RTP stream for the session's life. Whatever its source is, its SSRC stays, its sequence is
 * unbroken and its timestamps never go back; else phones mute, and SRTP's rollover counter breaks.
 */
export interface OutgoingStream {
  readonly ssrc: number;
  /** Of the newest packet sent. */
  sequence: number;
  timestamp: number;
  /** When the newest packet was sent or due (ms), nothing before the first; and the samples it spans. */
  sentAt: number;
  span: number;
  /** Samples a millisecond of the codec in use: the clock of what leaves (RFC 3551 §4.1). */
  perMs: number;
  /** The next audio packet is the first of its source and carries the marker. */
  fresh: boolean;
  /** For sender reports (RFC 3550 §6.4.1). */
  packets: number;
  octets: number;
}

/** Always a number with a fraction: one that may be none is a fresh object for each packet. */
const NEVER = -0.5;

/** A stream that starts at a random SSRC, sequence and timestamp (RFC 3550 §5.1); takes ten random octets. */
export function createStream(random: Uint8Array): OutgoingStream {
  const words = new DataView(random.buffer, random.byteOffset, random.byteLength);
  return {
    ssrc: words.getUint32(0),
    timestamp: words.getUint32(4),
    // Far from its end: a first packet lost must not leave a peer a rollover behind (RFC 3711 §3.3.1).
    sequence: words.getUint16(8) & 0x7fff,
    sentAt: NEVER,
    span: 0,
    perMs: SAMPLES_PER_MS,
    fresh: true,
    packets: 0,
    octets: 0,
  };
}

/** The timestamp of a source that begins now: it advances by the time elapsed, at least past the newest packet. */
export function nextTimestamp(stream: OutgoingStream, now: number): number {
  if (stream.packets === 0) return stream.timestamp;
  const elapsed = Math.round((now - stream.sentAt) * stream.perMs);
  return (stream.timestamp + Math.max(stream.span, elapsed)) >>> 0;
}

/** Accounts for a packet that is about to leave. A late one, or another of the same event, moves no clock. */
export function advance(
  stream: OutgoingStream,
  sequence: number,
  timestamp: number,
  span: number,
  octets: number,
  at: number,
): void {
  const first = stream.packets === 0;
  stream.packets += 1;
  stream.octets += octets;
  if (first || sequenceAhead(stream.sequence, sequence) > 0) stream.sequence = sequence;
  if (!first && timestampAhead(stream.timestamp, timestamp) <= 0) return;
  stream.timestamp = timestamp;
  stream.span = span;
  stream.sentAt = at;
}
