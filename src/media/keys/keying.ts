import { ToneGenerator, tonesOf } from '../../codec/index.ts';
import {
  digitPackets,
  EVENT_OCTETS,
  type EventPacket,
  HEADER_OCTETS as HEADER,
  writeEvent,
  writeHeader,
} from '../../rtp/index.ts';
import type { Paced } from '../pacer.ts';
import type { KeyWay } from '../protocol.ts';
import type { Session } from '../session.ts';
import { advance, nextTimestamp } from '../stream.ts';
import { Beep } from '../tap/beep.ts';
import { SessionMouth } from '../voice/mouth.ts';
import { FRAME_MS } from '../voice/types.ts';

/** Between two keys, and at least so long (ms; ITU-T Q.24). */
const PAUSE = 60;
/** Each tone, dB below a full-scale sine: two of them as loud as speech. */
const LEVEL = -9;
const RATE = 8000;
/** More keys than anybody has fingers wait in vain. */
const MOST = 64;

interface Key {
  readonly digit: string;
  readonly ms: number;
  readonly as: KeyWay | 'beep';
}

/** What is left of the key that is down. */
type Down =
  | { readonly as: 'event'; readonly timestamp: number; readonly packets: EventPacket[] }
  | { readonly as: 'tone'; readonly tone: ToneGenerator; frames: number }
  | { readonly as: 'beep'; readonly beep: Beep };

/**
 * Keys sent to one leg, one after another. While one is down nothing else goes out: events stand in the place of the audio (RFC
 * 4733 §2.5.1.1), tones would be spoiled by it.
 */
export class Keying implements Paced {
  due = 0;
  readonly finite = true;
  readonly #session: Session;
  readonly #waiting: Key[] = [];
  #down: Down | undefined;
  #active = false;
  readonly #mouth: SessionMouth;

  constructor(session: Session) {
    this.#session = session;
    this.#mouth = new SessionMouth(session, true);
  }

  /** Whether other sources are left out now. */
  get holds(): boolean {
    return this.#down !== undefined && !(this.#down.as === 'beep' && this.#down.beep.listens);
  }

  /** A key of whom the leg hears goes before a beep, which is broken off; true: others may be heard now. */
  yields(): boolean {
    if (this.#down?.as === 'beep') this.#release(this.#down);
    return !this.holds;
  }

  press(digit: string, ms: number, as: KeyWay): void {
    this.#put({ digit, ms, as });
  }

  /** Between keys, says once that the leg is recorded; what it hears besides goes on. */
  beep(): void {
    this.#put({ digit: '', ms: 0, as: 'beep' });
  }

  #put(key: Key): void {
    if (this.#waiting.length < MOST) this.#waiting.push(key);
    if (this.#active) return;
    this.#active = true;
    this.due = this.#session.host.pacer.nextSlot();
    this.#session.host.pacer.start(this);
  }

  play(now: number): boolean {
    while (this.due <= now && this.#active) this.#frame();
    return this.#active;
  }

  close(): void {
    this.#active = false;
    if (this.#down?.as === 'beep') this.#down.beep.release();
    this.#down = undefined;
    this.#mouth.close();
    this.#session.host.pacer.stop(this);
  }

  #frame(): void {
    const down = this.#down ?? this.#next();
    if (down === undefined) {
      this.#active = false;
      return;
    }
    this.#down = down;
    const more = this.#more(down);
    this.due += FRAME_MS;
    if (!more) this.#release(down);
  }

  #release(down: Down): void {
    if (down.as === 'beep') down.beep.release();
    this.#down = undefined;
    this.due += PAUSE - FRAME_MS;
    this.#session.mapping.live = false;
    this.#session.stream.fresh = true;
    this.#session.mouth.rest();
  }

  #more(down: Down): boolean {
    switch (down.as) {
      case 'event':
        return this.#event(down);
      case 'tone':
        return this.#tone(down);
      case 'beep':
        return down.beep.say(this.#mouth, this.due);
    }
  }

  #next(): Down | undefined {
    const { stream, end } = this.#session;
    for (let key = this.#waiting.shift(); key !== undefined; key = this.#waiting.shift()) {
      const { digit, ms, as } = key;
      if (as === 'beep') {
        this.#mouth.rest();
        return { as, beep: new Beep(this.#session) };
      }
      const tones = tonesOf(digit);
      if (as === 'tone' && tones !== undefined) {
        const tone = new ToneGenerator({ hz: tones, cadence: [] }, RATE, LEVEL);
        this.#mouth.rest();
        return { as, tone, frames: Math.ceil(ms / FRAME_MS) };
      }
      const packets = as === 'event' ? digitPackets(digit, ms * stream.perMs, FRAME_MS * stream.perMs) : undefined;
      if (packets === undefined || end?.events === undefined) continue;
      return { as: 'event', timestamp: nextTimestamp(stream, this.due), packets: [...packets] };
    }
    return undefined;
  }

  #event(down: Extract<Down, { as: 'event' }>): boolean {
    const packet = down.packets.shift();
    const { end, latch, stream } = this.#session;
    if (packet === undefined || end?.events === undefined || end.send === undefined) return false;
    if (latch.target === undefined) return down.packets.length > 0;
    const bytes = new Uint8Array(HEADER + EVENT_OCTETS);
    const sequence = (stream.sequence + 1) & 0xffff;
    const timestamp = (down.timestamp + packet.offset) >>> 0;
    writeHeader(bytes, packet.marker, end.events.send, sequence, timestamp, stream.ssrc);
    writeEvent(bytes, HEADER, packet.event, packet.end, packet.volume, packet.duration);
    advance(stream, sequence, timestamp, 0, EVENT_OCTETS, this.due);
    this.#session.send(bytes);
    return down.packets.length > 0;
  }

  #tone(down: Extract<Down, { as: 'tone' }>): boolean {
    const pcm = new Int16Array((RATE * FRAME_MS) / 1000);
    // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- no array: it writes into the samples
    down.tone.fill(pcm, pcm.length);
    this.#mouth.say(pcm, RATE, this.due);
    down.frames -= 1;
    return down.frames > 0;
  }
}
