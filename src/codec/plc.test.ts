import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toneShare } from './goertzel.ts';
import { level } from './linear.ts';
import { Concealment } from './plc.ts';
import { ToneGenerator } from './tones.ts';

for (const rate of [8000, 16000] as const) {
  const frame = rate / 50;
  const voice = (hz: number) => {
    const generator = new ToneGenerator({ hz: [hz], cadence: [] }, rate, -12);
    return () => {
      const samples = new Int16Array(frame);
      // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- no array: it writes into the samples
      generator.fill(samples, frame);
      return samples;
    };
  };

  test(`${rate} Hz: a lost frame of a voiced sound goes on at its pitch and level`, () => {
    for (const hz of [100, 140, 200, 440]) {
      const [next, concealment] = [voice(hz), new Concealment(rate)];
      for (let at = 0; at < 5; at += 1) concealment.heard(next(), frame);
      const made = new Int16Array(frame);
      concealment.conceal(made, frame);
      assert.ok(toneShare(made, rate, hz) > 0.9, `${hz} Hz`);
      assert.ok(Math.abs(level(made) - -12) < 3, `${hz} Hz at ${level(made)} dB`);
    }
  });

  test(`${rate} Hz: no sample leaps more than a whole wave's steepest step where concealment begins and ends`, () => {
    const hz = 140;
    const [next, concealment] = [voice(hz), new Concealment(rate)];
    const all: number[] = [];
    for (let at = 0; at < 12; at += 1) {
      const samples = next();
      if (at === 6) concealment.conceal(samples, frame);
      else concealment.heard(samples, frame);
      all.push(...samples);
    }
    const steepest = 32767 * 10 ** (-12 / 20) * ((2 * Math.PI * hz) / rate);
    for (let at = 1; at < all.length; at += 1) assert.ok(Math.abs(all[at]! - all[at - 1]!) <= steepest * 3, `at ${at}`);
  });

  test(`${rate} Hz: it fades away within 60 ms, and nothing makes it sound again`, () => {
    const [next, concealment] = [voice(200), new Concealment(rate)];
    for (let at = 0; at < 5; at += 1) concealment.heard(next(), frame);
    const levels = Array.from({ length: 6 }, () => {
      const made = new Int16Array(frame);
      concealment.conceal(made, frame);
      return level(made);
    });
    assert.ok(levels[1]! < levels[0]! && levels[2]! < levels[1]!);
    assert.deepEqual(levels.slice(3), [-Infinity, -Infinity, -Infinity]);
  });

  test(`${rate} Hz: silence is concealed by silence`, () => {
    const concealment = new Concealment(rate);
    const made = new Int16Array(frame).fill(99);
    concealment.conceal(made, frame);
    assert.equal(level(made), -Infinity);
  });
}
