import { isLaw } from '../../codec/index.ts';
import { EVENT_CLOCK, type Kind, isEvent } from '../kinds.ts';
import { isSingle, type RtpHeader } from '../../rtp/index.ts';
import { PassedKeys, sendScaled, sendTogether } from '../keys/passed.ts';
import { type Paced, SLOT } from '../pacer.ts';
import type { CodecName } from '../protocol.ts';
import type { Session } from '../session.ts';
import { nextTimestamp } from '../stream.ts';
import { FRAME_MS, type Rate, type Voice } from './types.ts';
import { voiceOf } from './voices.ts';

/** Later than this an interpreter does not catch up: it goes on from here (ms). */
const LATEST = 100;
/** So many packets of the listener's own codec in a row, and they are passed on as they are again. */
const SETTLED = 50;
/** After so many frames without any sound nothing is said any more (200 ms). */
const MUTE = 10;
/** A key is down until so long after its last packet (ms; RFC 4733 §2.5.1.4 repeats them each 50). */
const KEY_DOWN = 60;

/** Whether a packet can be passed on to a leg that is sent this codec without being decoded. */
export function passes(kind: Kind, to: CodecName): boolean {
  return kind === to || kind === 'comfort' || isEvent(kind) || (isLaw(kind) && isLaw(to));
}

/** Says to one leg what another one says, in another codec. Keys go over as they are, and meanwhile nothing else does. */
export class Interpreter implements Paced {
  due: number;
  readonly finite = false;
  readonly #to: Session;
  readonly #codec: CodecName;
  readonly #voice: Voice;
  #alike = 0;
  #quiet = 0;
  #keyAt = -Infinity;
  readonly #keys = new PassedKeys();
  /** Our timestamp of the key that is down. */
  #pressedAt = 0;

  constructor(to: Session, heard: string, codec: CodecName) {
    this.#to = to;
    this.#codec = codec;
    this.#voice = voiceOf(to.host, heard, wishOf(codec));
    this.due = to.host.pacer.nextSlot();
    to.host.pacer.start(this);
  }

  /** Takes a packet of whom the leg hears; false: from this one on packets are passed on again. */
  take(header: RtpHeader, bytes: Uint8Array, kind: Kind, codec: CodecName, now: number): boolean {
    if (codec !== this.#codec) return false;
    if (!isEvent(kind)) this.#alike = passes(kind, codec) && kind !== 'comfort' ? this.#alike + 1 : 0;
    else if (this.#to.hears.kind !== 'session' || this.#to.hears.keys !== 'held')
      this.#pass(header, bytes, EVENT_CLOCK[kind], now);
    return this.#alike < SETTLED;
  }

  stop(): void {
    this.#to.host.pacer.stop(this);
    this.#voice.release();
    this.#to.mouth.rest();
  }

  play(now: number): boolean {
    if (now - this.due > LATEST) this.due = Math.ceil(now / SLOT) * SLOT;
    for (; this.due <= now; this.due += FRAME_MS) this.#say(this.due);
    return true;
  }

  #say(due: number): void {
    const { pcm, rate, heard } = this.#voice.frame(Math.floor(due / FRAME_MS));
    this.#quiet = heard || sounds(pcm) ? 0 : this.#quiet + 1;
    if (due - this.#keyAt < KEY_DOWN) return;
    if (this.#quiet > MUTE) this.#to.stream.fresh = true;
    else this.#to.mouth.say(pcm, rate, due);
  }

  /** A telephone-event as the next packet of the leg's stream, in the clock that was agreed there (RFC 4733 §2.1). */
  #pass(header: RtpHeader, bytes: Uint8Array, clock: number, now: number): void {
    const { end, latch, stream } = this.#to;
    if (end?.events === undefined || latch.target === undefined) return;
    this.#keyAt = now;
    const key = this.#keys.scaled(header, bytes, clock, end.events.sendClock ?? 8000);
    if (key === undefined) return;
    if (key.first) this.#pressedAt = nextTimestamp(stream, now);
    const place = { sequence: stream.sequence + 1, timestamp: this.#pressedAt, now };
    if (isSingle(header)) sendScaled(this.#to, key, header.marker, place);
    else sendTogether(this.#to, header, bytes, clock, place);
  }
}

/** The rate at which this codec takes audio as it is; nobody on the other side has more than a wide band. */
function wishOf(codec: CodecName): Rate {
  return isLaw(codec) ? 8000 : 16000;
}

function sounds(pcm: Int16Array): boolean {
  for (let at = 0; at < pcm.length; at += 1) if (pcm[at] !== 0) return true;
  return false;
}
