import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toneLevel, toneShare } from './goertzel.ts';
import { addTo, amplify, level, octetsOf, samplesOf, saturate, sumWithout, toSamples } from './linear.ts';
import { CALL_TONES, type Tone, ToneGenerator } from './tones.ts';

function made(tone: Tone, seconds: number, rate = 8000, db = -18): Int16Array {
  const samples = new Int16Array(Math.round(seconds * rate));
  // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- no array: it writes into the samples
  new ToneGenerator(tone, rate, db).fill(samples, samples.length);
  return samples;
}

test("a sine's level and share", () => {
  const samples = made({ hz: [440], cadence: [] }, 1, 8000, -20);
  assert.ok(Math.abs(toneLevel(samples, 8000, 440) + 20) < 0.05);
  assert.ok(Math.abs(level(samples) + 20) < 0.05);
  assert.ok(toneShare(samples, 8000, 440) > 0.999);
  assert.ok(toneShare(samples, 8000, 480) < 0.001);
  assert.ok(toneLevel(samples, 8000, 1000) < -75);
  const full = Int16Array.from({ length: 8000 }, (_, at) =>
    Math.round(32767 * Math.sin((2 * Math.PI * 1004 * at) / 8000)),
  );
  assert.ok(Math.abs(toneLevel(full, 8000, 1004)) < 0.01, 'full scale is 0 dB');
});

test('in a 20 ms frame, whatever its phase, and beside another tone', () => {
  for (let from = 0; from < 40; from += 7) {
    const frame = made({ hz: [1004], cadence: [] }, 1).subarray(from, from + 160);
    assert.ok(Math.abs(toneLevel(frame, 8000, 1004) + 18) < 0.3);
    assert.ok(toneShare(frame, 8000, 1004) > 0.98);
  }
  const two = made({ hz: [697, 1209], cadence: [] }, 0.1);
  assert.ok(Math.abs(toneShare(two, 8000, 697) - 0.5) < 0.02);
  assert.ok(Math.abs(toneShare(two, 8000, 1209) - 0.5) < 0.02);
});

test('silence and nothing', () => {
  for (const samples of [new Int16Array(0), new Int16Array(160)]) {
    assert.equal(toneLevel(samples, 8000, 440), -Infinity);
    assert.equal(toneShare(samples, 8000, 440), 0);
    assert.equal(level(samples), -Infinity);
  }
});

test('dial tone in the US: 350 and 440 Hz, without a gap', () => {
  const samples = made(CALL_TONES.us.dial, 5);
  for (let at = 0; at + 800 <= samples.length; at += 800) {
    const block = samples.subarray(at, at + 800);
    assert.ok(toneShare(block, 8000, 350) + toneShare(block, 8000, 440) > 0.98);
    assert.ok(Math.abs(toneLevel(block, 8000, 440) + 18) < 0.2);
  }
});

/** Milliseconds on, off, on… as they sound, by blocks of 5 ms. */
function cadenceOf(samples: Int16Array): number[] {
  const spans: number[] = [];
  let sounding: boolean | undefined;
  for (let at = 0; at + 40 <= samples.length; at += 40) {
    const sounds = level(samples.subarray(at, at + 40)) > -40;
    if (sounds === sounding) spans.push((spans.pop() ?? 0) + 5);
    else spans.push(5);
    sounding = sounds;
  }
  return spans;
}

test('cadences: the UK rings twice, Germany is busy at 480 ms, France rings 1.5 in 5 s', () => {
  assert.deepEqual(cadenceOf(made(CALL_TONES.gb.ringback, 6)), [400, 200, 400, 2000, 400, 200, 400, 2000]);
  assert.deepEqual(cadenceOf(made(CALL_TONES.de.busy, 1.92)), [480, 480, 480, 480]);
  assert.deepEqual(cadenceOf(made(CALL_TONES.fr.ringback, 10)), [1500, 3500, 1500, 3500]);
  assert.deepEqual(cadenceOf(made(CALL_TONES.us.congestion, 1)), [250, 250, 250, 250]);
});

test('the special information tone: three tones that rise, a third of a second each, then a pause of a second (E.180)', () => {
  for (const tones of Object.values(CALL_TONES)) {
    const { cadence, turns } = tones.information;
    if (turns === undefined) continue;
    const samples = made(tones.information, (2 * cadence.reduce((sum, ms) => sum + ms, 0)) / 1000);
    let at = 0;
    for (const hz of [950, 1400, 1800, 950, 1400, 1800]) {
      const [on = 0, off = 0] = [cadence[(at * 2) % 6], cadence[(at * 2 + 1) % 6]];
      const from = cadenceStart(cadence, at) * 8;
      const sounding = samples.subarray(from, from + on * 8);
      const exact = turns[at % 3]?.[0] ?? 0;
      assert.ok(Math.abs(exact - hz) <= 50 && Math.abs(on - 330) <= 70, `${exact} Hz, ${on} ms`);
      assert.ok(toneShare(sounding, 8000, exact) > 0.98, `${exact} Hz`);
      assert.ok(at % 3 === 2 ? off >= 1000 : off <= 30, `${off} ms between`);
      if (off > 0) assert.equal(level(samples.subarray(from + on * 8, from + (on + off) * 8)), -Infinity);
      at += 1;
    }
  }
});

test('North America: the segments of an intercepted number, low, low, low and short, short, long (Telcordia SR-2275 §6)', () => {
  for (const { information } of [CALL_TONES.us, CALL_TONES.ca]) {
    const samples = made(information, 1);
    let from = 0;
    for (const [hz, ms] of [
      [913.8, 276],
      [1370.6, 276],
      [1776.7, 380],
    ] as const) {
      const segment = samples.subarray(from * 8, (from + ms) * 8);
      assert.ok(toneShare(segment, 8000, hz) > 0.99, `${hz} Hz`);
      // High segments are 985.2 and 1428.5 Hz: a machine must not take one for the other.
      for (const other of [985.2, 1428.5]) assert.ok(toneShare(segment, 8000, other) < 0.05, `${other} Hz`);
      from += ms;
    }
    assert.equal(level(samples.subarray(from * 8)), -Infinity);
  }
});

test('countries whose information tone is another: its cadence is their own', () => {
  const once = (tone: Tone): readonly number[] => cadenceOf(made(tone, tone.cadence.reduce((a, b) => a + b, 0) / 1000));
  assert.deepEqual(once(CALL_TONES.cn.information), [100, 100, 100, 100, 100, 100, 400, 400]);
  assert.deepEqual(once(CALL_TONES.au.information), [2500, 500]);
  assert.deepEqual(once(CALL_TONES.nz.information), [750, 100, 750, 100, 750, 100, 750, 400]);
  assert.deepEqual(CALL_TONES.at.information.turns, [[950], [1450], [1850]]);
  assert.deepEqual(CALL_TONES.be.information.turns, [[900], [1400], [1800]]);
});

/** Milliseconds before the at-th sounding part. */
function cadenceStart(cadence: readonly number[], at: number): number {
  return Array.from({ length: at * 2 }, (_, part) => cadence[part % cadence.length] ?? 0).reduce((a, b) => a + b, 0);
}

test('every country has five tones that sound', () => {
  for (const tones of Object.values(CALL_TONES)) {
    for (const tone of Object.values(tones)) {
      const samples = made(tone, Math.min(200, tone.cadence[0] ?? 200) / 1000);
      for (const hz of tone.hz) assert.ok(toneLevel(samples, 8000, hz) > -19);
      assert.ok(
        samples.every((sample) => Math.abs(sample) < 16384),
        'three tones leave room',
      );
    }
  }
});

test('phase and cadence go on from block to block', () => {
  const tone: Tone = { hz: [425, 1004], cadence: [37, 11] };
  const whole = made(tone, 1);
  const generator = new ToneGenerator(tone, 8000);
  const parts: number[] = [];
  for (let length = 1; parts.length < whole.length; length = (length % 161) + 40) {
    const block = new Int16Array(length);
    // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- no array: it writes into the samples
    generator.fill(block, length);
    parts.push(...block);
  }
  assert.deepEqual(parts.slice(0, whole.length), [...whole]);
});

test('mixing saturates once, at the end; each hears all but himself', () => {
  const sum = new Int32Array(2);
  const [a, b, c] = [Int16Array.of(30000, 1), Int16Array.of(30000, 2), Int16Array.of(-30000, 4)];
  for (const part of [a, b, c]) addTo(sum, part, 2);
  const heard = new Int16Array(2);
  sumWithout(sum, c, 2, heard);
  assert.deepEqual([...heard], [32767, 3]);
  sumWithout(sum, a, 2, heard);
  assert.deepEqual([...heard], [0, 6]);
  toSamples(sum, 2, heard);
  assert.deepEqual([...heard], [30000, 7]);
  assert.equal(saturate(-40000), -32768);
});

test('gain and octets', () => {
  const samples = Int16Array.of(100, -100, 30000);
  amplify(samples, 3, 2);
  assert.deepEqual([...samples], [200, -200, 32767]);
  assert.deepEqual([...octetsOf(Int16Array.of(1, -2))], [1, 0, 0xfe, 0xff]);
  assert.deepEqual([...samplesOf(Uint8Array.of(9, 1, 0, 0xfe, 0xff, 7).subarray(1))], [1, -2]);
});
