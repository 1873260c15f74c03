import { LAWS } from '../../codec/index.ts';
import type { CodecName } from '../protocol.ts';
import { type Clip, encoded, RATE } from './clip.ts';

/** What a player plays, and where it stands in it. */
export type Source =
  /** Clips one after another without a gap, once. */
  | { readonly kind: 'once'; readonly clips: readonly Clip[]; clip: number; position: number }
  /** One clip round and round, from its start. */
  | { readonly kind: 'loop'; readonly clip: Clip; position: number }
  /** One clip round and round, at a position that all listeners share. */
  | { readonly kind: 'shared'; readonly clip: Clip };

/**
 * Writes `count` octets of G.711, due at `due` (ms), from `at` on; a clip that ends in between is filled up with
 * silence. False: nothing was left, and nothing was written.
 */
export function fill(
  source: Source,
  into: Uint8Array,
  at: number,
  count: number,
  codec: CodecName,
  due: number,
): boolean {
  switch (source.kind) {
    case 'once':
      return fillOnce(source, into, at, count, codec);
    case 'loop':
      source.position = fillAround(source.clip, source.position, into, at, count, codec);
      return true;
    case 'shared':
      fillAround(source.clip, Math.round((due * RATE) / 1000), into, at, count, codec);
      return true;
  }
}

function fillOnce(
  source: Extract<Source, { kind: 'once' }>,
  into: Uint8Array,
  at: number,
  count: number,
  codec: CodecName,
): boolean {
  let done = 0;
  while (done < count) {
    const clip = source.clips[source.clip];
    if (clip === undefined) break;
    const octets = encoded(clip, codec);
    const part = Math.min(count - done, octets.length - source.position);
    into.set(octets.subarray(source.position, source.position + part), at + done);
    done += part;
    source.position += part;
    if (source.position < octets.length) continue;
    source.clip += 1;
    source.position = 0;
  }
  if (done > 0) into.fill(LAWS[codec].silence, at + done, at + count);
  return done > 0;
}

/** Copies out of a clip taken as endless; returns the position reached. */
function fillAround(clip: Clip, from: number, into: Uint8Array, at: number, count: number, codec: CodecName): number {
  const octets = encoded(clip, codec);
  if (octets.length === 0) {
    into.fill(LAWS[codec].silence, at, at + count);
    return 0;
  }
  let position = from % octets.length;
  for (let done = 0; done < count; ) {
    const part = Math.min(count - done, octets.length - position);
    into.set(octets.subarray(position, position + part), at + done);
    done += part;
    position = (position + part) % octets.length;
  }
  return position;
}
