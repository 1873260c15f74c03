import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dominant, findClip, hears, hearsNothing, hearsOnly, hearsSomewhere, hearsSound, muted, tone } from './ear.ts';
import { type Heard, Recording } from './recording.ts';

function mix(...all: readonly Int16Array[]): Int16Array {
  return Int16Array.from({ length: all[0]?.length ?? 0 }, (_, at) => all.reduce((sum, one) => sum + (one[at] ?? 0), 0));
}

function join(...all: readonly Int16Array[]): Int16Array {
  return Int16Array.from(all.flatMap((one) => [...one]));
}

describe('the ear', () => {
  test('knows a tone from others, 75 Hz apart and more', () => {
    for (const hz of [300, 425, 950, 1500, 3000]) {
      const samples = tone(hz)(4000);
      assert.ok(hears(samples, hz) && hearsOnly(samples, hz) && hearsSound(samples) && !hearsNothing(samples), `${hz}`);
      for (const other of [hz - 75, hz + 75, hz * 2]) assert.ok(!hears(samples, other), `${hz} is not ${other}`);
    }
  });

  test('hears two at once, but neither alone', () => {
    const both = mix(tone(425)(4000), tone(950)(4000));
    assert.ok(hears(both, 425, 950) && hearsOnly(both, 425, 950));
    assert.ok(!hearsOnly(both, 425) && !hearsOnly(both, 950) && !hears(both, 425, 1500));
  });

  test('silence is no tone, nor is what stopped', () => {
    assert.ok(hearsNothing(muted()(4000)) && !hears(muted()(4000), 425) && !hearsSound(muted()(4000)));
    assert.ok(hearsNothing(new Int16Array(0)) && !hears(new Int16Array(0), 425));
    const half = join(tone(425)(2000), muted()(2000));
    assert.ok(!hears(half, 425) && hearsSomewhere(half, 425) && !hearsSomewhere(half, 950));
  });

  test('says what it hears', () => {
    assert.equal(dominant(tone(950)(1600)), '950 Hz');
    assert.equal(dominant(muted()(1600)), 'silence');
    assert.equal(dominant(mix(tone(400)(1600), tone(900)(1600), tone(1700)(1600))), 'sound');
  });

  test('finds a clip to the sample, and none where there is none', () => {
    const sweep = Int16Array.from({ length: 3000 }, (_, at) => Math.round(Math.sin(at * at * 0.0004) * 9000));
    const heard = join(tone(425)(1234), sweep);
    assert.equal(findClip(heard, sweep), 1234);
    assert.equal(findClip(tone(425)(4000), sweep), undefined);
  });
});

describe('a recording', () => {
  /** Packets of 20 ms, each given as [arrival in ms, timestamp]. */
  function record(packets: readonly (readonly [now: number, timestamp: number, ssrc?: number])[], hz = 425): Recording {
    const recording = new Recording();
    const source = tone(hz)(160 * 400);
    for (const [now, timestamp, ssrc = 7] of packets) {
      const at = (timestamp >>> 0) % 32_000;
      recording.take(now, ssrc, timestamp >>> 0, source.slice(at, at + 160));
    }
    return recording;
  }

  function known({ known: mask }: Heard): number {
    return mask.reduce((sum, one) => sum + one, 0);
  }

  test('puts packets where their timestamps say, reordered and doubled ones too', () => {
    const steady = record(Array.from({ length: 50 }, (_, at) => [1000 + at * 20, at * 160]));
    const shuffled = record(
      Array.from({ length: 50 }, (_, at) => at ^ 1).flatMap((at, order) => {
        const packet = [1000 + order * 20, at * 160] as const;
        return at % 5 === 2 ? [packet, packet] : [packet];
      }),
    );
    const [one, other] = [steady.between(1100, 1900), shuffled.between(1120, 1920)];
    assert.equal(known(one), 6400);
    assert.deepEqual(other.samples, one.samples);
  });

  test('a loss here and there is looked past', () => {
    const recording = record(
      Array.from({ length: 100 }, (_, at) => [at * 20, at * 160] as const).filter((_, at) => at % 13 !== 5),
    );
    const heard = recording.between(0, 2000);
    assert.ok(known(heard) < 15_000);
    assert.ok(hearsOnly(heard, 425));
  });

  test('what is mostly lost is not heard', () => {
    const few = record(
      Array.from({ length: 100 }, (_, at) => [at * 20, at * 160] as const).filter((_, at) => at % 8 < 2),
    );
    assert.ok(!hears(few.between(0, 2000), 425));
  });

  test('a timestamp that wraps goes on, another source begins anew', () => {
    const wrapping = record(Array.from({ length: 50 }, (_, at) => [at * 20, 2 ** 32 - 3200 + at * 160]));
    assert.equal(known(wrapping.between(0, 1000)), 8000);
    const two = record([
      ...Array.from({ length: 25 }, (_, at) => [at * 20, at * 160, 1] as const),
      ...Array.from({ length: 25 }, (_, at) => [500 + at * 20, 32_000 * 50 + at * 160, 2] as const),
    ]);
    assert.equal(known(two.between(0, 1000)), 8000);
  });

  test('is silent where nothing came', () => {
    const recording = record(Array.from({ length: 50 }, (_, at) => [at * 20, at * 160]));
    assert.ok(hearsNothing(recording.between(1020, 2000)));
    assert.ok(!hearsNothing(recording.between(500, 1500)));
  });
});
