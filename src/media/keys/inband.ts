import { DtmfDetector } from '../../codec/index.ts';
import type { Paced } from '../pacer.ts';
import type { Session } from '../session.ts';
import { FRAME_MS, type Rate, type Voice } from '../voice/types.ts';

/** Listens for keys in what a leg says: for peers that know no telephone-event. */
export class Inband implements Paced {
  due: number;
  readonly finite = false;
  readonly #session: Session;
  readonly #voice: Voice;
  #detector: { readonly rate: Rate; readonly detector: DtmfDetector } | undefined;
  /** Released, not yet told. */
  readonly #found: { readonly digit: string; readonly ms: number }[] = [];

  constructor(session: Session) {
    this.#session = session;
    this.#voice = session.voice(8000);
    this.due = (Math.floor(session.host.ports.now() / FRAME_MS) + 1) * FRAME_MS;
  }

  play(now: number): boolean {
    for (; this.due <= now; this.due += FRAME_MS) {
      const { pcm, rate } = this.#voice.frame(Math.floor(this.due / FRAME_MS));
      if (this.#detector?.rate !== rate) this.#detector = { rate, detector: this.#made(rate) };
      this.#detector.detector.feed(pcm);
    }
    for (const { digit, ms } of this.#found.splice(0)) this.#session.pressed(digit, ms, 'tone');
    return true;
  }

  release(): void {
    this.#session.host.pacer.stop(this);
    this.#voice.release();
  }

  #made(rate: Rate): DtmfDetector {
    return new DtmfDetector(rate, (digit, ms) => void this.#found.push({ digit, ms }));
  }
}
