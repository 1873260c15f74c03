import { amplify, amplitudeOf } from '../../codec/index.ts';
import { type Clip, RATE, WIDE } from './clip.ts';

/** The clips from some ms on, and louder or quieter by some dB. */
export function excerpt(
  clips: readonly Clip[],
  { gain = 0, from = 0 }: { readonly gain?: number; readonly from?: number },
): readonly Clip[] {
  let skip = Math.round((from * RATE) / 1000);
  if (gain === 0 && skip === 0) return clips;
  return clips.map((clip) => {
    const begin = Math.min(skip, clip.samples.length);
    skip -= begin;
    const wide = clip.wide && louder(clip.wide, (begin * WIDE) / RATE, gain);
    return { samples: louder(clip.samples, begin, gain), wide, octets: { PCMU: undefined, PCMA: undefined } };
  });
}

function louder(samples: Int16Array, from: number, gain: number): Int16Array {
  const rest = samples.slice(from);
  amplify(rest, rest.length, amplitudeOf(gain));
  return rest;
}
