import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { toneShare } from '../../codec/index.ts';
import { bent, Part, Sum } from './sum.ts';

const RATE = 8000;
const FRAME = 160;

function sine(hz: number, tick: number, amplitude: number, rate = RATE): Int16Array {
  const length = rate / 50;
  return Int16Array.from({ length }, (_, at) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hz * (tick * length + at)) / rate)),
  );
}

function frame(pcm: Int16Array, rate: 8000 | 16000 = RATE): { pcm: Int16Array; rate: 8000 | 16000; heard: true } {
  return { pcm, rate, heard: true };
}

test('each hears the sum of the others, sample by sample, and all who do not talk the sum of all', () => {
  const voices = fc.array(fc.array(fc.integer({ min: -7000, max: 7000 }), { minLength: FRAME, maxLength: FRAME }), {
    minLength: 2,
    maxLength: 4,
  });
  fc.assert(
    fc.property(voices, (said) => {
      const parts = said.map((samples) => {
        const part = new Part();
        part.gain = 1;
        part.take(frame(Int16Array.from(samples)), 1);
        return part;
      });
      const sum = new Sum(RATE);
      sum.mix(0, parts);
      const all = said.reduce((total, one) => total.map((value, at) => value + (one[at] ?? 0)));
      assert.deepEqual([...(sum.whole(0) ?? [])], all.map(bent));
      for (const [at, part] of parts.entries()) {
        const others = all.map((value, index) => bent(value - (said[at]?.[index] ?? 0)));
        assert.deepEqual([...sum.apart(part, undefined)], others);
      }
    }),
    { numRuns: 40 },
  );
});

test('what one says alone comes out as it went in, however long it lasts', () => {
  const part = new Part();
  part.gain = 1;
  const sum = new Sum(RATE);
  for (let tick = 0; tick < 5; tick += 1) {
    const said = sine(440, tick, 20_000);
    part.take(frame(said), 1);
    sum.mix(tick, [part]);
    assert.deepEqual(sum.whole(tick), said);
  }
});

test('too loud is bent, not cut: what was louder stays louder, and nothing leaves the range', () => {
  for (let value = -131_072; value < 131_072; value += 1) {
    const made = bent(value);
    assert.ok(made >= -32_767 && made <= 32_767);
    assert.ok(bent(value + 1) >= made);
    assert.ok(bent(value + 1) - made <= 1, 'no step');
    assert.equal(bent(-value), -made);
  }
  assert.equal(bent(20_000), 20_000);
});

/** The largest step from one sample to the next. */
function jump(samples: readonly number[]): number {
  return samples.slice(1).reduce((most, value, at) => Math.max(most, Math.abs(value - (samples[at] ?? 0))), 0);
}

for (const [from, to] of [
  [8000, 8000],
  [8000, 16000],
  [16000, 8000],
] as const) {
  test(`nobody clicks who comes or goes in the middle of a sound: ${from} Hz mixed at ${to}`, () => {
    const amplitude = 10_000;
    const hz = 400;
    const part = new Part();
    const sum = new Sum(to);
    const heard: number[] = [];
    for (let tick = 0; tick < 40; tick += 1) {
      // The loudest moment of a cosine is where it is cut.
      const said = sine(hz, tick + 0.0625, amplitude, from);
      part.take(frame(said, from), tick >= 10 && tick < 25 ? 1 : 0);
      sum.mix(tick, [part]);
      heard.push(...(sum.whole(tick) ?? []));
    }
    // A sine moves at most 2π·f·A a second; coming in 5 ms adds A / 5 ms; rounding one at each end.
    const most = (2 * Math.PI * hz * amplitude + amplitude / 0.005) / to + 2;
    assert.ok(jump(heard) <= most, `${jump(heard)} > ${most}`);
    const [second, frame20] = [to / 50, to];
    assert.ok(toneShare(Int16Array.from(heard.slice(second * 13, second * 23)), to, hz) > 0.99);
    assert.ok(heard.slice(0, second * 10).every((value) => value === 0));
    assert.ok(heard.slice(second * 28, frame20).every((value) => value === 0));
  });
}
