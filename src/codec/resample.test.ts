import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { toneLevel } from './goertzel.ts';
import { level } from './linear.ts';
import { resample, Resampler } from './resample.ts';

function sine(rate: number, hz: number, seconds: number, amplitude = 16384): Int16Array {
  return Int16Array.from({ length: Math.round(rate * seconds) }, (_, at) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hz * at) / rate)),
  );
}

/** Without the filter's first and last milliseconds. */
function middle(samples: Int16Array, rate: number): Int16Array {
  return samples.slice(rate / 50, samples.length - rate / 50);
}

const RATIOS = [
  [16000, 8000],
  [8000, 16000],
  [48000, 8000],
  [8000, 48000],
  [22050, 8000],
  [44100, 8000],
  [24000, 16000],
] as const;

test('tones of the telephone band keep their level', () => {
  for (const [from, to] of RATIOS) {
    for (const hz of [300, 1004, 3000, 3350]) {
      const heard = middle(resample(sine(from, hz, 0.5), from, to), to);
      const db = toneLevel(heard, to, hz);
      assert.ok(Math.abs(db - toneLevel(sine(from, hz, 0.5), from, hz)) < 0.1, `${from} → ${to} at ${hz} Hz: ${db}`);
    }
  }
});

test('what the lower rate cannot carry is gone, not folded down: 70 dB', () => {
  for (const [from, hz] of [
    [16000, 4050],
    [16000, 5000],
    [16000, 7000],
    [48000, 4050],
    [48000, 7000],
    [48000, 15000],
    [22050, 5000],
    [44100, 9000],
  ] as const) {
    const heard = middle(resample(sine(from, hz, 0.5), from, 8000), 8000);
    assert.ok(level(heard) < -6 - 70, `${hz} Hz at ${from}: ${level(heard)}`);
  }
});

test('going up adds no mirror images: 70 dB', () => {
  const heard = middle(resample(sine(8000, 1000, 0.5), 8000, 16000), 16000);
  assert.ok(toneLevel(heard, 16000, 7000) < -6 - 70, String(toneLevel(heard, 16000, 7000)));
  const more = middle(resample(sine(8000, 3000, 0.5), 8000, 48000), 48000);
  for (const image of [5000, 11000, 13000, 19000, 21000])
    assert.ok(toneLevel(more, 48000, image) < -6 - 70, String(image));
});

test('a whole recording comes out in time: its sine lies on the sine', () => {
  for (const [from, to] of [
    [16000, 8000],
    [8000, 16000],
    [48000, 8000],
  ] as const) {
    const heard = resample(sine(from, 1000, 0.25), from, to);
    const meant = sine(to, 1000, 0.25);
    assert.equal(heard.length, meant.length);
    const error = middle(
      heard.map((sample, at) => sample - meant[at]!),
      to,
    );
    assert.ok(level(error) < -6 - 65, `${from} → ${to}: ${level(error)}`);
  }
});

test('a constant stays what it is, at every phase; full scale saturates and does not wrap', () => {
  for (const [from, to] of RATIOS) {
    const heard = middle(resample(new Int16Array(from / 5).fill(12345), from, to), to);
    assert.ok(
      heard.every((sample) => sample === 12345),
      `${from} → ${to}`,
    );
  }
  const square = Int16Array.from({ length: 4800 }, (_, at) => (at % 96 < 48 ? 32767 : -32768));
  const heard = resample(square, 48000, 8000);
  for (let at = 50; at < 750; at += 1) {
    const place = (at * 6) % 96;
    if (place > 12 && place < 36) assert.ok(heard[at]! > 25000, String(heard[at]));
    if (place > 60 && place < 84) assert.ok(heard[at]! < -25000, String(heard[at]));
  }
});

test('property: it does not matter where a stream is cut into blocks', () => {
  const blocks = fc.array(fc.nat(400), { maxLength: 12 });
  fc.assert(
    fc.property(fc.constantFrom(...RATIOS), blocks, ([from, to], lengths) => {
      const total = lengths.reduce((sum, length) => sum + length, 0);
      const signal = Int16Array.from({ length: total }, (_, at) => ((at * 7919) % 20011) - 10000);
      const whole = new Resampler(from, to);
      const expected = new Int16Array(whole.room(total));
      const made = whole.process(signal, total, expected);
      assert.ok(Math.abs(made - (total * to) / from) <= 1);
      const parts = new Resampler(from, to);
      const got: number[] = [];
      let at = 0;
      for (const length of lengths) {
        const into = new Int16Array(parts.room(length));
        const count = parts.process(signal.subarray(at, at + length), length, into);
        assert.ok(count <= into.length);
        got.push(...into.subarray(0, count));
        at += length;
      }
      assert.deepEqual(got, [...expected.subarray(0, made)]);
    }),
    { numRuns: 40 },
  );
});
