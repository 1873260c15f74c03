import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  type CodecName,
  createDecoder,
  createEncoder,
  OpusWasm,
  parseWav,
  resample,
  toneShare,
  UNITS_PER_MS,
} from '../../codec/index.ts';
import { loadOpus } from '../../node/media/opus.ts';
import { writeEvent, writeHeader } from '../../rtp/index.ts';
import { apply, type Bench, bench, end, open, PHONE, read, signalToNoise } from '../host-bench.test.ts';
import type { Address, PayloadMap, RtpEnd } from '../protocol.ts';

const opus = new OpusWasm(loadOpus());
const NUMBERS: Readonly<Record<CodecName, number>> = { PCMU: 0, PCMA: 8, G722: 9, opus: 111 };
const CODECS = Object.keys(NUMBERS) as CodecName[];

function made<T>(value: T | undefined): T {
  assert.ok(value !== undefined);
  return value;
}

function speaks(remote: Address, codec: CodecName, more: Partial<RtpEnd> = {}): RtpEnd {
  const map: PayloadMap = { payload: NUMBERS[codec], codec };
  return end(remote, { send: map, receive: [map], ...more });
}

const WIDE_KEYS = {
  events: { send: 102, receive: 102, sendClock: 48_000, receiveClock: 48_000 },
};

/** A bridge of two legs: what the first sends as this codec in linear audio at 16 kHz, and what the second hears. */
class Bridge {
  readonly world: Bench;
  readonly #alice;
  readonly bob;
  readonly #at: Address;
  readonly #from: CodecName;
  readonly #to: CodecName;
  readonly #encoder;
  #sequence = 65_500;
  #timestamp = 2 ** 32 - 4000;

  constructor(from: CodecName, to: CodecName, more: Partial<RtpEnd> = {}) {
    this.world = bench({ opus: loadOpus });
    this.#alice = this.world.socket(PHONE);
    this.bob = this.world.socket(PHONE);
    this.#at = open(this.world, 'a', this.#alice, 0, { rtp: speaks(this.#alice.local, from, WIDE_KEYS) });
    open(this.world, 'b', this.bob, 1);
    apply(this.world, 'b', 2, {
      rtp: speaks(this.bob.local, to, { latch: false, ...more }),
      hears: { kind: 'session', session: 'a' },
    });
    this.#from = from;
    this.#to = to;
    this.#encoder = made(createEncoder(from, 16000, opus));
  }

  /** One packet of 20 ms out of 320 samples; then 20 ms pass. */
  say(pcm: Int16Array): void {
    const samples = this.#encoder.rate === 16000 ? pcm : pcm.filter((_, at) => at % 2 === 0);
    const packet = new Uint8Array(1500);
    const octets = this.#encoder.encode(samples, samples.length, packet, 12);
    this.send(packet.slice(0, 12 + octets));
    this.world.pass(20);
  }

  send(packet: Uint8Array, payload = NUMBERS[this.#from], units = 20 * UNITS_PER_MS[this.#from]): void {
    writeHeader(packet, false, payload, this.#sequence & 0xffff, this.#timestamp >>> 0, 77);
    this.#sequence += 1;
    this.#timestamp += units;
    this.#alice.send(packet, this.#at);
  }

  /** What the second leg heard, in order, at 16 kHz or 8 kHz as its codec has it. */
  heard(): { readonly samples: Int16Array; readonly rate: number } {
    const decoder = made(createDecoder(this.#to, 16000, opus));
    const all: number[] = [];
    const into = new Int16Array(decoder.rate * 0.12);
    for (const bytes of this.bob.received) {
      if (read(bytes).payload === NUMBERS[this.#to])
        all.push(...into.subarray(0, decoder.decode(bytes, 12, bytes.length, into)));
    }
    return { samples: Int16Array.from(all), rate: decoder.rate };
  }
}

function sine(hz: number, frame: number): Int16Array {
  return Int16Array.from({ length: 320 }, (_, at) => 8000 * Math.sin((2 * Math.PI * hz * (frame * 320 + at)) / 16000));
}

for (const from of CODECS) {
  for (const to of CODECS.filter((codec) => codec !== from)) {
    test(`${from} to ${to}: the tone arrives, in one stream whose clock is right`, () => {
      const bridge = new Bridge(from, to);
      for (let frame = 0; frame < 60; frame += 1) bridge.say(sine(600, frame));
      const { samples, rate } = bridge.heard();
      assert.ok(toneShare(samples.subarray(rate / 2, rate), rate, 600) > 0.95);
      const headers = bridge.bob.received.map(read);
      for (const [at, { sequence, timestamp, ssrc }] of headers.slice(1).entries()) {
        const before = headers[at];
        assert.equal((sequence - (before?.sequence ?? 0)) & 0xffff, 1);
        assert.equal((timestamp - (before?.timestamp ?? 0)) >>> 0, 20 * UNITS_PER_MS[to]);
        assert.equal(ssrc, before?.ssrc);
      }
      assert.ok(headers.length >= 57, `${headers.length} packets`);
    });
  }
}

for (const [from, to] of [
  ['PCMU', 'G722'],
  ['opus', 'PCMA'],
  ['G722', 'opus'],
] as const) {
  test(`${from} to ${to}: on a clean network a sound is sent on 60 ms after it came, at most`, () => {
    const bridge = new Bridge(from, to);
    const silence = new Int16Array(320);
    for (let frame = 0; frame < 25; frame += 1) bridge.say(silence);
    const before = bridge.bob.received.length;
    const decoder = made(createDecoder(to, 16000, opus));
    const into = new Int16Array(decoder.rate * 0.12);
    const loud = (bytes: Uint8Array): boolean => {
      const count = decoder.decode(bytes, 12, bytes.length, into);
      return into.subarray(0, count).some((sample) => Math.abs(sample) > 1500);
    };
    for (const bytes of bridge.bob.received.slice(0, before)) loud(bytes);
    // Sent now, and each 20 ms on; the packet in which it is first heard left within the time that passed until it was there.
    let at = before;
    for (let ms = 0; ms <= 80; ms += 20) {
      bridge.say(sine(600, ms / 20));
      for (; at < bridge.bob.received.length; at += 1)
        if (loud(bridge.bob.received[at]!)) return assert.ok(ms + 20 <= 60, `${ms + 20} ms`);
    }
    assert.fail('it was never heard');
  });
}

test('speech from G.711 to G.722 loses no more than the two quantizers cost', () => {
  const wav = parseWav(readFileSync(new URL('../../../sounds/demo/weasels.wav', import.meta.url)));
  assert.ok(!('malformed' in wav));
  const narrow = resample(wav.samples, wav.rate, 8000).subarray(0, 16_000);
  const wide = resample(narrow, 8000, 16000);
  const bridge = new Bridge('PCMU', 'G722');
  for (let at = 0; at + 160 <= narrow.length; at += 160) {
    // The bridge takes every second sample for a codec at 8 kHz.
    bridge.say(Int16Array.from({ length: 320 }, (_, index) => narrow[at + (index >> 1)]!));
  }
  const { samples } = bridge.heard();
  // G.711 keeps noise 33 dB below speech of the usual level (G.712 §8), G.722's six-bit lower band about 30 dB (a uniform quantizer
  // of 60 steps loaded to four times the deviation has 20·log10(60) - 7.3 + 1.8). Both noises add: 10·log10(10^-3.3 + 10^-3.0).
  const bound = -10 * Math.log10(10 ** -3.3 + 10 ** -3);
  const found = signalToNoise(wide, samples, 800);
  assert.ok(found >= bound, `${found} dB, at least ${bound}`);
});

test('a key goes from Opus to G.711 with its duration in the other clock, in an unbroken stream', () => {
  const bridge = new Bridge('opus', 'PCMU');
  for (let frame = 0; frame < 20; frame += 1) bridge.say(sine(600, frame));
  for (const [at, units] of [2400, 4800, 4800, 4800].entries()) {
    const packet = new Uint8Array(16);
    writeEvent(packet, 12, 5, at > 0, 10, units);
    bridge.send(packet, 102, 0);
    bridge.world.pass(20);
  }
  for (let frame = 0; frame < 20; frame += 1) bridge.say(sine(600, frame));
  const keys = bridge.bob.received.filter((bytes) => read(bytes).payload === 101);
  assert.deepEqual(
    keys.map((bytes) => (bytes[14]! << 8) | bytes[15]!),
    [400, 800, 800, 800],
  );
  assert.equal(new Set(keys.map((bytes) => read(bytes).timestamp)).size, 1);
  const headers = bridge.bob.received.map(read);
  for (const [at, { sequence, timestamp }] of headers.slice(1).entries()) {
    assert.equal((sequence - (headers[at]?.sequence ?? 0)) & 0xffff, 1);
    assert.ok((timestamp - (headers[at]?.timestamp ?? 0)) >>> 0 < 8000, 'the clock never goes back');
  }
  assert.deepEqual(
    bridge.world.events.flatMap((event) => (event.event === 'digit' ? [`${event.digit} ${event.ms}`] : [])),
    ['5 100'],
  );
});

test('one-octet packets, wrong lengths and unknown numbers stop neither the voice nor the call', () => {
  for (const from of ['G722', 'opus'] as const) {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 20 }),
        fc.integer({ min: 0, max: 127 }),
        (junk, number) => {
          const bridge = new Bridge(from, 'PCMU');
          for (let frame = 0; frame < 10; frame += 1) bridge.say(sine(600, frame));
          for (const bytes of junk) {
            const packet = new Uint8Array(12 + bytes.length);
            packet.set(bytes, 12);
            bridge.send(packet, number % 2 === 0 ? number : undefined);
            bridge.world.pass(3);
          }
          const before = bridge.bob.received.length;
          for (let frame = 0; frame < 40; frame += 1) bridge.say(sine(600, frame));
          assert.ok(bridge.bob.received.length - before >= 35);
          const { samples } = bridge.heard();
          assert.ok(toneShare(samples.subarray(-3200, -400), 8000, 600) > 0.9);
        },
      ),
      { numRuns: 15 },
    );
  }
});

test('what a peer says of the Opus that it takes is obeyed: its bits, and nothing while nothing is said (RFC 7587 §6.1)', () => {
  const noise = Int16Array.from({ length: 320 }, (_, at) => 6000 * Math.sin(at * at));
  const heard = (wishes: Partial<PayloadMap>, pcm: Int16Array): readonly number[] => {
    const bridge = new Bridge('PCMU', 'opus', { send: { payload: NUMBERS.opus, codec: 'opus', ...wishes } });
    for (let at = 0; at < 100; at += 1) bridge.say(pcm);
    return bridge.bob.received.map(({ length }) => length - 12);
  };
  const octets = (lengths: readonly number[]): number => lengths.reduce((sum, length) => sum + length, 0);
  const [usual, narrow] = [heard({}, noise), heard({ bitrate: 8000 }, noise)];
  assert.ok(octets(narrow) < octets(usual) * 0.6, `${octets(narrow)} of ${octets(usual)}`);
  assert.ok(octets(narrow) / 2 <= (8000 / 8) * 1.2, 'a second');
  const quiet = Int16Array.from({ length: 320 }, (_, at) => (at % 7) - 3);
  const [always, seldom] = [heard({}, quiet).length, heard({ dtx: true }, quiet).length];
  assert.ok(always > 90 && seldom < always / 2, `${seldom} of ${always}`);
});
