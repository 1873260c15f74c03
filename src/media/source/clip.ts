import { encode, type LawName, type Recording, Resampler, ToneGenerator } from '../../codec/index.ts';
import type { Tone } from '../protocol.ts';

/** Samples a second of all that is played in a narrow band: places in a clip are counted in them. */
export const RATE = 8000;
/** Of what has more in it, for those who can hear it. */
export const WIDE = 16000;
/** Of a tone without a cadence one second is kept: whole frequencies go round in it without a seam. */
const WHOLE = 1000;
const LONGEST_CADENCE = 60_000;

/** A piece of sound at {@link RATE}, in memory. */
export interface Clip {
  readonly samples: Int16Array;
  /** The same at {@link WIDE}, twice as many; left out: there is no more to hear in it. */
  readonly wide?: Int16Array | undefined;
  /** Filled when first heard in that codec. */
  readonly octets: { PCMU: Uint8Array | undefined; PCMA: Uint8Array | undefined };
  /** Why there is less of it than there should be. */
  readonly flaw?: string;
}

function clipOf(samples: Int16Array, wide?: Int16Array): Clip {
  return { samples, wide, octets: { PCMU: undefined, PCMA: undefined } };
}

/** The clip as payload octets, one a sample; encoded once for all listeners. */
export function encoded(clip: Clip, codec: LawName): Uint8Array {
  const known = clip.octets[codec];
  if (known !== undefined) return known;
  const octets = new Uint8Array(clip.samples.length);
  encode(codec, clip.samples, clip.samples.length, octets, 0);
  clip.octets[codec] = octets;
  return octets;
}

/** One clip after another; in a wide band if all of them are. */
export function joined(clips: readonly Clip[]): Clip {
  const [only] = clips;
  if (only !== undefined && clips.length === 1) return only;
  const wide = clips.flatMap((clip) => clip.wide ?? []);
  const samples = oneAfterAnother(clips.map((clip) => clip.samples));
  return clipOf(samples, wide.length > 0 && wide.length === clips.length ? oneAfterAnother(wide) : undefined);
}

function oneAfterAnother(parts: readonly Int16Array[]): Int16Array {
  const samples = new Int16Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    samples.set(part, at);
    at += part.length;
  }
  return samples;
}

/** One round of a tone's cadence. */
export function toneClip(tone: Tone): Clip {
  const round = tone.cadence.reduce((total, ms) => total + Math.max(0, ms), 0);
  const samples = new Int16Array((Math.min(round || WHOLE, LONGEST_CADENCE) * RATE) / 1000);
  // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- no array: it writes into the samples
  new ToneGenerator(tone, RATE).fill(samples, samples.length);
  return clipOf(samples);
}

/** Samples of a recording that are resampled at a time: about two milliseconds of work. */
const BLOCK = 16_000;

/** A recording at our rates; a long one takes several turns, so that it does not hold up the packets of other legs. */
export function convert(recording: Recording, defer: (then: () => void) => void, then: (clip: Clip) => void): void {
  rerated(recording, RATE, defer, (narrow) => {
    if (recording.rate < WIDE) return then(clipOf(narrow));
    rerated(recording, WIDE, defer, (wide) => then(clipOf(narrow, fitted(wide, narrow.length * 2))));
  });
}

/** Rounding may have left a sample too few or too many. */
function fitted(wide: Int16Array, length: number): Int16Array {
  if (wide.length === length) return wide;
  const exact = new Int16Array(length);
  exact.set(wide.subarray(0, length));
  return exact;
}

function rerated(
  { samples, rate }: Recording,
  to: number,
  defer: (then: () => void) => void,
  then: (samples: Int16Array) => void,
): void {
  if (rate === to) return then(samples);
  const resampler = new Resampler(rate, to);
  const late = lateness(rate, to);
  const length = Math.round((samples.length * to) / rate);
  const made = new Int16Array(length + late + resampler.room(BLOCK));
  const silence = new Int16Array(Math.ceil(((late + 1) * rate) / to));
  let done = 0;
  const turn = (from: number): void => {
    const block = samples.subarray(from, from + BLOCK);
    done += resampler.process(block, block.length, made.subarray(done));
    if (from + BLOCK < samples.length) return defer(() => turn(from + BLOCK));
    resampler.process(silence, silence.length, made.subarray(done));
    then(made.slice(late, late + length));
  };
  turn(0);
}

/** By how many samples of ours a resampled stream comes out late: half the filter, 32 samples of the lower rate. */
function lateness(rate: number, to: number): number {
  return Math.round((32 * to) / Math.min(rate, to));
}
