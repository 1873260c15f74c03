import {
  type AudioRate,
  ComfortNoise,
  createDecoder,
  type Decoder,
  LONGEST_FRAME_MS,
  type OpusWasm,
  unitsOf,
} from '../../codec/index.ts';
import { JitterBuffer, type RtpHeader } from '../../rtp/index.ts';
import type { CodecName } from '../protocol.ts';
import { type Frame, FRAME_MS, type Rate, type Voice } from './types.ts';

/** Frames that are kept, so that a reader who is late gets those that he missed. */
const KEPT = 8;
/** A reader who comes after so many frames is a new one. */
const ABSENT = 10;
/** What is taken back of a delay that grew too long is faded over (ms). */
const FADE_MS = 5;

interface Moment {
  pcm: Int16Array;
  rate: Rate;
  heard: boolean;
  tick: number;
}

/** What a decoded voice needs of its host. */
export interface VoicePorts {
  readonly now: () => number;
  readonly opus: () => OpusWasm | undefined;
}

/** What one leg says: takes its packets as they come, gives frames as they are asked for, each decoded once. */
export class DecodedVoice {
  /** Frames asked for, and those of them in which nothing of the leg's sounded. */
  concealed = 0;
  readonly #ports: VoicePorts;
  /** The rates that readers wish; empty: nobody reads. */
  readonly #wishes: Rate[] = [];
  #buffer = new JitterBuffer<CodecName | 'comfort'>(8000);
  #clock: 8 | 48 = 8;
  #codec: CodecName | undefined;
  #decoder: Decoder | undefined;
  readonly #moments: Moment[] = Array.from({ length: KEPT }, () => ({
    pcm: new Int16Array(0),
    rate: 8000 as const,
    heard: false,
    tick: -1,
  }));
  #tick = -1;
  /** Decoded and not yet asked for. */
  #waiting = new Int16Array(0);
  #count = 0;
  #rate: Rate = 8000;
  /** The beginning of what was left out, to be faded from. */
  #leftOut: Int16Array | undefined;
  /** While the leg is silent, and sent its noise instead (RFC 3389). */
  #noise: ComfortNoise | undefined;

  constructor(ports: VoicePorts) {
    this.#ports = ports;
  }

  /** Packets that came too late to be heard in their place. */
  get late(): number {
    return this.#buffer.late;
  }

  /** A packet of the leg's; its payload is copied. */
  take(kind: CodecName | 'comfort', bytes: Uint8Array, header: RtpHeader, now: number): void {
    const { payloadAt, payloadEnd } = header;
    const units = kind === 'comfort' ? 0 : unitsOf(kind, bytes, payloadAt, payloadEnd);
    if (units === 0 && kind !== 'comfort') return;
    const clock = kind === 'opus' ? 48 : 8;
    if (clock !== this.#clock && kind !== 'comfort') this.#reclock(clock);
    this.#buffer.put(kind, bytes.slice(payloadAt, payloadEnd), units, header, now);
  }

  frame(tick: number): Frame {
    if (tick <= this.#tick) {
      const kept = this.#moments[tick % KEPT]!;
      return kept.tick === tick ? kept : this.#moments[this.#tick % KEPT]!;
    }
    if (tick - this.#tick > ABSENT) this.#tick = tick - 1;
    while (this.#tick < tick) this.#advance();
    return this.#moments[tick % KEPT]!;
  }

  /** One more reader; `ended` when the last one has gone. */
  reader(wish: Rate, ended: () => void): Voice {
    this.#wishes.push(wish);
    let reading = true;
    return {
      frame: (tick) => this.frame(tick),
      release: () => {
        if (!reading) return;
        reading = false;
        this.#wishes.splice(this.#wishes.indexOf(wish), 1);
        if (this.#wishes.length > 0) return;
        this.#decoder?.free();
        this.#decoder = undefined;
        this.#codec = undefined;
        ended();
      },
    };
  }

  #reclock(clock: 8 | 48): void {
    this.#clock = clock;
    const { late } = this.#buffer;
    this.#buffer = new JitterBuffer(clock * 1000);
    this.#buffer.late = late;
  }

  #advance(): void {
    this.#tick += 1;
    let heard = false;
    while (this.#count < this.#frameLength()) heard = this.#more() || heard;
    const moment = this.#moments[this.#tick % KEPT]!;
    const length = this.#frameLength();
    if (moment.pcm.length !== length) moment.pcm = new Int16Array(length);
    moment.rate = this.#rate;
    moment.pcm.set(this.#waiting.subarray(0, length));
    moment.heard = heard || this.#count > length;
    moment.tick = this.#tick;
    this.#waiting.copyWithin(0, length, this.#count);
    this.#count -= length;
    if (!moment.heard) this.concealed += 1;
  }

  #frameLength(): number {
    return (this.#rate * FRAME_MS) / 1000;
  }

  /** Decodes or makes up what follows; whether the leg said it. */
  #more(): boolean {
    const taken = this.#buffer.take(this.#ports.now());
    switch (taken.what) {
      case 'packet':
        return this.#decode(taken.packet.kind, taken.packet.bytes, taken.surplus);
      case 'lost':
        this.#conceal(taken.units, taken.next.kind === this.#codec ? taken.next.bytes : undefined);
        return false;
      case 'silent':
        this.#quiet(taken.units);
        return false;
      case 'empty':
        this.#buffer.conceal(FRAME_MS * this.#clock);
        this.#conceal(FRAME_MS * this.#clock, undefined);
        return false;
      case 'idle':
        this.#quiet(FRAME_MS * this.#clock);
        return false;
    }
  }

  #decode(kind: CodecName | 'comfort', bytes: Uint8Array, surplus: boolean): boolean {
    if (kind === 'comfort') {
      // The first octet is the level in dB below overload (RFC 3389 §3); without it there is nothing to make noise from.
      this.#noise = bytes.length === 0 ? undefined : new ComfortNoise(this.#tick, -(bytes[0]! & 0x7f));
      return false;
    }
    this.#noise = undefined;
    const decoder = this.#decoderOf(kind);
    if (decoder === undefined) return (this.#quiet(unitsOf(kind, bytes, 0, bytes.length)), false);
    const made = decoder.decode(bytes, 0, bytes.length, this.#room());
    if (made === 0) this.#quiet(unitsOf(kind, bytes, 0, bytes.length));
    else if (surplus) this.#leaveOut(made);
    else this.#add(made);
    return made > 0;
  }

  #decoderOf(codec: CodecName): Decoder | undefined {
    const rate = this.#wish();
    if (codec === this.#codec && this.#decoder !== undefined && (codec !== 'opus' || this.#decoder.rate === rate)) {
      return this.#decoder;
    }
    this.#decoder?.free();
    this.#decoder = createDecoder(codec, rate, codec === 'opus' ? this.#ports.opus() : undefined);
    this.#codec = codec;
    if (this.#decoder !== undefined) this.#setRate(this.#decoder.rate);
    return this.#decoder;
  }

  #wish(): Rate {
    let most: Rate = 8000;
    for (const wish of this.#wishes) if (wish > most) most = wish;
    return most;
  }

  #setRate(rate: AudioRate): void {
    if (rate === this.#rate) return;
    this.#rate = rate;
    this.#count = 0;
    this.#leftOut = undefined;
  }

  /** Where the next samples go; there is room for the longest payload. */
  #room(): Int16Array {
    const needed = this.#count + (this.#rate * LONGEST_FRAME_MS) / 1000;
    if (this.#waiting.length < needed) {
      const wider = new Int16Array(needed);
      wider.set(this.#waiting);
      this.#waiting = wider;
    }
    return this.#waiting.subarray(this.#count);
  }

  #add(made: number): void {
    const from = this.#leftOut;
    if (from !== undefined) {
      const length = Math.min(made, from.length);
      for (let at = 0; at < length; at += 1) {
        const share = (at + 1) / (length + 1);
        const place = this.#count + at;
        this.#waiting[place] = Math.round(from[at]! * (1 - share) + this.#waiting[place]! * share);
      }
      this.#leftOut = undefined;
    }
    this.#count += made;
  }

  #leaveOut(made: number): void {
    const length = Math.min(made, (this.#rate * FADE_MS) / 1000);
    this.#leftOut = this.#waiting.slice(this.#count, this.#count + length);
  }

  #conceal(units: number, next: Uint8Array | undefined): void {
    if (this.#decoder === undefined || this.#noise !== undefined) return this.#quiet(units);
    const count = this.#samples(units);
    this.#decoder.conceal(count, this.#room(), next);
    this.#add(count);
  }

  #quiet(units: number): void {
    const count = this.#samples(units);
    const into = this.#room();
    if (this.#noise === undefined) into.fill(0, 0, count);
    else this.#noise.fill(into, count);
    this.#add(count);
  }

  #samples(units: number): number {
    return Math.min(
      (this.#rate * LONGEST_FRAME_MS) / 1000,
      Math.max(1, Math.round((units * this.#rate) / (this.#clock * 1000))),
    );
  }
}
