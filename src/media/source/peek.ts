import { RATE } from './clip.ts';
import type { Source } from './source.ts';

/**
 * The samples that a source gives for a moment, without moving on in it: `count` from `at` (ms) on, of a source whose next frame
 * is due at `due`. What lies outside is silence.
 */
export function peek(source: Source, due: number, at: number, count: number): Int16Array {
  const samples = new Int16Array(count);
  const back = Math.round(((at - due) * RATE) / 1000);
  if (source.kind === 'once') {
    let from = back + source.position;
    for (const clip of source.clips.slice(0, source.clip)) from += clip.samples.length;
    for (const clip of source.clips) {
      copy(clip.samples, from, samples);
      from -= clip.samples.length;
    }
    return samples;
  }
  const { length } = source.clip.samples;
  const begin = source.kind === 'loop' ? source.position + back : Math.round((at * RATE) / 1000);
  if (length === 0) return samples;
  for (let index = 0; index < count; index += 1)
    samples[index] = source.clip.samples[(((begin + index) % length) + length) % length]!;
  return samples;
}

/** Puts what of a clip lies from `from` on where it belongs. */
function copy(clip: Int16Array, from: number, into: Int16Array): void {
  const begin = Math.max(0, from);
  const end = Math.min(clip.length, from + into.length);
  if (begin < end) into.set(clip.subarray(begin, end), begin - from);
}
