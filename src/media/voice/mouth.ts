import { createEncoder, type Encoder, rateOf, Resampler, UNITS_PER_MS } from '../../codec/index.ts';
import { HEADER_OCTETS as HEADER } from '../../rtp/index.ts';
import type { CodecName, PayloadMap } from '../protocol.ts';
import { sendMade } from '../sending.ts';
import type { Session } from '../session.ts';
import type { Mouth, Rate } from './types.ts';
import { leastOctets, sameSound, wishesOf } from './wishes.ts';

/** Room for a header and the longest payload that is made. */
const scratch = new Uint8Array(1500);
/** A frame due this far from where the last one ended begins anew (ms). */
const ASTRAY = 1;

/** What a leg is told in linear audio; encoder and resampler are made when they are first needed. */
export class SessionMouth implements Mouth {
  readonly #session: Session;
  readonly #keys: boolean;
  #encoder: Encoder | undefined;
  /** What the encoder was made for. */
  #made: PayloadMap | undefined;
  #resampler: { readonly from: Rate; readonly resampler: Resampler } | undefined;
  #resampled = new Int16Array(0);
  /** What does not fill a packet yet, and when its first sample is due. */
  #waiting = new Int16Array(0);
  #count = 0;
  #startsAt = 0;
  #endsAt = 0;

  /** `keys`: it says the tones of keys, while which other mouths are silent. */
  constructor(session: Session, keys = false) {
    this.#session = session;
    this.#keys = keys;
  }

  say(pcm: Int16Array, rate: Rate, due: number): void {
    const { end, latch, stream, keying } = this.#session;
    if (keying.holds && !this.#keys) return this.rest();
    if (end?.send === undefined || latch.target === undefined) {
      stream.fresh = true;
      this.#count = 0;
      return;
    }
    const encoder = this.#encoderFor(end.send, rate);
    if (encoder === undefined) return;
    if (this.#count === 0 || Math.abs(due - this.#endsAt) > ASTRAY) this.#restart(due, encoder.rate);
    this.#endsAt = due + (pcm.length * 1000) / rate;
    this.#append(pcm, rate, encoder.rate);
    this.#send(encoder, end.send, end.ptime);
  }

  /** Nothing waits for the rest of its packet. */
  get between(): boolean {
    return this.#count === 0;
  }

  /** Brings the encoder to where one is that was fed this, of what the leg has been sent otherwise. Nothing is said. */
  prime(pcm: Int16Array, rate: Rate): void {
    const send = this.#session.end?.send;
    const encoder = send && this.#encoderFor(send, rate);
    if (encoder?.rate === rate) encoder.encode(pcm, pcm.length, scratch, HEADER);
  }

  /** Another source begins: what does not fill a packet is left out. */
  rest(): void {
    this.#count = 0;
  }

  close(): void {
    this.#encoder?.free();
    this.#encoder = undefined;
  }

  #restart(due: number, rate: Rate): void {
    this.#startsAt = due - (this.#count * 1000) / rate;
  }

  #encoderFor(send: PayloadMap, rate: Rate): Encoder | undefined {
    const { codec } = send;
    const wanted = rateOf(codec, rate);
    if (this.#encoder?.rate === wanted && sameSound(send, this.#made)) return this.#encoder;
    this.close();
    this.#made = send;
    this.#count = 0;
    this.#encoder = createEncoder(
      codec,
      wanted,
      codec === 'opus' ? this.#session.host.opus() : undefined,
      wishesOf(send),
    );
    return this.#encoder;
  }

  #append(pcm: Int16Array, rate: Rate, to: Rate): void {
    const most = Math.ceil((pcm.length * to) / rate) + 1;
    if (this.#waiting.length < this.#count + most) {
      const wider = new Int16Array(this.#count + most + to / 10);
      wider.set(this.#waiting.subarray(0, this.#count));
      this.#waiting = wider;
    }
    if (rate === to) {
      this.#waiting.set(pcm, this.#count);
      this.#count += pcm.length;
      return;
    }
    if (this.#resampler?.from !== rate || this.#resampled.length < most) {
      this.#resampler = { from: rate, resampler: new Resampler(rate, to) };
      this.#resampled = new Int16Array(most);
    }
    const made = this.#resampler.resampler.process(pcm, pcm.length, this.#resampled);
    this.#waiting.set(this.#resampled.subarray(0, made), this.#count);
    this.#count += made;
  }

  #send(encoder: Encoder, send: PayloadMap, ptime: number): void {
    const { codec } = send;
    const least = leastOctets(send);
    const ms = packetMs(codec, ptime);
    const length = (encoder.rate * ms) / 1000;
    let sent = 0;
    for (; this.#count - sent >= length; sent += length) {
      const octets = encoder.encode(this.#waiting.subarray(sent), length, scratch, HEADER);
      if (octets >= least)
        sendMade(this.#session, scratch.slice(0, HEADER + octets), ms * UNITS_PER_MS[codec], this.#startsAt);
      this.#startsAt += ms;
    }
    this.#waiting.copyWithin(0, sent, this.#count);
    this.#count -= sent;
  }
}

/** What a packet spans: the peer's wish, as far as Opus has frames of that length (RFC 6716 §2.1.4). */
export function packetMs(codec: CodecName, ptime: number): number {
  const ms = ptime >= 10 && ptime <= 120 ? ptime - (ptime % 10) : 20;
  if (codec !== 'opus' || ms <= 20) return ms;
  return ms < 40 ? 20 : Math.min(60, ms - (ms % 20));
}
