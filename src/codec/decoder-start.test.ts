import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadOpus } from '../node/media/opus.ts';
import { type CodecName, createDecoder, createEncoder } from './codec.ts';
import { level } from './linear.ts';
import { OpusWasm } from './opus-wasm.ts';
import { resample } from './resample.ts';
import { parseWav } from './wav.ts';

/**
 * A conference, a recording or a transcoder begins to decode in the middle of what somebody says. G.722 and Opus predict from what they
 * decoded before, which such a decoder does not have: for some 150 ms it is softer, then on a steady tone up to a few dB louder than the
 * source. These tests say that this is the codecs' and no gain of ours, and how much it may be.
 */

const opus = new OpusWasm(loadOpus());
const FRAMES = 60;
/** Where the late decoder begins. */
const LATE = 40;

type Sound = (at: number, rate: number) => number;
const tone =
  (hz: number): Sound =>
  (at, rate) =>
    4000 * Math.sin((2 * Math.PI * hz * at) / rate);
const TONES = [300, 600, 1000, 3000];

function speech(): Sound {
  const wav = parseWav(readFileSync(new URL('../../sounds/demo/weasels.wav', import.meta.url)));
  assert.ok(!('malformed' in wav));
  const at = new Map([8000, 16_000].map((rate) => [rate, resample(wav.samples, wav.rate, rate)]));
  return (index, rate) => at.get(rate)?.[index + rate / 2] ?? 0;
}

function made<T>(value: T | undefined): T {
  assert.ok(value);
  return value;
}

/** The packets of a sound, and what a decoder makes of them that begins at one of them: dB of each. */
function packets(codec: CodecName, rate: 8000 | 16000, sound: Sound): readonly Uint8Array[] {
  const encoder = made(createEncoder(codec, rate, opus));
  const count = encoder.rate / 50;
  const all = Array.from({ length: FRAMES }, (_, frame) => {
    const pcm = Int16Array.from({ length: count }, (_sample, at) => sound(frame * count + at, encoder.rate));
    const packet = new Uint8Array(1500);
    return packet.slice(0, encoder.encode(pcm, count, packet, 0));
  });
  encoder.free();
  return all;
}

function levels(codec: CodecName, rate: 8000 | 16000, all: readonly Uint8Array[]): readonly number[] {
  const decoder = made(createDecoder(codec, rate, opus));
  const into = new Int16Array(decoder.rate * 0.12);
  const told = all.map((bytes) => level(into.subarray(0, decoder.decode(bytes, 0, bytes.length, into))));
  decoder.free();
  return told;
}

const CODECS = [
  ['PCMU', 8000],
  ['G722', 16_000],
  ['opus', 8000],
  ['opus', 16_000],
] as const;

for (const [codec, rate] of CODECS) {
  test(`${codec} at ${rate} Hz: from the first packet of a stream on, nothing is louder than its source`, () => {
    const source = 20 * Math.log10(4000 / 32_768);
    for (const hz of TONES)
      for (const db of levels(codec, rate, packets(codec, rate, tone(hz))))
        assert.ok(db < source + 0.5, `${hz} Hz: ${db} dB of ${source}`);
  });

  test(`${codec} at ${rate} Hz: a decoder that begins in the middle is right after 200 ms, and never much too loud`, () => {
    for (const [name, sound] of [
      ...TONES.map((hz) => [`${hz} Hz`, tone(hz)] as const),
      ['speech', speech()] as const,
    ]) {
      const all = packets(codec, rate, sound);
      const whole = levels(codec, rate, all).slice(LATE);
      for (const [at, db] of levels(codec, rate, all.slice(LATE)).entries()) {
        const over = db - (whole[at] ?? 0);
        // Measured: 3 dB on a pure tone in G.722, 5 dB in Opus; in speech it is not heard.
        const most = codec === 'PCMU' ? 0 : name === 'speech' ? 1 : 6;
        assert.ok(over <= most, `${name}: ${over} dB too loud at ${at * 20} ms`);
        if (name === 'speech' && at >= 10) assert.ok(Math.abs(over) <= 1, `${over} dB at ${at * 20} ms`);
      }
    }
  });
}
