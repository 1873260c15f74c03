import {
  EVENT_OCTETS,
  EventScale,
  HEADER_OCTETS as HEADER,
  MAX_DURATION,
  rescaleEvents,
  type RtpHeader,
  type ScaledEvent,
  writeEvent,
  writeHeader,
} from '../../rtp/index.ts';
import type { Session } from '../session.ts';
import { advance } from '../stream.ts';

/** Where in a leg's stream a packet of a key goes. */
export interface KeyPlace {
  readonly sequence: number;
  /** Of the key's beginning. */
  readonly timestamp: number;
  readonly now: number;
}

/** Keys of whom a leg hears, on their way into that leg's stream by another clock rate than they came by (RFC 4733 §2.1). */
export class PassedKeys {
  #scale: { readonly from: number; readonly to: number; readonly scale: EventScale } | undefined;

  /** What to send for this packet; undefined: nothing. Clock rates in Hz. */
  scaled(header: RtpHeader, bytes: Uint8Array, from: number, to: number): ScaledEvent | undefined {
    if (this.#scale?.from !== from || this.#scale.to !== to)
      this.#scale = { from, to, scale: new EventScale(from, to) };
    return this.#scale.scale.take(bytes, header);
  }
}

/** Sends a key's packet, and before it the segments that are full (RFC 4733 §2.5.1.3). Gives how many went. */
export function sendScaled(to: Session, key: ScaledEvent, marker: boolean, place: KeyPlace): number {
  const { event, volume, end, filled, offset, duration } = key;
  for (let at = 0; at < filled; at += 1) {
    const timestamp = place.timestamp + offset - (filled - at) * MAX_DURATION;
    const full = { event, volume, end: false, duration: MAX_DURATION };
    send(to, full, false, { ...place, sequence: place.sequence + at, timestamp });
  }
  const timestamp = place.timestamp + offset;
  send(to, { event, volume, end, duration }, marker && offset === 0, {
    ...place,
    sequence: place.sequence + filled,
    timestamp,
  });
  return filled + 1;
}

function send(
  to: Session,
  { event, end, volume, duration }: Pick<ScaledEvent, 'event' | 'end' | 'volume' | 'duration'>,
  marker: boolean,
  place: KeyPlace,
): void {
  const { stream, end: rtp } = to;
  if (rtp?.events === undefined) return;
  const bytes = new Uint8Array(HEADER + EVENT_OCTETS);
  const [sequence, timestamp] = [place.sequence & 0xffff, place.timestamp >>> 0];
  writeHeader(bytes, marker, rtp.events.send, sequence, timestamp, stream.ssrc);
  writeEvent(bytes, HEADER, event, end, volume, duration);
  advance(stream, sequence, timestamp, 0, EVENT_OCTETS, place.now);
  to.send(bytes);
}

/** Several keys in one packet keep together: their durations alone are rewritten. */
export function sendTogether(to: Session, header: RtpHeader, bytes: Uint8Array, clock: number, place: KeyPlace): void {
  const { stream, end } = to;
  if (end?.events === undefined) return;
  const octets = header.payloadEnd - header.payloadAt;
  const packet = new Uint8Array(HEADER + octets);
  packet.set(bytes.subarray(header.payloadAt, header.payloadEnd), HEADER);
  rescaleEvents(packet, HEADER, packet.length, clock, end.events.sendClock ?? 8000);
  writeHeader(packet, header.marker, end.events.send, place.sequence & 0xffff, place.timestamp, stream.ssrc);
  advance(stream, place.sequence & 0xffff, place.timestamp, 0, octets, place.now);
  to.send(packet);
}
