import { createEncoder, type Encoder, UNITS_PER_MS } from '../../codec/index.ts';
import { HEADER_OCTETS as HEADER } from '../../rtp/index.ts';
import type { HostContext } from '../host-context.ts';
import type { CodecName } from '../protocol.ts';
import { sendMade } from '../sending.ts';
import type { Session } from '../session.ts';
import { packetMs } from '../voice/mouth.ts';
import { FRAME_MS } from '../voice/types.ts';
import { frameLength, type MixRate, type Sum } from './sum.ts';

/** Frames that bring an encoder to where another is that was fed the same: its memory fades within 100 ms. */
export const PRIMING = 5;
/** Without anybody who hears it for so many frames an encoder rests. */
const IDLE = 50;

const scratch = new Uint8Array(1500);

/** A packet that all who share it are sent. */
interface Made {
  readonly payload: Uint8Array;
  readonly units: number;
  readonly at: number;
}

export function choirKey(codec: CodecName, ptime: number): string {
  return `${codec} ${packetMs(codec, ptime)}`;
}

/** What those hear who do not talk: the whole mix, encoded once for each codec and packet time. */
export class Choir {
  readonly rate: MixRate;
  readonly #codec: CodecName;
  readonly #ms: number;
  readonly #host: HostContext;
  #encoder: Encoder | undefined;
  #waiting: Int16Array;
  #count = 0;
  #startsAt = 0;
  /** The packets of this tick. */
  readonly #made: Made[] = [];
  /** The tick that was encoded last, and that for which somebody heard it last. */
  #tick = -1;
  #heardAt = -1;

  constructor(host: HostContext, codec: CodecName, ptime: number) {
    this.#host = host;
    this.#codec = codec;
    this.#ms = packetMs(codec, ptime);
    this.rate = rateFor(codec);
    this.#waiting = new Int16Array(frameLength(this.rate) + (this.rate * this.#ms) / 1000);
  }

  /** Nobody has heard it for a while. */
  idle(tick: number): boolean {
    return tick - this.#heardAt > IDLE;
  }

  /** How much of a packet has been filled before this tick (ms). */
  pending(tick: number): number {
    return this.#tick === tick - 1 ? (this.#count * 1000) / this.rate : 0;
  }

  /** Whether a listener who comes now begins with a whole packet. */
  fresh(tick: number): boolean {
    return this.#tick !== tick - 1 || this.#count === 0;
  }

  /** Sends the packets of this tick to one listener; the first who asks has them made. */
  sing(to: Session, sum: Sum, tick: number): void {
    if (this.#tick !== tick) this.#encode(sum, tick);
    this.#heardAt = tick;
    if (to.keying.holds) return;
    for (const { payload, units, at } of this.#made) {
      const packet = new Uint8Array(HEADER + payload.length);
      packet.set(payload, HEADER);
      sendMade(to, packet, units, at);
    }
  }

  close(): void {
    this.#encoder?.free();
    this.#encoder = undefined;
  }

  #encode(sum: Sum, tick: number): void {
    if (this.#tick !== tick - 1) this.#restart(sum, tick);
    this.#tick = tick;
    this.#made.length = 0;
    const whole = sum.whole(tick);
    if (this.#encoder === undefined || whole === undefined) return;
    this.#waiting.set(whole, this.#count);
    this.#count += whole.length;
    const length = (this.rate * this.#ms) / 1000;
    let sent = 0;
    for (; this.#count - sent >= length; sent += length) {
      const octets = this.#encoder.encode(this.#waiting.subarray(sent), length, scratch, 0);
      const payload = scratch.slice(0, octets);
      if (octets > 0) this.#made.push({ payload, units: this.#ms * UNITS_PER_MS[this.#codec], at: this.#startsAt });
      this.#startsAt += this.#ms;
    }
    this.#waiting.copyWithin(0, sent, this.#count);
    this.#count -= sent;
  }

  /** Begins where the encoders are of those who have heard the mix alone. */
  #restart(sum: Sum, tick: number): void {
    this.close();
    this.#encoder = createEncoder(this.#codec, this.rate, this.#codec === 'opus' ? this.#host.opus() : undefined);
    this.#count = 0;
    this.#startsAt = tick * FRAME_MS;
    for (let past = tick - PRIMING; past < tick; past += 1) {
      const whole = sum.whole(past);
      if (whole !== undefined) this.#encoder?.encode(whole, whole.length, scratch, 0);
    }
  }
}

/** The most that a codec carries of what is mixed. */
export function rateFor(codec: CodecName): MixRate {
  return codec === 'G722' || codec === 'opus' ? 16_000 : 8000;
}
