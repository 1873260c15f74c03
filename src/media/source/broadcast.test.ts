import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createDecoder, decode, octetsOf, OpusWasm, toneShare, wavHeader } from '../../codec/index.ts';
import { loadOpus } from '../../node/media/opus.ts';
import { bench, end, open, PHONE, read } from '../host-bench.test.ts';

/** Two seconds of a tone that only a wide band holds, as a file at 16 kHz. */
function wideMusic(hz: number): Uint8Array {
  const samples = Int16Array.from({ length: 32_000 }, (_, at) => 8000 * Math.sin((2 * Math.PI * hz * at) / 16_000));
  const data = octetsOf(samples);
  return Uint8Array.of(...wavHeader('PCM16', 16_000, data.length), ...data);
}

for (const { codec, payload } of [
  { codec: 'G722', payload: 9 },
  { codec: 'opus', payload: 111 },
] as const) {
  test(`music in ${codec} has what only a wide band holds, and is the same octets for all listeners`, () => {
    const wav = wideMusic(5000);
    const world = bench({
      opus: loadOpus,
      files: { load: (_name, then) => then(wav), music: (then) => then(['music']) },
    });
    const phones = [world.socket(PHONE), world.socket(PHONE)];
    const send = { payload, codec } as const;
    for (const [at, phone] of phones.entries()) {
      open(world, `${at}`, phone, at, { rtp: end(phone.local, { send, latch: false }), hears: { kind: 'music' } });
    }
    world.pass(1000);
    const [one = [], other = []] = phones.map(({ received }) => received.map((bytes) => [...bytes.subarray(12)]));
    assert.ok(one.length >= 45);
    assert.deepEqual(one, other);
    const decoder = createDecoder(codec, 16_000, new OpusWasm(loadOpus()));
    assert.ok(decoder);
    const into = new Int16Array(1920);
    for (const octets of one) assert.equal(decoder.decode(Uint8Array.from(octets), 0, octets.length, into), 320);
    assert.ok(toneShare(into.subarray(0, 320), 16_000, 5000) > 0.9);
    assert.equal(read(phones[0]?.received[0] ?? new Uint8Array(0)).payload, payload);
  });
}

test('a prompt that lies there as Ogg Opus is heard from its beginning to its end', () => {
  const file = readFileSync(new URL('../../../test/vectors/codecs/two-tones.opus', import.meta.url));
  const world = bench({ opus: loadOpus, files: { load: (_name, then) => then(file), music: (then) => then([]) } });
  const phone = world.socket(PHONE);
  open(world, 'a', phone, 0, {
    rtp: end(phone.local, { latch: false }),
    hears: { kind: 'file', files: ['two-tones'], token: 't' },
  });
  world.pass(2000);
  const octets = Uint8Array.from(phone.received.flatMap((bytes) => [...bytes.subarray(12)]));
  assert.equal(octets.length, 8000);
  const samples = new Int16Array(octets.length);
  decode('PCMU', octets, 0, octets.length, samples);
  assert.ok(toneShare(samples.subarray(400, 3600), 8000, 440) > 0.98);
  assert.ok(toneShare(samples.subarray(4400, 7600), 8000, 1000) > 0.98);
  assert.ok(world.events.some((event) => event.event === 'played' && event.token === 't'));
});
