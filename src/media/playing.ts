import { HEADER_OCTETS as HEADER, writeHeader } from '../rtp/index.ts';
import { type Paced, SLOT } from './pacer.ts';
import type { Session } from './session.ts';
import { fill, type Source } from './source/source.ts';
import { advance, nextTimestamp, SAMPLES_PER_MS } from './stream.ts';

/** Later than this a source does not catch up: it goes on from here (ms). */
const LATEST = 200;
/** ptime of what we make, when SDP asks for nothing sensible (ms). */
const PTIME = 20;
const LONGEST_PTIME = 120;

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
      const ptime = frameLength(this.#session);
      if (!this.#frame(ptime * SAMPLES_PER_MS)) {
        this.#ended();
        return false;
      }
      this.due += ptime;
    }
    return true;
  }

  /** Time goes on for a leg that may not hear: what plays once always ends. */
  #frame(samples: number): boolean {
    const { end, latch, stream, pair } = this.#session;
    const packet = new Uint8Array(HEADER + samples);
    const more = fill(this.#source, packet, HEADER, samples, end?.send?.codec ?? 'PCMU', this.due);
    if (!more || end?.send === undefined || latch.target === undefined) {
      stream.fresh = true;
      return more;
    }
    const sequence = (stream.sequence + 1) & 0xffff;
    const timestamp = nextTimestamp(stream, this.due);
    writeHeader(packet, stream.fresh, end.send.payload, sequence, timestamp, stream.ssrc);
    stream.fresh = false;
    advance(stream, sequence, timestamp, samples, samples, this.due);
    this.#session.packetsOut += 1;
    pair.rtp.send(packet, latch.target.address, latch.target.port);
    return true;
  }
}

function frameLength(session: Session): number {
  const asked = session.end?.ptime ?? PTIME;
  return asked >= 10 && asked <= LONGEST_PTIME ? asked - (asked % 10) : PTIME;
}
