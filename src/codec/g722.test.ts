import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { G722Decoder, G722Encoder } from './g722.ts';
import { samplesOf } from './linear.ts';

const vector = (name: string): Uint8Array =>
  readFileSync(new URL(`../../test/vectors/codecs/${name}`, import.meta.url));

const input = samplesOf(vector('g722-input-16k.s16le'));
const coded = vector('g722-64k.g722');
const decoded = samplesOf(vector('g722-decoded-16k.s16le'));

test('encodes as other implementations do, octet for octet', () => {
  const made = new Uint8Array(coded.length);
  assert.equal(new G722Encoder().encode(input, input.length, made, 0), coded.length);
  assert.deepEqual(made, new Uint8Array(coded));
});

test('decodes as other implementations do, sample for sample', () => {
  const made = new Int16Array(decoded.length);
  assert.equal(new G722Decoder().decode(coded, 0, coded.length, made), decoded.length);
  assert.deepEqual(made, decoded);
});

test('keeps its state between packets, wherever the stream is cut', () => {
  const encoder = new G722Encoder();
  const made = new Uint8Array(coded.length);
  for (let at = 0; at < coded.length; at += 80) {
    encoder.encode(input.subarray(at * 2), 160, made, at);
  }
  assert.deepEqual(made, new Uint8Array(coded));
});

test('saturates where loud sound overflows', () => {
  const square = Int16Array.from({ length: 3200 }, (_, at) => (at % 32 < 16 ? 32767 : -32768));
  const octets = new Uint8Array(1600);
  new G722Encoder().encode(square, square.length, octets, 0);
  const back = new Int16Array(3200);
  new G722Decoder().decode(octets, 0, octets.length, back);
  // Wrapped samples would have the other sign in the middle of a half wave: the delay of both filters is 22 samples.
  let wrong = 0;
  for (let at = 800; at < 3100; at += 1) {
    const phase = at % 32;
    if (phase % 16 > 4 && phase % 16 < 12 && Math.sign(back[at + 22]!) !== Math.sign(square[at]!)) wrong += 1;
  }
  assert.equal(wrong, 0);
});
