import type { RtpHeader } from './packet.ts';
import { isBehind, sequenceAhead, timestampAhead } from './sequence.ts';
import { EVENT_OCTETS, MAX_DURATION, newEvent, readEvent } from './telephone-event.ts';

/** What to send for a packet of an event. */
export interface ScaledEvent {
  readonly event: number;
  readonly end: boolean;
  readonly volume: number;
  /** The packet is the first of its event that came. */
  readonly first: boolean;
  /** Segments that are full by now, and not told so yet: each is to be told with 0xFFFF units and without its end. */
  readonly filled: number;
  /** Units of the other clock from the beginning of the event to that of this segment; what the segment has lasted. */
  readonly offset: number;
  readonly duration: number;
}

/**
 * Telephone-events of one stream in another clock rate. What is longer than 16 bits can say goes on in segments, the source's or
 * ours (RFC 4733 §2.5.1.3): at 48 kHz after 1.37 s, at 8 kHz after 8.2 s.
 */
export class EventScale {
  readonly #from: number;
  readonly #to: number;
  readonly #event = newEvent();
  #live = false;
  #ssrc = 0;
  #code = 0;
  #sequence = 0;
  /** The source's segment: its timestamp, what it has lasted, and the segments before it. */
  #segment = 0;
  #lasted = 0;
  #before = 0;
  /** The segments that have been begun, but one. */
  #begun = 0;
  #ended = false;

  /** Clock rates in Hz. */
  constructor(from: number, to: number) {
    this.#from = from;
    this.#to = to;
  }

  /** Takes the first event of a packet; undefined: none is in it, or it came after what followed it. */
  take(bytes: Uint8Array, header: RtpHeader): ScaledEvent | undefined {
    if (!readEvent(bytes, header.payloadAt, header.payloadEnd, this.#event)) return undefined;
    const first = !this.#goesOn(header);
    if (first && this.#isLate(header)) return undefined;
    if (first) this.#begin(header);
    if (sequenceAhead(this.#sequence, header.sequence) > 0) this.#sequence = header.sequence;
    const { event, end, volume, duration } = this.#event;
    this.#lasted = Math.max(this.#lasted, duration);
    this.#ended ||= end;
    const total = Math.round(((this.#before + duration) * this.#to) / this.#from);
    const segment = Math.max(0, Math.ceil(total / MAX_DURATION) - 1);
    if (segment < this.#begun) return undefined;
    const filled = segment - this.#begun;
    this.#begun = segment;
    const offset = segment * MAX_DURATION;
    return { event, end, volume, first, filled, offset, duration: total - offset };
  }

  /** Of the running segment, or of the one that begins where it ends. */
  #goesOn({ ssrc, timestamp, sequence, marker }: RtpHeader): boolean {
    if (!this.#live || ssrc !== this.#ssrc || this.#event.event !== this.#code) return false;
    // Over, and a newer packet has the marker: another key of a phone whose timestamps stand still.
    if (timestamp === this.#segment) return !this.#ended || !marker || sequenceAhead(this.#sequence, sequence) <= 0;
    const ahead = timestampAhead(this.#segment, timestamp);
    const adjacent = ahead === MAX_DURATION || (ahead > 0 && ahead === this.#lasted);
    if (!adjacent || marker || this.#ended) return false;
    this.#before += ahead;
    this.#segment = timestamp;
    this.#lasted = 0;
    return true;
  }

  #begin({ ssrc, timestamp, sequence }: RtpHeader): void {
    this.#live = true;
    this.#ssrc = ssrc;
    this.#code = this.#event.event;
    this.#sequence = sequence;
    this.#segment = timestamp;
    this.#lasted = 0;
    this.#before = 0;
    this.#begun = 0;
    this.#ended = false;
  }

  #isLate({ ssrc, sequence, timestamp }: RtpHeader): boolean {
    if (!this.#live || ssrc !== this.#ssrc) return false;
    return isBehind(this.#sequence, sequence) && timestampAhead(this.#segment, timestamp) <= 0;
  }
}

/** Whether a packet brings one event at most: what else is in it cannot be told apart by clock and segment. */
export function isSingle({ payloadAt, payloadEnd }: RtpHeader): boolean {
  return payloadEnd - payloadAt < 2 * EVENT_OCTETS;
}
