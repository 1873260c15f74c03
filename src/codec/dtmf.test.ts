import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { DtmfDetector, tonesOf } from './dtmf.ts';
import { resample } from './resample.ts';
import { parseWav } from './wav.ts';

const RATE = 8000;
const ALL = '1234567890*#ABCD';

/** dBm0-like: dB below a full-scale sine. */
const amplitude = (db: number): number => 32767 * 10 ** (db / 20);

interface Press {
  readonly key: string;
  readonly ms: number;
  readonly low?: number;
  readonly high?: number;
  /** Both frequencies times this. */
  readonly off?: number;
}

function pressed({ key, ms, low = -12, high = -12, off = 1 }: Press): Int16Array {
  const [a, b] = tonesOf(key) ?? [0, 0];
  return Int16Array.from({ length: (ms * RATE) / 1000 }, (_, at) => {
    const t = (2 * Math.PI * off * at) / RATE;
    return amplitude(low) * Math.sin(a * t) + amplitude(high) * Math.sin(b * t);
  });
}

const silence = (ms: number): Int16Array => new Int16Array((ms * RATE) / 1000);

function heard(...parts: readonly Int16Array[]): readonly (readonly [string, number])[] {
  const found: (readonly [string, number])[] = [];
  const detector = new DtmfDetector(RATE, (key, ms) => void found.push([key, ms]));
  for (const part of parts) {
    // In frames, as it comes.
    for (let at = 0; at < part.length; at += 160) detector.feed(part.subarray(at, at + 160));
  }
  detector.end();
  return found;
}

const keys = (...parts: readonly Int16Array[]): string =>
  heard(...parts)
    .map(([key]) => key)
    .join('');

describe('keys in the audio (Q.24)', () => {
  test('every key, of 40 ms and more, with 40 ms between them, wherever blocks begin', () => {
    for (let offset = 0; offset < 13; offset += 1) {
      const parts = ALL.split('').flatMap((key) => [pressed({ key, ms: 40 }), silence(40)]);
      assert.equal(keys(silence(offset), ...parts), ALL, `${offset} ms`);
    }
  });

  test('how long it was, within a block', () => {
    for (const ms of [80, 200, 1000]) {
      const [[key, found] = ['', 0]] = heard(silence(33), pressed({ key: '5', ms }), silence(60));
      assert.equal(key, '5');
      assert.ok(Math.abs(found - ms) <= 26, `${ms}: ${found}`);
    }
  });

  test('what lasts 20 ms is none; a hole of 10 ms does not make two of one', () => {
    for (let offset = 0; offset < 13; offset += 1) {
      assert.equal(keys(silence(offset), pressed({ key: '7', ms: 20 }), silence(100)), '');
      const held = [pressed({ key: '7', ms: 60 }), silence(10), pressed({ key: '7', ms: 60 })];
      assert.equal(keys(silence(offset), ...held, silence(60)), '7');
    }
  });

  test('frequencies within 1.5 % are the key (Q.24), the levels of a line down to −36 dB too', () => {
    for (const key of ALL) {
      for (const off of [0.985, 1.015]) assert.equal(keys(pressed({ key, ms: 80, off }), silence(60)), key, `${off}`);
      assert.equal(keys(pressed({ key, ms: 80, low: -36, high: -36 }), silence(60)), key);
      assert.equal(keys(pressed({ key, ms: 80, low: -48, high: -48 }), silence(60)), '');
    }
  });

  test('twist: the high tone up to 6 dB above the low one, the low up to 3 dB above the high; 10 and 6 dB are none', () => {
    for (const key of ALL) {
      assert.equal(keys(pressed({ key, ms: 80, low: -18, high: -12 }), silence(60)), key);
      assert.equal(keys(pressed({ key, ms: 80, low: -12, high: -15 }), silence(60)), key);
      assert.equal(keys(pressed({ key, ms: 80, low: -22, high: -12 }), silence(60)), '');
      assert.equal(keys(pressed({ key, ms: 80, low: -12, high: -18 }), silence(60)), '');
    }
  });

  test('one tone alone, or three, are no key', () => {
    assert.equal(keys(pressed({ key: '1', ms: 200, high: -90 })), '');
    const third = pressed({ key: '9', ms: 200, high: -90 });
    assert.equal(keys(pressed({ key: '1', ms: 200 }).map((sample, at) => sample + (third[at] ?? 0))), '');
  });

  test('a key under noise 15 dB below it', () => {
    let state = 1;
    const noise = (): number => {
      state = (state * 48_271) % 2_147_483_647;
      return (state / 2_147_483_647 - 0.5) * 2;
    };
    const level = amplitude(-12 - 15) * Math.sqrt(3) * Math.SQRT2;
    for (const key of ALL) {
      const noisy = pressed({ key, ms: 100 }).map((sample) => sample + level * noise());
      assert.equal(keys(noisy, silence(60)), key);
    }
  });
});

describe('talk-off', () => {
  test('nobody speaks a key: all our prompts and our music', () => {
    const sounds = join(import.meta.dirname, '..', '..', 'sounds');
    let seconds = 0;
    for (const file of globSync('**/*.wav', { cwd: sounds })) {
      const wav = parseWav(readFileSync(join(sounds, file)));
      assert.ok('samples' in wav);
      const samples = resample(wav.samples, wav.rate, RATE);
      seconds += samples.length / RATE;
      assert.equal(keys(samples), '', file);
    }
    assert.ok(seconds > 60);
  });

  test('voices: harmonics of a gliding pitch under formants, in syllables, at most one key in ten minutes', () => {
    let state = 4733;
    const between = (from: number, to: number): number => {
      state = (state * 48_271) % 2_147_483_647;
      return from + (state / 2_147_483_647) * (to - from);
    };
    let found = '';
    for (let voice = 0; voice < 300; voice += 1) {
      const formants = [between(300, 800), between(900, 2300), between(2300, 3000)];
      found += keys(spoken(between(80, 300), between(0.7, 1.4), formants, between(80, 400)));
    }
    assert.ok(found.length <= 1, found);
  });
});

/** Two seconds of something like a vowel. */
function spoken(pitch: number, glide: number, formants: readonly number[], syllable: number): Int16Array {
  let phase = 0;
  return Int16Array.from({ length: 2 * RATE }, (_, at) => {
    const f0 = pitch * glide ** (at / (2 * RATE));
    phase += (2 * Math.PI * f0) / RATE;
    const envelope = Math.max(0, Math.sin((Math.PI * at * 1000) / (RATE * syllable)));
    let sum = 0;
    for (let harmonic = 1; harmonic * f0 < 3400; harmonic += 1) {
      const gain = formants.reduce((total, formant) => total + 1 / (1 + ((harmonic * f0 - formant) / 60) ** 2), 0.05);
      sum += (gain / Math.sqrt(harmonic)) * Math.sin(harmonic * phase);
    }
    return 4000 * envelope * sum;
  });
}
