import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { loadOpus } from '../node/media/opus.ts';
import { createDecoder, createEncoder, unitsOf } from './codec.ts';
import { toneShare } from './goertzel.ts';
import { level } from './linear.ts';
import { OpusWasm } from './opus-wasm.ts';
import { ToneGenerator } from './tones.ts';

const wasm = new OpusWasm(loadOpus());

function made<T>(value: T | undefined): T {
  assert.ok(value !== undefined);
  return value;
}

function packets(rate: 8000 | 16000 | 48000, hz: number, count: number): Uint8Array[] {
  const encoder = made(createEncoder('opus', rate, wasm));
  const generator = new ToneGenerator({ hz: [hz], cadence: [] }, rate, -12);
  const samples = new Int16Array(rate / 50);
  const all = Array.from({ length: count }, () => {
    // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- no array: it writes into the samples
    generator.fill(samples, samples.length);
    const octets = new Uint8Array(1500);
    return octets.slice(0, encoder.encode(samples, samples.length, octets, 0));
  });
  encoder.free();
  return all;
}

for (const rate of [8000, 16000, 48000] as const) {
  test(`a tone goes through Opus at ${rate} Hz, and is heard at any other rate`, () => {
    const sent = packets(rate, 700, 20);
    for (const payload of sent) assert.equal(unitsOf('opus', payload, 0, payload.length), 960);
    for (const heardAt of [8000, 16000, 48000] as const) {
      const decoder = made(createDecoder('opus', heardAt, wasm));
      const into = new Int16Array(heardAt * 0.12);
      for (const payload of sent) assert.equal(decoder.decode(payload, 0, payload.length, into), heardAt / 50);
      const last = into.subarray(0, heardAt / 50);
      assert.ok(toneShare(last, heardAt, 700) > 0.95);
      assert.ok(Math.abs(level(last) - -12) < 2);
      decoder.free();
    }
  });
}

test('a lost packet is concealed at the level of what went on, and out of the packet behind it', () => {
  const sent = packets(16000, 200, 20);
  for (const next of [undefined, sent[11]]) {
    const decoder = made(createDecoder('opus', 16000, wasm));
    const into = new Int16Array(1920);
    for (const payload of sent.slice(0, 10)) decoder.decode(payload, 0, payload.length, into);
    into.fill(0);
    decoder.conceal(320, into, next);
    assert.ok(level(into.subarray(0, 320)) > -24);
    assert.ok(toneShare(into.subarray(0, 320), 16000, 200) > 0.8);
    decoder.free();
  }
});

test('states are given back', () => {
  const before = wasm.states;
  const both = [made(createEncoder('opus', 16000, wasm)), made(createDecoder('opus', 16000, wasm))];
  assert.equal(wasm.states, before + 2);
  for (const one of both) one.free();
  for (const one of both) one.free();
  assert.equal(wasm.states, before);
});

test('memory does not grow with encoders that come and go', () => {
  const { buffer } = wasm.exports.memory;
  for (let at = 0; at < 500; at += 1) createEncoder('opus', 16000, wasm)?.free();
  assert.equal(wasm.exports.memory.buffer, buffer);
});

test('the span of a packet, by its first octets (RFC 6716 table 2, §3.2)', () => {
  const units = (...octets: number[]): number => unitsOf('opus', Uint8Array.from(octets), 0, octets.length);
  assert.equal(units(0 << 3), 480, 'SILK, 10 ms');
  assert.equal(units(3 << 3), 2880, 'SILK, 60 ms');
  assert.equal(units(13 << 3), 960, 'hybrid, 20 ms');
  assert.equal(units(16 << 3), 120, 'CELT, 2.5 ms');
  assert.equal(units((31 << 3) | 1), 1920, 'two of 20 ms');
  assert.equal(units((31 << 3) | 3, 6), 5760, 'six of 20 ms');
  assert.equal(units((31 << 3) | 3, 7), 0, 'more than 120 ms are not allowed');
  assert.equal(units((31 << 3) | 3), 0, 'the count is missing');
  assert.equal(units(), 0);
});

test('whatever comes, decoders of all codecs give samples and never throw', () => {
  for (const codec of ['PCMU', 'PCMA', 'G722', 'opus'] as const) {
    const decoder = made(createDecoder(codec, 16000, wasm));
    const into = new Int16Array(decoder.rate * 0.12);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1600 }), (bytes) => {
        const count = decoder.decode(bytes, 0, bytes.length, into);
        assert.ok(count >= 0 && count <= into.length);
        decoder.conceal(decoder.rate / 50, into, bytes);
      }),
    );
    decoder.free();
  }
});
