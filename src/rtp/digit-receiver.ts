import type { RtpHeader } from './packet.ts';
import { isBehind, sequenceAhead, timestampAhead } from './sequence.ts';
import { digitOf, EVENT_OCTETS, MAX_DURATION, newEvent, readEvent } from './telephone-event.ts';

/** Silence after which a digit whose end was lost is taken to be over: four updates at the recommended 50 ms, and one more. */
const LOST_END_MS = 250;

/**
 * Reports each digit of one stream once, when it ends: by a packet with the E bit, by the next digit, or by silence when all
 * three end packets were lost. A digit of which only the end arrived is a digit (RFC 4733 §2.5.2.2).
 */
export class DigitReceiver {
  readonly #clock: number;
  readonly #report: (digit: string, ms: number) => void;
  readonly #event = newEvent();
  #state: 'none' | 'open' | 'reported' = 'none';
  #code = 0;
  #ssrc = 0;
  #sequence = 0;
  /** Timestamp of the segment that is running. */
  #segment = 0;
  /** Units in the segments before it, and in it so far. */
  #before = 0;
  #duration = 0;
  #heardAt = 0;

  constructor(clock: number, report: (digit: string, ms: number) => void) {
    this.#clock = clock;
    this.#report = report;
  }

  /** An RTP packet of the telephone-event payload type; `now` in monotonic milliseconds. Reporting is its last act. */
  take(bytes: Uint8Array, header: RtpHeader, now: number): void {
    let timestamp = header.timestamp;
    for (let at = header.payloadAt; readEvent(bytes, at, header.payloadEnd, this.#event); at += EVENT_OCTETS) {
      const { end, duration } = this.#event;
      // Several events in one packet are contiguous (§2.5.1.5); zeros behind the first are some phones' padding.
      if (at > header.payloadAt && duration === 0) return;
      this.#one(header, timestamp, now);
      if (!end) return;
      timestamp = (timestamp + duration) >>> 0;
    }
  }

  /** Called from the tick: ends a digit of which nothing was heard for a while. */
  tick(now: number): void {
    if (this.#state === 'open' && now - this.#heardAt >= LOST_END_MS) this.#close();
  }

  #one(header: RtpHeader, timestamp: number, now: number): void {
    if (digitOf(this.#event.event) === '') return;
    const known = this.#state !== 'none' && header.ssrc === this.#ssrc;
    if (known && this.#isSame(header, timestamp)) this.#update(header, now);
    else if (known && this.#isNextSegment(header, timestamp)) this.#nextSegment(header, timestamp, now);
    else if (!known || !this.#isLate(header, timestamp)) this.#begin(header, timestamp, now);
  }

  /** The running event, unless it is over and a newer packet has the marker: a phone whose timestamps stand still. */
  #isSame(header: RtpHeader, timestamp: number): boolean {
    if (timestamp !== this.#segment || this.#event.event !== this.#code) return false;
    return this.#state === 'open' || !header.marker || sequenceAhead(this.#sequence, header.sequence) <= 0;
  }

  #update(header: RtpHeader, now: number): void {
    if (sequenceAhead(this.#sequence, header.sequence) > 0) this.#sequence = header.sequence;
    if (this.#state !== 'open') return;
    this.#heardAt = now;
    this.#duration = Math.max(this.#duration, this.#event.duration);
    if (this.#event.end) this.#close();
  }

  #begin(header: RtpHeader, timestamp: number, now: number): void {
    const lapsed = this.#state === 'open' ? { digit: digitOf(this.#code), ms: this.#ms() } : undefined;
    this.#state = 'open';
    this.#code = this.#event.event;
    this.#ssrc = header.ssrc;
    this.#sequence = header.sequence;
    this.#segment = timestamp;
    this.#before = 0;
    this.#duration = 0;
    if (lapsed !== undefined) this.#report(lapsed.digit, lapsed.ms);
    this.#update(header, now);
  }

  /** An event beyond 0xFFFF units, or fewer that its sender keeps to, goes on without a gap and a marker (§2.5.1.3, §2.5.2.3). */
  #isNextSegment(header: RtpHeader, timestamp: number): boolean {
    if (this.#event.event !== this.#code || header.marker) return false;
    const ahead = timestampAhead(this.#segment, timestamp);
    return ahead === MAX_DURATION || (this.#state === 'open' && ahead > 0 && ahead === this.#duration);
  }

  #nextSegment(header: RtpHeader, timestamp: number, now: number): void {
    this.#before += timestampAhead(this.#segment, timestamp);
    this.#segment = timestamp;
    this.#duration = 0;
    this.#update(header, now);
  }

  /** Behind by number and by time: a straggler of an earlier digit. By one alone: a phone that sets its clock anew. */
  #isLate(header: RtpHeader, timestamp: number): boolean {
    return isBehind(this.#sequence, header.sequence) && timestampAhead(this.#segment, timestamp) <= 0;
  }

  #close(): void {
    this.#state = 'reported';
    this.#report(digitOf(this.#code), this.#ms());
  }

  #ms(): number {
    return Math.round(((this.#before + this.#duration) * 1000) / this.#clock);
  }
}
