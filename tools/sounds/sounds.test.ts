import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { loudness, share, shareOfAll, windows } from '../../test/wire/peers/ear.ts';
import { PROMPTS } from './prompts.ts';
import { MUSIC_PITCHES, MUSIC_RATE, playScore } from './score.ts';
import { readWave, type Wave, writeWave } from './wave.ts';

const SOUNDS = join(import.meta.dirname, '..', '..', 'sounds');

describe('prompts', () => {
  for (const name of [...Object.keys(PROMPTS), 'beep']) {
    test(`${name} is 16 kHz, speaks at once and does not clip`, () => {
      const { rate, samples } = sound(name);
      assert.equal(rate, 16_000);
      assert.ok(loudness(samples.subarray(0, 1600)) > 0.01, 'silent at first');
      const peak = loudest(samples);
      assert.ok(peak > 0.3 && peak < 0.8, `peak ${peak}`);
    });
  }

  test('all sounds together stay small', () => {
    const octets = globSync('**/*.wav', { cwd: SOUNDS }).map((path) => readFileSync(join(SOUNDS, path)).length);
    assert.ok(octets.reduce((sum, length) => sum + length, 0) < 4_500_000);
  });
});

describe('music', () => {
  const { rate, samples } = sound('music/slow-walk');

  test('is what the score plays', () => {
    const played = playScore();
    const scale = 0.5 / loudest(played);
    assert.deepEqual(
      samples,
      readWave(
        writeWave(
          played.map((sample) => sample * scale),
          MUSIC_RATE,
        ),
      )?.samples,
    );
  });

  test('has no click at the seam and no pause', () => {
    const steps = samples.slice(1).map((sample, i) => Math.abs(sample - (samples[i] ?? 0)));
    const seam = Math.abs((samples[0] ?? 0) - (samples.at(-1) ?? 0));
    assert.ok(seam < loudest(steps) / 2, `${seam}`);
    assert.ok(windows(samples, rate / 5).every((window) => loudness(window) > 0.02));
  });

  test('can be told from speech and from a test tone', () => {
    const known = (of: Wave) =>
      windows(of.samples, of.rate * 0.4).map((window) => shareOfAll(window, of.rate, MUSIC_PITCHES));
    assert.ok(Math.min(...known({ rate, samples })) > 0.5);
    assert.ok(Math.max(...known(sound('demo/weasels'))) < 0.3);
  });

  test('no window of it is mostly one frequency', () => {
    for (let hz = 400; hz <= 1100; hz += 5) {
      const most = Math.max(...windows(samples, rate / 5).map((window) => share(window, rate, hz)));
      assert.ok(most < 0.5, `${hz} Hz: ${most}`);
    }
  });
});

test('a wave file that is still being written reads as far as it goes', () => {
  const bytes = writeWave(Float64Array.from([0, 0.5, -0.5]), 8000);
  new DataView(bytes.buffer).setUint32(40, 0, true);
  assert.equal(readWave(bytes)?.samples.length, 3);
  assert.equal(readWave(bytes.subarray(0, 30)), undefined);
  assert.equal(readWave(new TextEncoder().encode('not a sound at all')), undefined);
});

function sound(name: string): Wave {
  const wave = readWave(readFileSync(join(SOUNDS, `${name}.wav`)));
  assert.ok(wave !== undefined, `${name} is no sound`);
  return wave;
}

function loudest(samples: Float64Array): number {
  return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}
