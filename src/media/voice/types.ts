/** Voices in frames of this many ms. */
export const FRAME_MS = 20;

/** Samples a second of linear audio. */
export type Rate = 8000 | 16000 | 48000;

/** One frame of a leg's voice, decoded. */
export interface Frame {
  /** Linear 16-bit samples, mono, `rate / 50` of them; valid until the next frame of the same voice is asked for. */
  readonly pcm: Int16Array;
  readonly rate: Rate;
  /** False: nothing came, and this is silence or concealment. */
  readonly heard: boolean;
}

/** What a leg says, decoded once for all who want it: mixer, recorder, transcoder, digit detector, program. */
export interface Voice {
  /** The frame of this tick, `Math.floor(now / FRAME_MS)`: the same for all who ask within it. */
  frame(tick: number): Frame;
  /** Who asked for the voice wants it no longer; the last one ends the decoding. */
  release(): void;
}

/** What a leg is told in linear audio: encoded for it, packed to its ptime, sent as part of its stream. */
export interface Mouth {
  /** Says one frame of `rate / 50` samples, due at `due` (ms, monotonic). */
  say(pcm: Int16Array, rate: Rate, due: number): void;
}
