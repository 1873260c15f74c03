import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ComfortNoise, silence } from './comfort.ts';
import { type LawName, decode, encode, LAWS, transcode } from './g711.ts';
import { level } from './linear.ts';

interface Vectors {
  readonly ulaw_to_linear16: readonly number[];
  readonly alaw_to_linear16: readonly number[];
}

const url = new URL('../../test/vectors/codecs/g711-tables.json', import.meta.url);
const vectors = JSON.parse(readFileSync(url, 'utf8')) as Vectors;
const NAMES: readonly LawName[] = ['PCMU', 'PCMA'];

test('all 512 values of the decoding tables', () => {
  assert.deepEqual([...LAWS.PCMU.linear], vectors.ulaw_to_linear16);
  assert.deepEqual([...LAWS.PCMA.linear], vectors.alaw_to_linear16);
});

test("each level's code is its own; µ-law's negative zero is the positive one", () => {
  for (const name of NAMES) {
    for (let octet = 0; octet < 256; octet += 1) {
      const again = LAWS[name].octet[LAWS[name].linear[octet]! & 0xffff];
      assert.equal(again, name === 'PCMU' && octet === 0x7f ? 0xff : octet, `${name} ${octet}`);
    }
  }
});

test('every sample gets one of the two levels beside it, and greater samples never a lesser level', () => {
  for (const name of NAMES) {
    const levels = [...new Set(LAWS[name].linear)].toSorted((a, b) => a - b);
    let below = 0;
    let before = -Infinity;
    for (let sample = -32768; sample <= 32767; sample += 1) {
      while (below + 1 < levels.length && levels[below + 1]! <= sample) below += 1;
      const got = LAWS[name].linear[LAWS[name].octet[sample & 0xffff]!]!;
      assert.ok(got === levels[below] || got === levels[below + 1], `${name} ${sample} gave ${got}`);
      assert.ok(got >= before);
      before = got;
    }
  }
});

test('decision values of G.711 tables 1a and 2a', () => {
  const mu = (sample: number): number => LAWS.PCMU.octet[sample & 0xffff]!;
  const a = (sample: number): number => LAWS.PCMA.octet[sample & 0xffff]!;
  for (const [value, code] of [
    [7903, 0x80],
    [4063, 0x8f],
    [2015, 0x9f],
    [991, 0xaf],
    [479, 0xbf],
    [223, 0xcf],
    [95, 0xdf],
    [31, 0xef],
  ] as const) {
    assert.equal(mu(value * 4), code, `mu-law ${value}`);
    assert.equal(mu(value * 4 - 1), code + 1, `mu-law below ${value}`);
  }
  for (const [value, segment] of [
    [2048, 7],
    [1024, 6],
    [512, 5],
    [256, 4],
    [128, 3],
    [64, 2],
  ] as const) {
    assert.equal(a(value * 8), 0x80 ^ 0x55 ^ (segment << 4), `A-law ${value}`);
    assert.equal(a(value * 8 - 1), 0x80 ^ 0x55 ^ (((segment - 1) << 4) | 15), `A-law below ${value}`);
  }
});

function sine(amplitude: number): Int16Array {
  return Int16Array.from({ length: 8000 }, (_, at) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * 1004 * at) / 8000)),
  );
}

function noiseToSignal(signal: Int16Array, heard: Int16Array): number {
  return level(signal) - level(signal.map((sample, at) => sample - heard[at]!));
}

test('a sine of middle level keeps 35 dB above the noise of coding', () => {
  for (const name of NAMES) {
    for (const amplitude of [16000, 8000, 4000, 2000]) {
      const signal = sine(amplitude);
      const octets = new Uint8Array(8000);
      const heard = new Int16Array(8000);
      encode(name, signal, 8000, octets, 0);
      decode(name, octets, 0, 8000, heard);
      const ratio = noiseToSignal(signal, heard);
      assert.ok(ratio >= 35 && ratio < 60, `${name} ${amplitude}: ${ratio}`);
    }
  }
});

test('transcoding is decoding and encoding, touches its range only, and stays within a step', () => {
  for (const [from, to] of [
    ['PCMU', 'PCMA'],
    ['PCMA', 'PCMU'],
  ] as const) {
    const octets = Uint8Array.from({ length: 258 }, (_, at) => at & 0xff);
    transcode(from, octets, 1, 257);
    assert.equal(octets[0], 0);
    assert.equal(octets[257], 1);
    for (let at = 1; at < 257; at += 1) {
      const meant = LAWS[from].linear[at & 0xff]!;
      const got = LAWS[to].linear[octets[at]!]!;
      assert.ok(Math.abs(got - meant) <= Math.max(8, Math.abs(meant) / 16), `${from} ${at}: ${meant} became ${got}`);
      if (Math.abs(meant) > 8) assert.equal(Math.sign(got), Math.sign(meant));
    }
  }
  const signal = sine(8000);
  const octets = new Uint8Array(8000);
  const heard = new Int16Array(8000);
  encode('PCMU', signal, 8000, octets, 0);
  transcode('PCMU', octets, 0, 8000);
  decode('PCMA', octets, 0, 8000, heard);
  assert.ok(noiseToSignal(signal, heard) > 33);
});

test('offsets: a frame goes where it is told, and no further', () => {
  const octets = new Uint8Array(6);
  encode('PCMU', Int16Array.of(0, 32767, -32768, 5), 3, octets, 2);
  assert.deepEqual([...octets], [0, 0, 0xff, 0x80, 0x00, 0]);
  const samples = new Int16Array(4);
  decode('PCMU', octets, 3, 2, samples);
  assert.deepEqual([...samples], [32124, -32124, 0, 0]);
});

test('silence is silent', () => {
  for (const name of NAMES) {
    const samples = new Int16Array(160);
    decode(name, silence(name, 160), 0, 160, samples);
    assert.ok(samples.every((sample) => Math.abs(sample) <= 8));
  }
});

test('comfort noise has its level, no tone of its own, and repeats by its seed', () => {
  const samples = new Int16Array(16000);
  // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- no array: it writes into the samples
  new ComfortNoise(7, -40).fill(samples, 16000);
  assert.ok(Math.abs(level(samples) + 40) < 0.5, String(level(samples)));
  const again = new Int16Array(16000);
  // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- no array: it writes into the samples
  new ComfortNoise(7, -40).fill(again, 16000);
  assert.deepEqual(again, samples);
  // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- no array: it writes into the samples
  new ComfortNoise(8, -40).fill(again, 16000);
  assert.notDeepEqual(again, samples);
});
