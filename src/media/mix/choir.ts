import { createEncoder, type Encoder, UNITS_PER_MS } from '../../codec/index.ts';
import { HEADER_OCTETS as HEADER } from '../../rtp/index.ts';
import type { HostContext } from '../host-context.ts';
import type { PayloadMap } from '../protocol.ts';
import { sendMade } from '../sending.ts';
import type { Session } from '../session.ts';
import { packetMs } from '../voice/mouth.ts';
import { FRAME_MS } from '../voice/types.ts';
import { leastOctets, sameSound, wishesOf } from '../voice/wishes.ts';
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

/** What those hear who do not talk: the whole mix, encoded once for all whose codec, wishes and packet time are the same. */
export class Choir {
  readonly rate: MixRate;
  /** Nobody sings here any more. */
  over = false;
  readonly #send: PayloadMap;
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

  constructor(host: HostContext, send: PayloadMap, ptime: number) {
    this.#host = host;
    this.#send = send;
    this.#ms = packetMs(send.codec, ptime);
    this.rate = rateFor(send);
    this.#waiting = new Int16Array(frameLength(this.rate) + (this.rate * this.#ms) / 1000);
  }

  /** Whether it is encoded as somebody wishes who takes that, in packets of that time. */
  suits(send: PayloadMap, ptime: number): boolean {
    return sameSound(send, this.#send) && packetMs(send.codec, ptime) === this.#ms;
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
    this.over = true;
    this.#rest();
  }

  #rest(): void {
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
    const least = leastOctets(this.#send);
    let sent = 0;
    for (; this.#count - sent >= length; sent += length) {
      const octets = this.#encoder.encode(this.#waiting.subarray(sent), length, scratch, 0);
      const units = this.#ms * UNITS_PER_MS[this.#send.codec];
      if (octets >= least) this.#made.push({ payload: scratch.slice(0, octets), units, at: this.#startsAt });
      this.#startsAt += this.#ms;
    }
    this.#waiting.copyWithin(0, sent, this.#count);
    this.#count -= sent;
  }

  /** Begins where the encoders are of those who have heard the mix alone. */
  #restart(sum: Sum, tick: number): void {
    this.#rest();
    const { codec } = this.#send;
    const opus = codec === 'opus' ? this.#host.opus() : undefined;
    this.#encoder = createEncoder(codec, this.rate, opus, wishesOf(this.#send));
    this.#count = 0;
    this.#startsAt = tick * FRAME_MS;
    for (let past = tick - PRIMING; past < tick; past += 1) {
      const whole = sum.whole(past);
      if (whole !== undefined) this.#encoder?.encode(whole, whole.length, scratch, 0);
    }
  }
}

/** The most of what is mixed that a codec carries, and that its receiver plays. */
export function rateFor({ codec, playback }: PayloadMap): MixRate {
  const wide = codec === 'G722' || (codec === 'opus' && (playback === undefined || playback > 8000));
  return wide ? 16_000 : 8000;
}
