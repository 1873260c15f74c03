import { JitterEstimate } from './jitter.ts';
import { Lesson } from './lesson.ts';
import { extendSequence, sequenceAhead, timestampAhead } from './sequence.ts';

/** Bounds of the delay that a buffer adds (ms). */
const LEAST = 20;
const MOST = 200;
/** Mean jitter times this is more than nearly every packet is late by (RFC 3550 §6.4.1 measures the mean). */
const WIDTH = 4;
/** Without packets for so long (ms) the talkspurt is over: the next one waits for its delay again. */
const OVER = 100;
/** Above this the source began anew (RFC 3550 §A.1; a minute). */
const MAX_DROPOUT = 3000;
const MAX_LEAP_MS = 60_000;
/** A delay above the target that lasts for so many packets is taken back, one packet at a time. */
const PATIENCE = 25;
/** While packets are late again and again the delay grows by one packet in so many. */
const GROWTH = 10;
const MOST_HELD = 64;

/** A packet that waits: its payload, and how many clock units it spans. */
export interface HeldPacket<Kind> {
  readonly kind: Kind;
  readonly bytes: Uint8Array;
  readonly timestamp: number;
  readonly units: number;
  /** Without wraps. */
  readonly sequence: number;
}

/**
 * What is to be heard next. `lost`: `units` of sound that never came, with what follows them; `silent`: the peer sent nothing
 * there; `empty`: nothing came in time; `idle`: nothing is being said.
 */
export type Taken<Kind> =
  | { readonly what: 'packet'; readonly packet: HeldPacket<Kind>; readonly surplus: boolean }
  | { readonly what: 'lost' | 'silent'; readonly units: number; readonly next: HeldPacket<Kind> }
  | { readonly what: 'empty' | 'idle' };

const EMPTY = { what: 'empty' } as const;
const IDLE = { what: 'idle' } as const;

/**
 * Puts the packets of one source in order and holds them just long enough: the target is four times the measured jitter,
 * between 20 and 200 ms, and for a while more after a packet came too late. Played by its reader's clock, not by its own.
 */
export class JitterBuffer<Kind> {
  /** Packets that came after their place had been concealed; repeated ones are not counted. */
  late = 0;
  readonly #clock: number;
  readonly #jitter: JitterEstimate;
  readonly #held: HeldPacket<Kind>[] = [];
  #ssrc: number | undefined;
  #near = 0;
  #newest = 0;
  /** Timestamp and number of what is to be heard next; undefined between talkspurts. */
  #next: { timestamp: number; sequence: number } | undefined;
  /** When the waiting talkspurt may begin. */
  #startAt = 0;
  /** Numbers below this are past. */
  #past = -Infinity;
  /** The last numbers that were given up. */
  #lost = { from: 0, to: 0 };
  /** Units concealed while nothing was there. */
  #owed = 0;
  readonly #lesson = new Lesson();
  #excess = 0;
  #sinceGrown = 0;

  /** `clock`: timestamp units a second. */
  constructor(clock: number) {
    this.#clock = clock;
    this.#jitter = new JitterEstimate(clock);
  }

  /** The delay that is aimed at (ms). */
  get target(): number {
    return Math.max(LEAST, Math.min(MOST, Math.max(WIDTH * this.#jitter.ms, this.#lesson.ms)));
  }

  /** Sound that waits (ms). */
  get held(): number {
    let units = 0;
    for (const packet of this.#held) units += packet.units;
    return this.#ms(units);
  }

  /** Takes a packet that arrived `now` (ms). Its octets are kept. False: it came too late, or twice. */
  put(
    kind: Kind,
    bytes: Uint8Array,
    units: number,
    { ssrc, sequence, timestamp }: { readonly ssrc: number; readonly sequence: number; readonly timestamp: number },
    now: number,
  ): boolean {
    if (!this.#continues(ssrc, sequence, timestamp)) this.#restart(ssrc, sequence);
    const number = extendSequence(this.#near, sequence);
    if (number >= this.#near) {
      this.#near = number;
      this.#newest = timestamp;
      this.#jitter.take(now, timestamp);
    }
    this.#lesson.pass(now);
    if (number < this.#past) return this.#tooLate(number, now);
    if (!this.#insert({ kind, bytes, timestamp, units, sequence: number })) return false;
    if (this.#next === undefined && this.#held.length === 1) this.#startAt = now + this.target;
    this.#learn(number, now);
    return true;
  }

  /** What is heard next, `now` (ms). */
  take(now: number): Taken<Kind> {
    const [first] = this.#held;
    if (this.#next === undefined) {
      if (first === undefined || (now < this.#startAt && this.held <= this.target + LEAST)) return IDLE;
      this.#next = { timestamp: first.timestamp, sequence: first.sequence };
      this.#owed = 0;
    }
    if (first === undefined) return EMPTY;
    const gap = timestampAhead(this.#next.timestamp, first.timestamp) - this.#owed;
    if (gap > 0 && this.#ms(gap) <= OVER) return this.#bridge(first, this.#next, gap);
    if (this.#grows()) return EMPTY;
    this.#owed = 0;
    this.#held.shift();
    this.#next = { timestamp: (first.timestamp + first.units) >>> 0, sequence: first.sequence + 1 };
    this.#past = this.#next.sequence;
    return { what: 'packet', packet: first, surplus: this.#isSurplus() };
  }

  /** Forgets what waits. */
  clear(): void {
    this.#held.length = 0;
    this.#next = undefined;
    this.#excess = 0;
  }

  /** The reader concealed so many units because nothing was there. */
  conceal(units: number): void {
    this.#owed += units;
    if (this.#ms(this.#owed) >= OVER) this.#next = undefined;
  }

  #bridge(next: HeldPacket<Kind>, expected: { timestamp: number; sequence: number }, gap: number): Taken<Kind> {
    const units = Math.min(gap, (this.#clock * LEAST) / 1000);
    const what = next.sequence === expected.sequence ? 'silent' : 'lost';
    const timestamp = (expected.timestamp + this.#owed + units) >>> 0;
    this.#owed = 0;
    if (units < gap || what === 'silent') this.#next = { timestamp, sequence: expected.sequence };
    else {
      this.#lost = { from: expected.sequence, to: next.sequence };
      this.#next = { timestamp, sequence: next.sequence };
      this.#past = next.sequence;
    }
    return { what, units, next };
  }

  /** More than the target waits, and has for a while. */
  #isSurplus(): boolean {
    const packetMs = this.#held[0] === undefined ? 0 : this.#ms(this.#held[0].units);
    this.#excess = this.held > this.target + packetMs && packetMs > 0 ? this.#excess + 1 : 0;
    if (this.#excess < PATIENCE && this.held <= MOST + LEAST) return false;
    this.#excess = 0;
    return true;
  }

  #insert(packet: HeldPacket<Kind>): boolean {
    const held = this.#held;
    let at = held.length;
    while (at > 0 && held[at - 1]!.sequence > packet.sequence) at -= 1;
    if (held[at - 1]?.sequence === packet.sequence) return false;
    held.splice(at, 0, packet);
    if (held.length > MOST_HELD) held.shift();
    return true;
  }

  #continues(ssrc: number, sequence: number, timestamp: number): boolean {
    if (ssrc !== this.#ssrc) return false;
    if (Math.abs(sequenceAhead(this.#near & 0xffff, sequence)) > MAX_DROPOUT) return false;
    return Math.abs(timestampAhead(this.#newest, timestamp)) <= (MAX_LEAP_MS / 1000) * this.#clock;
  }

  #restart(ssrc: number, sequence: number): void {
    this.clear();
    this.#past = -Infinity;
    this.#lost = { from: 0, to: 0 };
    this.#ssrc = ssrc;
    this.#near = sequence;
  }

  #tooLate(number: number, now: number): boolean {
    if (number < this.#lost.from || number >= this.#lost.to) return false;
    this.late += 1;
    this.#lesson.teach(Math.min(MOST, this.target + LEAST), now);
    return false;
  }

  #learn(number: number, now: number): void {
    // What fills the place that is being concealed came late, though it is still heard: the delay has grown by that.
    if (this.#owed === 0 || this.#next?.sequence !== number) return;
    this.late += 1;
    this.#lesson.teach(Math.min(MOST, LEAST + this.#ms(this.#owed)), now);
  }

  /** Packets that come late once are bad luck; when they do again, sound is stretched until there is time for them. */
  #grows(): boolean {
    this.#sinceGrown += 1;
    if (!this.#lesson.again || this.#owed > 0 || this.#sinceGrown < GROWTH) return false;
    if (this.held + LEAST > this.#lesson.ms) return false;
    this.#sinceGrown = 0;
    return true;
  }

  #ms(units: number): number {
    return (units * 1000) / this.#clock;
  }
}
