import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { encode } from './g711.ts';
import { octetsOf } from './linear.ts';
import { parseWav, wavHeader } from './wav.ts';

function ascii(text: string): number[] {
  return text.split('').map((character) => character.charCodeAt(0));
}

function le(value: number, octets: number): number[] {
  return Array.from({ length: octets }, (_, at) => Math.floor(value / 256 ** at) % 256);
}

function chunk(id: string, content: readonly number[], size = content.length): number[] {
  return [...ascii(id), ...le(size, 4), ...content, ...(content.length % 2 === 1 ? [0] : [])];
}

function fmt(tag: number, channels: number, rate: number, bits: number, more: readonly number[] = []): number[] {
  const frame = (channels * bits) / 8;
  return chunk('fmt ', [
    ...le(tag, 2),
    ...le(channels, 2),
    ...le(rate, 4),
    ...le(rate * frame, 4),
    ...le(frame, 2),
    ...le(bits, 2),
    ...more,
  ]);
}

function riff(...chunks: number[][]): Uint8Array {
  const content = [...ascii('WAVE'), ...chunks.flat()];
  return Uint8Array.from([...ascii('RIFF'), ...le(content.length, 4), ...content]);
}

test('16-bit PCM at any of our rates', () => {
  for (const rate of [8000, 16000, 48000]) {
    assert.deepEqual(parseWav(riff(fmt(1, 1, rate, 16), chunk('data', [1, 0, 0xff, 0xff, 0, 0x80]))), {
      rate,
      samples: Int16Array.of(1, -1, -32768),
    });
  }
});

test('stereo is mixed to one channel', () => {
  const sides = octetsOf(Int16Array.of(100, 300, 32767, 32767, -5, 5));
  assert.deepEqual(parseWav(riff(fmt(1, 2, 48000, 16), chunk('data', [...sides]))), {
    rate: 48000,
    samples: Int16Array.of(200, 32767, 0),
  });
});

test('A-law is 6, mu-law is 7', () => {
  const data = chunk('data', [0xd5, 0x55, 0x80]);
  assert.deepEqual(parseWav(riff(fmt(6, 1, 8000, 8, [0, 0]), data)), {
    rate: 8000,
    samples: Int16Array.of(8, -8, 5504),
  });
  assert.deepEqual(parseWav(riff(fmt(7, 1, 8000, 8, [0, 0]), data)), {
    rate: 8000,
    samples: Int16Array.of(716, -716, 32124),
  });
});

test('other chunks, odd ones too, are passed over; the extensible form is understood', () => {
  const extensible = fmt(0xfffe, 1, 8000, 16, [...le(22, 2), ...le(16, 2), ...le(4, 4), 1, 0, 0, 0, 0, 0, 0x10, 0]);
  const file = riff(
    chunk('LIST', [1, 2, 3]),
    extensible,
    chunk('fact', le(1, 4)),
    chunk('data', [5, 0]),
    chunk('id3 ', [1]),
  );
  assert.deepEqual(parseWav(file), { rate: 8000, samples: Int16Array.of(5) });
});

test('a data chunk of unknown length ends with the file; of one that was cut short it is told how long it was', () => {
  for (const [size, whole] of [
    [0xffffffff, undefined],
    [0x7ffff000, undefined],
    [8000, 500],
  ] as const) {
    const file = riff(fmt(1, 1, 8000, 16), chunk('data', [5, 0, 6, 0], size));
    const recording = { rate: 8000, samples: Int16Array.of(5, 6) };
    assert.deepEqual(parseWav(file), whole === undefined ? recording : { ...recording, whole });
  }
});

test('what we cannot play is malformed', () => {
  const data = chunk('data', [1, 0]);
  for (const [name, file] of [
    ['empty', new Uint8Array(0)],
    ['no RIFF', Uint8Array.from([...ascii('RIFX'), 0, 0, 0, 0, ...ascii('WAVE')])],
    ['no data', riff(fmt(1, 1, 8000, 16))],
    ['no fmt', riff(data)],
    ['short fmt', riff(chunk('fmt ', [1, 0]), data)],
    ['MP3', riff(fmt(0x55, 1, 8000, 16), data)],
    ['24 bits', riff(fmt(1, 1, 8000, 24), data)],
    ['no channels', riff(fmt(1, 0, 8000, 16), data)],
    ['six channels', riff(fmt(1, 6, 8000, 16), data)],
    ['no rate', riff(fmt(1, 1, 0, 16), data)],
  ] as const) {
    assert.ok('malformed' in parseWav(file), name);
  }
});

test('property: what is written is read again', () => {
  fc.assert(
    fc.property(fc.int16Array({ maxLength: 50 }), fc.constantFrom(8000, 16000, 48000), (samples, rate) => {
      const data = octetsOf(samples);
      const pcm = Uint8Array.from([...wavHeader('PCM16', rate, data.length), ...data]);
      assert.deepEqual(parseWav(pcm), { rate, samples });
      for (const codec of ['PCMU', 'PCMA'] as const) {
        const octets = new Uint8Array(samples.length);
        encode(codec, samples, samples.length, octets, 0);
        const read = parseWav(Uint8Array.from([...wavHeader(codec, rate, octets.length), ...octets]));
        assert.ok(!('malformed' in read));
        const again = new Uint8Array(samples.length);
        encode(codec, read.samples, read.samples.length, again, 0);
        assert.deepEqual(
          again.map((octet) => (octet === 0x7f ? 0xff : octet)),
          octets.map((octet) => (octet === 0x7f ? 0xff : octet)),
        );
      }
    }),
  );
});

test('property: no octets make it throw', () => {
  const good = riff(chunk('LIST', [1, 2, 3]), fmt(1, 2, 8000, 16), chunk('data', [1, 0, 2, 0]));
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, value, length) => {
      const bytes = good.slice();
      bytes[at] = value;
      const read = parseWav(bytes.subarray(0, length));
      assert.ok('malformed' in read || read.samples.length <= 4);
    }),
    { numRuns: 500 },
  );
});
