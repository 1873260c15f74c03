import { mixerOf } from '../mix/mixer.ts';
import type { Session } from '../session.ts';
import { type Frame, FRAME_MS, type Voice } from '../voice/types.ts';
import { voiceOf } from '../voice/voices.ts';
import type { Side } from './recorder.ts';

const SILENT: Frame = { pcm: new Int16Array(160), rate: 8000, heard: false };

/** What a leg hears, in frames: the voice of another leg, or what the host plays to it. */
export class Heard implements Side {
  readonly #session: Session;
  #voice: { readonly of: string; readonly voice: Voice } | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  frame(tick: number): Frame {
    const { host, playing, program, hears } = this.#session;
    const of = this.#session.heard;
    if (of !== this.#voice?.of) this.release();
    if (of !== undefined) this.#voice ??= { of, voice: voiceOf(host, of) };
    if (hears.kind === 'mix') return mixerOf(host, hears.mixer).heardBy(this.#session, tick);
    if (this.#voice !== undefined) return this.#voice.voice.frame(tick);
    if (program !== undefined) return program.frame(tick);
    return playing?.heard(tick * FRAME_MS) ?? SILENT;
  }

  release(): void {
    this.#voice?.voice.release();
    this.#voice = undefined;
  }
}
