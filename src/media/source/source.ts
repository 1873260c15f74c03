import { type LawName, LAWS } from '../../codec/index.ts';
import { type Clip, encoded, RATE, WIDE } from './clip.ts';

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
  codec: LawName,
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
  codec: LawName,
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
function fillAround(clip: Clip, from: number, into: Uint8Array, at: number, count: number, codec: LawName): number {
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

/** Linear audio of a source: `pcm` is the caller's until the next frame is asked for. */
export interface Piece {
  pcm: Int16Array;
  rate: 8000 | 16000;
}

const narrow = new Int16Array(RATE / 5);
const broad = new Int16Array(WIDE / 5);

/**
 * The next `ms` of a source, due at `due` (ms), in as wide a band as it has; filled up with silence where a clip ends.
 * undefined: nothing was left.
 */
export function piece(source: Source, ms: number, due: number): Piece | undefined {
  const count = (ms * RATE) / 1000;
  switch (source.kind) {
    case 'once':
      return pieceOnce(source, count);
    case 'loop': {
      const made = pieceAround(source.clip, source.position, count);
      source.position = (source.position + count) % Math.max(1, source.clip.samples.length);
      return made;
    }
    case 'shared':
      return pieceAround(source.clip, Math.round((due * RATE) / 1000), count);
  }
}

function pieceOnce(source: Extract<Source, { kind: 'once' }>, count: number): Piece | undefined {
  const factor = source.clips[source.clip]?.wide === undefined ? 1 : 2;
  const pcm = (factor === 2 ? broad : narrow).subarray(0, count * factor);
  let done = 0;
  while (done < count) {
    const clip = source.clips[source.clip];
    // A clip in another band begins in the next piece, less than a frame later.
    if (clip === undefined || (clip.wide === undefined ? 1 : 2) !== factor) break;
    const part = Math.min(count - done, clip.samples.length - source.position);
    const samples = clip.wide ?? clip.samples;
    pcm.set(samples.subarray(source.position * factor, (source.position + part) * factor), done * factor);
    done += part;
    source.position += part;
    if (source.position < clip.samples.length) continue;
    source.clip += 1;
    source.position = 0;
  }
  pcm.fill(0, done * factor);
  return done > 0 ? { pcm, rate: factor === 2 ? WIDE : RATE } : undefined;
}

/** Out of a clip taken as endless. */
function pieceAround(clip: Clip, from: number, count: number): Piece {
  const factor = clip.wide === undefined ? 1 : 2;
  const samples = clip.wide ?? clip.samples;
  const pcm = (factor === 2 ? broad : narrow).subarray(0, count * factor);
  if (samples.length === 0) pcm.fill(0);
  else {
    let position = (from * factor) % samples.length;
    for (let done = 0; done < pcm.length; ) {
      const part = Math.min(pcm.length - done, samples.length - position);
      pcm.set(samples.subarray(position, position + part), done);
      done += part;
      position = (position + part) % samples.length;
    }
  }
  return { pcm, rate: factor === 2 ? WIDE : RATE };
}
