import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { loadOpus } from '../node/media/opus.ts';
import { toneLevel, toneShare } from './goertzel.ts';
import { readOggOpus } from './ogg-opus.ts';
import { readOgg } from './ogg.ts';
import { OpusWasm } from './opus-wasm.ts';
import type { MalformedWav, Recording } from './wav.ts';

/** One second by libsndfile, stereo at 48 kHz: 440 Hz for half of it, then 1000 Hz, at a quarter of full scale. */
const FILE = new Uint8Array(readFileSync(new URL('../../test/vectors/codecs/two-tones.opus', import.meta.url)));
const opus = new OpusWasm(loadOpus());

function read(bytes: Uint8Array): { readonly got: Recording | MalformedWav; readonly turns: number } {
  let got: Recording | MalformedWav | undefined;
  const waiting: (() => void)[] = [];
  readOggOpus(
    bytes,
    opus,
    (then) => void waiting.push(then),
    (recording) => {
      assert.equal(got, undefined, 'it answers once');
      got = recording;
    },
  );
  let turns = 1;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift(), turns += 1) next();
  assert.ok(got);
  assert.equal(opus.states, 0, 'the decoder is given back');
  return { got, turns };
}

function whole(bytes: Uint8Array): Int16Array {
  const { got } = read(bytes);
  if ('malformed' in got) return assert.fail(got.malformed);
  assert.equal(got.rate, 16_000);
  return got.samples;
}

test('a file by another library: as long as it says, each tone in its half, at its level', () => {
  const samples = whole(FILE);
  assert.equal(samples.length, 16_000);
  for (const { from, hz } of [
    { from: 800, hz: 440 },
    { from: 8800, hz: 1000 },
  ]) {
    const part = samples.subarray(from, from + 6400);
    assert.ok(toneShare(part, 16_000, hz) > 0.99);
    assert.ok(Math.abs(toneLevel(part, 16_000, hz) - 20 * Math.log10(8000 / 32_767)) < 0.5);
  }
  assert.ok(read(FILE).turns > 1, 'other legs have their turn');
});

test('a page that is damaged is left out, a file that is cut short ends where it does', () => {
  const pages = [...indexesOf(FILE)];
  assert.ok(pages.length > 2);
  const cut = whole(FILE.subarray(0, FILE.length - 100));
  assert.ok(cut.length < 16_000);
  const bad = FILE.slice();
  const last = pages.at(-1) ?? 0;
  bad[last + 60] = (bad[last + 60] ?? 0) ^ 1;
  assert.deepEqual(whole(bad).length, cut.length);
});

function* indexesOf(bytes: Uint8Array): Generator<number> {
  for (let at = 0; at + 4 <= bytes.length; at += 1)
    if (String.fromCharCode(...bytes.subarray(at, at + 4)) === 'OggS') yield at;
}

test('what is no Opus says so', () => {
  const vorbis = FILE.slice();
  vorbis.set(new TextEncoder().encode('nothing!'), 28);
  for (const bytes of [FILE.subarray(0, 20), vorbis, new TextEncoder().encode('OggS')]) {
    assert.ok('malformed' in read(bytes).got);
  }
  readOggOpus(
    FILE,
    undefined,
    () => assert.fail(),
    (got) => assert.ok('malformed' in got),
  );
});

test('whatever the octets are, something is answered', () => {
  const change = fc.record({ at: fc.nat(FILE.length - 1), octet: fc.nat(255) });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), fc.nat(FILE.length), (changes, length) => {
      const bytes = FILE.slice(0, length);
      for (const { at, octet } of changes) if (at < length) bytes[at] = octet;
      readOgg(bytes);
      read(bytes);
    }),
    { numRuns: 60 },
  );
});
