import { isLaw, type LawName, UNITS_PER_MS } from '../codec/index.ts';
import { HEADER_OCTETS as HEADER } from '../rtp/index.ts';
import { type Paced, SLOT } from './pacer.ts';
import type { CodecName } from './protocol.ts';
import { sendMade } from './sending.ts';
import type { Session } from './session.ts';
import { BROADCAST_MS } from './source/broadcast.ts';
import type { Clip } from './source/clip.ts';
import { peek } from './source/peek.ts';
import { fill, piece, type Source } from './source/source.ts';
import { SAMPLES_PER_MS } from './stream.ts';
import { packetMs } from './voice/mouth.ts';
import { type Frame, FRAME_MS } from './voice/types.ts';

/** Later than this a source does not catch up: it goes on from here (ms). */
const LATEST = 200;

const SILENT = new Int16Array(FRAME_MS * SAMPLES_PER_MS);

/** A source that plays to one leg, frame by frame. */
export class Playing implements Paced {
  due = Number.POSITIVE_INFINITY;
  started = false;
  readonly finite: boolean;
  readonly #session: Session;
  readonly #source: Source;
  readonly #ended: () => void;

  /** `ended` is called when the last frame has been played out. */
  constructor(session: Session, source: Source, ended: () => void) {
    this.#session = session;
    this.#source = source;
    this.#ended = ended;
    this.finite = source.kind === 'once';
  }

  start(): void {
    if (this.started) return;
    this.started = true;
    this.due = this.#session.host.pacer.nextSlot();
    this.#session.host.pacer.start(this);
  }

  play(now: number): boolean {
    if (now - this.due > LATEST) {
      this.due = Math.ceil(now / SLOT) * SLOT;
      this.#session.stream.fresh = true;
    }
    while (this.due <= now) {
      const codec = this.#session.end?.send?.codec ?? 'PCMU';
      const ptime = isLaw(codec) ? packetMs(codec, this.#session.end?.ptime ?? FRAME_MS) : FRAME_MS;
      if (!this.#frame(codec, ptime)) {
        this.#ended();
        return false;
      }
      this.due += ptime;
    }
    return true;
  }

  /** What the leg hears at that time, for those who listen in; silence while it is not being played. */
  heard(at: number): Frame {
    const pcm = this.started ? peek(this.#source, this.due, at, FRAME_MS * SAMPLES_PER_MS) : SILENT;
    return { pcm, rate: 8000, heard: this.started };
  }

  /** Time goes on for a leg that may not hear: what plays once always ends. */
  #frame(codec: CodecName, ptime: number): boolean {
    if (isLaw(codec)) return this.#copied(codec, ptime * SAMPLES_PER_MS);
    const { bitrate, dtx, constant } = this.#session.end?.send ?? {};
    const usual = bitrate === undefined && dtx === undefined && constant === undefined;
    return this.#source.kind === 'shared' && usual ? this.#broadcast(this.#source.clip, codec) : this.#said(ptime);
  }

  /** G.711 has no state: the clip's own octets. */
  #copied(law: LawName, samples: number): boolean {
    const packet = new Uint8Array(HEADER + samples);
    const more = fill(this.#source, packet, HEADER, samples, law, this.due);
    if (more) this.#send(packet, samples);
    else this.#session.stream.fresh = true;
    return more;
  }

  #broadcast(clip: Clip, codec: CodecName): boolean {
    const { library, opus } = this.#session.host;
    const payload = library.broadcast(clip, codec, opus).payload(this.due);
    if (payload.length === 0) return true;
    const packet = new Uint8Array(HEADER + payload.length);
    packet.set(payload, HEADER);
    this.#send(packet, BROADCAST_MS * UNITS_PER_MS[codec]);
    return true;
  }

  #said(ptime: number): boolean {
    const sound = piece(this.#source, ptime, this.due);
    if (sound === undefined) this.#session.stream.fresh = true;
    else this.#session.mouth.say(sound.pcm, sound.rate, this.due);
    return sound !== undefined;
  }

  #send(packet: Uint8Array, units: number): void {
    if (!this.#session.keying.holds) sendMade(this.#session, packet, units, this.due);
  }
}
