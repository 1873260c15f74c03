import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readWave } from '../../../tools/sounds/wave.ts';
import { cadence, halveRate, hearing, share, shareOfAll } from './ear.ts';

const RATE = 8000;

describe('the ear', () => {
  test('finds a tone, and how much of the sound it is', () => {
    assert.ok(share(tones([620]), RATE, 620) > 0.99);
    assert.ok(share(tones([620]), RATE, 830) < 0.01);
    assert.ok(Math.abs(share(tones([620, 830]), RATE, 620) - 0.5) < 0.01);
    assert.ok(shareOfAll(tones([620, 830]), RATE, [620, 830]) > 0.99);
    assert.equal(share(new Float64Array(1600), RATE, 620), 0);
  });

  test('tells how long a tone comes and goes', () => {
    const beep = Float64Array.from({ length: 240 * 8 }, (_, i) => 0.1 * Math.sin((2 * Math.PI * 425 * i) / RATE));
    const heard = new Float64Array(RATE * 2);
    for (const at of [0.5, 0.98, 1.46]) heard.set(beep, at * RATE);
    const runs = cadence(heard, RATE, 425);
    assert.equal(runs.length, 6);
    for (const run of runs.slice(0, 5)) assert.ok(Math.abs(run - 240) <= 20, `${run} ms`);
    assert.deepEqual(cadence(heard, RATE, 620), []);
  });

  const wave = readWave(readFileSync(join(import.meta.dirname, '..', '..', '..', 'sounds', 'demo', 'weasels.wav')));
  assert.ok(wave !== undefined);
  const clip = halveRate(wave.samples);

  test('knows a prompt after some silence, with the noise of G.711 on it', () => {
    const heard = new Float64Array(clip.length + 1600);
    heard.set(
      clip.map((sample, i) => sample * 0.9 + Math.abs(sample) * 0.05 * Math.sin(i * i)),
      800,
    );
    const { at, head, start, whole } = hearing(heard, clip, 4000, RATE);
    assert.equal(at, 800);
    assert.ok(Math.min(head, start, whole) > 0.95);
  });

  test('misses the first 60 ms when they are cut off, or silent', () => {
    const cut = hearing(clip.subarray(480), clip, 4000, RATE);
    assert.ok(Math.min(cut.head, cut.start, cut.whole) < 0.8);
    const muted = hearing(
      clip.map((sample, i) => (i < 480 ? 0 : sample)),
      clip,
      4000,
      RATE,
    );
    assert.ok(muted.head < 0.8);
  });
});

function tones(pitches: readonly number[]): Float64Array {
  const at = (i: number) => pitches.reduce((sum, hz) => sum + Math.sin((2 * Math.PI * hz * i) / RATE), 0);
  return Float64Array.from({ length: 1600 }, (_, i) => at(i) / pitches.length);
}
