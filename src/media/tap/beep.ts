import { ToneGenerator } from '../../codec/index.ts';
import type { Session } from '../session.ts';
import type { SessionMouth } from '../voice/mouth.ts';
import { FRAME_MS, type Rate } from '../voice/types.ts';
import { Heard } from './heard.ts';

/** 1400 Hz for a fifth of a second (47 CFR 64.501), as loud as speech and no louder (dB of a full-scale sine). */
const HZ = 1400;
const FRAMES = 200 / FRAME_MS;
const LEVEL = -18;
/** So long before, what the leg hears is encoded as others send it: codecs that remember would be heard to change hands. */
const LEAD = 200 / FRAME_MS;

/** One beep over what a leg hears meanwhile, a frame at a time. */
export class Beep {
  readonly #heard: Heard;
  #tone: { readonly rate: Rate; readonly generator: ToneGenerator } | undefined;
  #lead = LEAD;
  #left = FRAMES;

  constructor(session: Session) {
    this.#heard = new Heard(session);
  }

  /** Others may still be heard: it has not begun. */
  get listens(): boolean {
    return this.#lead > 0;
  }

  /** Says the frame that is due, or takes it in; false: it was the last one. */
  say(mouth: SessionMouth, due: number): boolean {
    const { pcm, rate } = this.#heard.frame(Math.floor(due / FRAME_MS));
    if (this.#lead > 0) {
      this.#lead -= 1;
      mouth.prime(pcm, rate);
      return true;
    }
    const both = new Int16Array(pcm.length);
    const generator = this.#generator(rate);
    // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- no array: it writes into the samples
    generator.fill(both, both.length);
    for (let at = 0; at < both.length; at += 1) both[at] = clipped(both[at]! + pcm[at]!);
    mouth.say(both, rate, due);
    this.#left -= 1;
    return this.#left > 0;
  }

  release(): void {
    this.#heard.release();
  }

  #generator(rate: Rate): ToneGenerator {
    if (this.#tone?.rate !== rate)
      this.#tone = { rate, generator: new ToneGenerator({ hz: [HZ], cadence: [] }, rate, LEVEL) };
    return this.#tone.generator;
  }
}

function clipped(sample: number): number {
  return Math.max(-32_768, Math.min(32_767, sample));
}
