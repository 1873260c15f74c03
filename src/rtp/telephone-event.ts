/** The telephone-event payload (RFC 4733 §2.3) and the digits it carries. */

/**
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     event     |E|R| volume    |          duration             |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 */
export interface TelephoneEvent {
  event: number;
  end: boolean;
  /** dBm0 without its minus sign, 0–63. */
  volume: number;
  /** Timestamp units since the event or its segment began. */
  duration: number;
}

export const EVENT_OCTETS = 4;
/** The longest a segment can be; a longer event goes on in another (RFC 4733 §2.5.1.3). */
export const MAX_DURATION = 0xffff;

const DIGITS = '0123456789*#ABCD!';

export function newEvent(): TelephoneEvent {
  return { event: 0, end: false, volume: 0, duration: 0 };
}

/** Reads the event at `at` in a payload that ends at `to`; false when there is none. */
export function readEvent(bytes: Uint8Array, at: number, to: number, into: TelephoneEvent): boolean {
  if (at + EVENT_OCTETS > Math.min(to, bytes.length)) return false;
  into.event = bytes[at]!;
  into.end = (bytes[at + 1]! & 0x80) !== 0;
  into.volume = bytes[at + 1]! & 0x3f;
  into.duration = (bytes[at + 2]! << 8) | bytes[at + 3]!;
  return true;
}

export function writeEvent(
  bytes: Uint8Array,
  at: number,
  event: number,
  end: boolean,
  volume: number,
  duration: number,
): void {
  bytes[at] = event;
  bytes[at + 1] = (end ? 0x80 : 0) | (volume & 0x3f);
  bytes[at + 2] = (duration >> 8) & 0xff;
  bytes[at + 3] = duration & 0xff;
}

/**
 * Rewrites the durations of a payload's events from one clock rate to another (Hz), at most to the longest there is. In `bytes`
 * the payload stands from `at` to `to`.
 */
export function rescaleEvents(bytes: Uint8Array, at: number, to: number, from: number, clock: number): void {
  if (from === clock) return;
  for (let event = at; event + EVENT_OCTETS <= to; event += EVENT_OCTETS) {
    const duration = Math.round((((bytes[event + 2]! << 8) | bytes[event + 3]!) * clock) / from);
    const bounded = Math.min(MAX_DURATION, duration);
    bytes[event + 2] = bounded >> 8;
    bytes[event + 3] = bounded & 0xff;
  }
}

/** `0`–`9`, `*`, `#`, `A`–`D`, and `!` for a hook flash (RFC 4733 §3.2); '' for events that are no key. */
export function digitOf(event: number): string {
  return DIGITS.charAt(event);
}

/** undefined for what is no key. */
export function eventOf(digit: string): number | undefined {
  const event = digit.length === 1 ? DIGITS.indexOf(digit.toUpperCase()) : -1;
  return event < 0 ? undefined : event;
}

/** One packet of a digit: what its header and its four octets say. */
export interface EventPacket {
  readonly marker: boolean;
  /** Timestamp units from the digit's beginning to that of its segment. */
  readonly offset: number;
  readonly event: number;
  readonly end: boolean;
  readonly volume: number;
  readonly duration: number;
}

/**
 * The packets of a digit of `duration` units, one each `step` units: begin with the marker, updates, the end three times; and
 * the end of each segment of a very long one three times (RFC 4733 §2.5.1). undefined for what is no key.
 */
export function digitPackets(digit: string, duration: number, step: number): readonly EventPacket[] | undefined {
  const event = eventOf(digit);
  if (event === undefined) return undefined;
  const packets: EventPacket[] = [];
  for (let offset = 0; offset < duration; offset += MAX_DURATION) {
    const segment = Math.min(duration - offset, MAX_DURATION);
    const last = { marker: false, offset, event, end: offset + segment >= duration, volume: 10, duration: segment };
    for (let at = step; at < segment; at += step) packets.push({ ...last, end: false, duration: at });
    packets.push(last, last, last);
  }
  return packets.map((packet, at) => (at === 0 ? { ...packet, marker: true } : packet));
}
