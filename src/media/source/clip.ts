import { encode, type Recording, Resampler, ToneGenerator } from '../../codec/index.ts';
import type { CodecName, Tone } from '../protocol.ts';

/** Samples a second of all that is played. */
export const RATE = 8000;
/** Of a tone without a cadence one second is kept: whole frequencies go round in it without a seam. */
const WHOLE = 1000;
const LONGEST_CADENCE = 60_000;

/** A piece of sound at {@link RATE}, in memory. */
export interface Clip {
  readonly samples: Int16Array;
  /** Filled when first heard in that codec. */
  readonly octets: { PCMU: Uint8Array | undefined; PCMA: Uint8Array | undefined };
}

function clipOf(samples: Int16Array): Clip {
  return { samples, octets: { PCMU: undefined, PCMA: undefined } };
}

/** The clip as payload octets, one a sample; encoded once for all listeners. */
export function encoded(clip: Clip, codec: CodecName): Uint8Array {
  const known = clip.octets[codec];
  if (known !== undefined) return known;
  const octets = new Uint8Array(clip.samples.length);
  encode(codec, clip.samples, clip.samples.length, octets, 0);
  clip.octets[codec] = octets;
  return octets;
}

/** One clip after another. */
export function joined(clips: readonly Clip[]): Clip {
  const [only] = clips;
  if (only !== undefined && clips.length === 1) return only;
  const samples = new Int16Array(clips.reduce((total, clip) => total + clip.samples.length, 0));
  let at = 0;
  for (const clip of clips) {
    samples.set(clip.samples, at);
    at += clip.samples.length;
  }
  return clipOf(samples);
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

/** A recording at our rate; a long one takes several turns, so that it does not hold up the packets of other legs. */
export function convert(
  { samples, rate }: Recording,
  defer: (then: () => void) => void,
  then: (clip: Clip) => void,
): void {
  if (rate === RATE) return then(clipOf(samples));
  const resampler = new Resampler(rate, RATE);
  const late = lateness(rate);
  const length = Math.round((samples.length * RATE) / rate);
  const made = new Int16Array(length + late + resampler.room(BLOCK));
  const silence = new Int16Array(Math.ceil(((late + 1) * rate) / RATE));
  let done = 0;
  const turn = (from: number): void => {
    const block = samples.subarray(from, from + BLOCK);
    done += resampler.process(block, block.length, made.subarray(done));
    if (from + BLOCK < samples.length) return defer(() => turn(from + BLOCK));
    resampler.process(silence, silence.length, made.subarray(done));
    then(clipOf(made.slice(late, late + length)));
  };
  turn(0);
}

/** By how many samples of ours a resampled stream comes out late: half the filter, 32 samples of the lower rate. */
function lateness(rate: number): number {
  return Math.round((32 * RATE) / Math.min(rate, RATE));
}
