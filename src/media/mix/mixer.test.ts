import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  type CodecName,
  createDecoder,
  createEncoder,
  level,
  OpusWasm,
  parseWav,
  resample,
  toneShare,
  UNITS_PER_MS,
} from '../../codec/index.ts';
import { loadOpus } from '../../node/media/opus.ts';
import { writeHeader } from '../../rtp/index.ts';
import { apply, type Bench, bench, end, open, type Phone, PHONE, read, signalToNoise } from '../host-bench.test.ts';
import type { HostPorts } from '../ports.ts';
import type { Address, Hears, MixerSpec, PayloadMap, RtpEnd } from '../protocol.ts';

const opus = new OpusWasm(loadOpus());
const NUMBERS: Readonly<Record<CodecName, number>> = { PCMU: 0, PCMA: 8, G722: 9, opus: 111 };
const MIX: Hears = { kind: 'mix', mixer: 'm' };

function made<T>(value: T | undefined): T {
  assert.ok(value !== undefined);
  return value;
}

type Wishes = Omit<PayloadMap, 'payload' | 'codec'>;

/** One at a telephone in the conference. */
class Person {
  readonly id: string;
  readonly codec: CodecName;
  readonly phone: Phone;
  readonly #to: Address;
  readonly #encoder;
  readonly rtp: RtpEnd;
  #sequence = 1;
  #timestamp = 1000;

  constructor(world: Bench, at: number, codec: CodecName, ptime: number, id = `s${at}`, wishes: Wishes = {}) {
    this.id = id;
    this.codec = codec;
    this.phone = world.socket(PHONE);
    const map: PayloadMap = { payload: NUMBERS[codec], codec };
    this.rtp = end(this.phone.local, { send: { ...map, ...wishes }, receive: [map], ptime, latch: false });
    this.#to = open(world, this.id, this.phone, at, { rtp: this.rtp, hears: MIX });
    this.#encoder = made(createEncoder(codec, 16_000, opus));
  }

  /** 20 ms at 16 kHz. */
  say(pcm: Int16Array): void {
    const samples = this.#encoder.rate === 16_000 ? pcm : pcm.filter((_, at) => at % 2 === 0);
    const packet = new Uint8Array(1500);
    const octets = this.#encoder.encode(samples, samples.length, packet, 12);
    const bytes = packet.slice(0, 12 + octets);
    writeHeader(bytes, false, NUMBERS[this.codec], this.#sequence & 0xffff, this.#timestamp >>> 0, 77);
    this.#sequence += 1;
    this.#timestamp += 20 * UNITS_PER_MS[this.codec];
    this.phone.send(bytes, this.#to);
  }

  /** Its audio packets; reports of others come to the same ports. */
  get received(): readonly Uint8Array[] {
    return this.phone.received.filter((bytes) => ((bytes[1] ?? 0) & 0x7f) === NUMBERS[this.codec]);
  }

  /** All that it heard, at its codec's rate. */
  heard(): { readonly samples: Int16Array; readonly rate: number } {
    const decoder = made(createDecoder(this.codec, 16_000, opus));
    const into = new Int16Array(decoder.rate * 0.12);
    const all: number[] = [];
    for (const bytes of this.received) all.push(...into.subarray(0, decoder.decode(bytes, 12, bytes.length, into)));
    return { samples: Int16Array.from(all), rate: decoder.rate };
  }

  /** The part of what it heard in its last 400 ms that has this frequency. */
  share(hz: number): number {
    const { samples, rate } = this.heard();
    return toneShare(samples.subarray(-rate * 0.4), rate, hz);
  }
}

class Room {
  readonly world: Bench;
  readonly people: readonly Person[];
  #generation = 0;
  #frame = 0;

  constructor(
    codecs: readonly CodecName[],
    ptimes: readonly number[] = [],
    more: Partial<HostPorts> = {},
    wishes: readonly (Wishes | undefined)[] = [],
  ) {
    this.world = bench({ opus: loadOpus, poolSize: codecs.length, ...more });
    this.people = codecs.map((codec, at) => new Person(this.world, at, codec, ptimes[at] ?? 20, undefined, wishes[at]));
    this.mix({ members: this.people.map(({ id }) => id) });
  }

  mix(spec: MixerSpec): void {
    this.#generation += 1;
    this.world.host.command({ do: 'mixer', mixer: 'm', generation: this.#generation, spec });
  }

  /** They say sines of these frequencies; 0: silence; undefined: no packets. */
  pass(frames: number, hz: readonly (number | undefined)[], amplitude = 6000): void {
    for (let count = 0; count < frames; count += 1) {
      for (const [at, person] of this.people.entries()) {
        const one = hz[at];
        if (one !== undefined) person.say(sine(one, this.#frame, amplitude));
      }
      this.#frame += 1;
      this.world.pass(20);
    }
  }
}

function sine(hz: number, frame: number, amplitude: number): Int16Array {
  return Int16Array.from(
    { length: 320 },
    (_, at) => amplitude * Math.sin((2 * Math.PI * hz * (frame * 320 + at)) / 16_000),
  );
}

function jump(samples: Int16Array): number {
  let most = 0;
  for (let at = 1; at < samples.length; at += 1) most = Math.max(most, Math.abs(samples[at]! - samples[at - 1]!));
  return most;
}

const TONES = [500, 800, 1100] as const;

for (const codecs of [
  ['PCMU', 'PCMU', 'PCMU'],
  ['PCMU', 'PCMA', 'G722'],
  ['G722', 'opus', 'PCMU'],
  ['opus', 'opus', 'opus'],
] as const) {
  test(`${codecs.join(', ')}: each hears the tones of the others and not his own`, () => {
    const room = new Room(codecs);
    room.pass(60, TONES);
    for (const [at, person] of room.people.entries()) {
      for (const [other, hz] of TONES.entries()) {
        const share = person.share(hz);
        if (other === at) assert.ok(share < 0.01, `${person.codec} hears himself: ${share}`);
        else assert.ok(share > 0.4, `${person.codec} hears ${share} of ${hz} Hz`);
      }
    }
  });
}

test('each hears it in the widest band that his codec has: what only some can hear reaches those', () => {
  const room = new Room(['G722', 'G722', 'opus', 'PCMU', 'PCMA']);
  room.pass(60, [6000, 0, 0, 0, 0]);
  const levels = room.people.slice(1).map((person) => {
    const { samples, rate } = person.heard();
    return rate === 16_000 ? toneShare(samples.subarray(-rate * 0.4), rate, 6000) : level(samples.subarray(-3200));
  });
  const [wide = 0, wider = 0, ulaw = 0, alaw = 0] = levels;
  assert.ok(wide > 0.9 && wider > 0.9, `${wide}, ${wider}`);
  // 6 kHz does not exist at 8000 samples a second; what is left of it is below the stop band of a resampler.
  assert.ok(ulaw < -45 && alaw < -45, `${ulaw} dB, ${alaw} dB`);
});

test('of six who talk the four loudest are heard; whoever of them talks hears the other three', () => {
  const room = new Room(Array.from({ length: 7 }, () => 'PCMU' as const));
  const tones = [450, 700, 950, 1200, 1450, 1700];
  const [loud, soft] = [6000, 1500];
  for (let frame = 0; frame < 60; frame += 1) {
    for (const [at, hz] of tones.entries()) room.people[at]?.say(sine(hz, frame, at < 4 ? loud : soft));
    room.people[6]?.say(sine(0, frame, 0));
    room.world.pass(20);
  }
  const heard = (at: number): readonly boolean[] => tones.map((hz) => made(room.people[at]).share(hz) > 0.1);
  assert.deepEqual(heard(6), [true, true, true, true, false, false]);
  assert.deepEqual(heard(5), [true, true, true, true, false, false]);
  assert.deepEqual(heard(0), [false, true, true, true, false, false]);
});

test('one stream each: unbroken sequence, a clock that goes on by what is sent, while talkers change', () => {
  const room = new Room(['PCMU', 'G722', 'opus', 'PCMA'], [20, 40, 20, 30]);
  room.pass(30, [500, 0, 0, 0]);
  room.pass(60, [0, 800, 0, 0]);
  room.pass(60, [0, 0, 900, 600]);
  room.pass(60, [0, 0, 0, 0]);
  for (const { received, codec, rtp } of room.people) {
    const headers = received.map(read);
    assert.ok(headers.length > (200 * 20) / rtp.ptime - 4, `${codec}: ${headers.length} packets`);
    for (const [at, { sequence, timestamp, ssrc, marker }] of headers.slice(1).entries()) {
      const before = made(headers[at]);
      assert.equal((sequence - before.sequence) & 0xffff, 1, codec);
      assert.equal((timestamp - before.timestamp) >>> 0, rtp.ptime * UNITS_PER_MS[codec], codec);
      assert.equal(ssrc, before.ssrc);
      assert.equal(marker, false, 'one source');
    }
  }
});

for (const codec of ['PCMU', 'G722', 'opus'] as const) {
  test(`${codec}: who begins and ceases to talk himself hears the others without a seam`, () => {
    const amplitude = 6000;
    const room = new Room([codec, codec, codec]);
    room.pass(50, [0, 700, 0], amplitude);
    const before = room.people[0]?.heard().samples.length ?? 0;
    for (let turn = 0; turn < 4; turn += 1) {
      room.pass(12, [450, 700, 0], amplitude);
      room.pass(60, [0, 700, 0], amplitude);
    }
    const { samples, rate } = made(room.people[0]).heard();
    const heard = samples.subarray(before);
    assert.ok(toneShare(heard, rate, 700) > 0.98, `${toneShare(heard, rate, 700)}`);
    // The step of the sine itself, and the noise of a coder at 30 dB below it, three times its deviation at both ends.
    const steepest = (2 * Math.PI * 700 * amplitude) / rate;
    const noise = (2 * 3 * (amplitude / Math.SQRT2)) / 10 ** (30 / 20);
    assert.ok(jump(heard) <= steepest + noise, `${jump(heard)}, at most ${steepest + noise}`);
  });

  test(`nobody's coming or going clicks in what a ${codec} phone hears`, () => {
    const amplitude = 6000;
    const room = new Room([codec, codec, 'PCMU']);
    room.mix({ members: ['s0', 's1'] });
    room.pass(30, [0, 0, 900], amplitude);
    const before = room.people[0]?.heard().samples.length ?? 0;
    for (let turn = 0; turn < 5; turn += 1) {
      room.mix({ members: ['s0', 's1', 's2'] });
      room.pass(13, [0, 0, 900], amplitude);
      room.mix({ members: ['s0', 's1'] });
      room.pass(12, [0, 0, 900], amplitude);
    }
    const { samples, rate } = made(room.people[0]).heard();
    const heard = samples.subarray(before);
    assert.ok(level(heard) > -30, 'he was heard');
    const steepest = (2 * Math.PI * 900 * amplitude) / rate + amplitude / (0.005 * rate);
    const noise = (2 * 3 * (amplitude / Math.SQRT2)) / 10 ** (30 / 20);
    assert.ok(jump(heard) <= steepest + noise, `${jump(heard)}, at most ${steepest + noise}`);
  });
}

test('one of twenty leaves while he talks: the others go on hearing each other', () => {
  const room = new Room(Array.from({ length: 20 }, () => 'PCMU'));
  const hz = room.people.map((_, at) => [400, 700, 1000][at] ?? 0);
  room.pass(40, hz);
  room.world.host.command({ do: 'close', session: 's0' });
  room.mix({ members: room.people.slice(1).map(({ id }) => id) });
  room.pass(40, [undefined, ...hz.slice(1)]);
  for (const person of room.people.slice(2)) assert.ok(person.share(400) < 0.01);
  for (const person of room.people.slice(3)) assert.ok(person.share(700) > 0.4 && person.share(1000) > 0.4);
  assert.ok(made(room.people[1]).share(1000) > 0.9);
});

test('it tells who begins to talk, and who has ceased, once', () => {
  const room = new Room(['PCMU', 'PCMU']);
  const talk = (): readonly string[] =>
    room.world.events.flatMap((event) => (event.event === 'talking' ? [`${event.session} ${event.talking}`] : []));
  room.pass(30, [0, 0]);
  assert.deepEqual(talk(), []);
  room.pass(30, [500, 0]);
  assert.deepEqual(talk(), ['s0 true']);
  room.pass(30, [0, 0]);
  assert.deepEqual(talk(), ['s0 true', 's0 false']);
});

/** What an Opus packet carries: 0 narrow, 1 medium, 2 wide, 3 super-wide, 4 the full band (RFC 6716 table 2). */
function bandOf(packet: Uint8Array): number {
  const config = made(packet[12]) >> 3;
  if (config < 12) return config >> 2;
  return config < 16 ? 3 + ((config - 12) >> 1) : [0, 2, 3, 4][(config - 16) >> 2]!;
}

test('who listens with Opus hears it as he wishes (RFC 7587 §6.1); it is encoded once for all who wish the same', () => {
  let encoded = 0;
  const counted = (): ReturnType<typeof loadOpus> => {
    const { memory, ...functions } = loadOpus();
    const encode: typeof functions.opus_encode = (...given) => {
      encoded += 1;
      return functions.opus_encode(...given);
    };
    return { ...functions, memory, opus_encode: encode };
  };
  const wishes = [undefined, {}, {}, { playback: 8000 }, { constant: true }, { bitrate: 8000 }, { dtx: true }] as const;
  const codecs = wishes.map((_, at) => (at === 0 ? 'G722' : 'opus'));
  const room = new Room(codecs, [], { opus: counted }, wishes);
  room.pass(20, [900, ...wishes.slice(1).map(() => undefined)]);
  const before = room.people.map(({ received }) => received.length);
  encoded = 0;
  // From 300 Hz up to 6300 Hz: much and little to say, in both halves of the wide band.
  for (let frame = 0; frame < 100; frame += 1) room.pass(1, [300 + frame * 60], frame % 8 < 6 ? 6000 : 500);
  assert.equal(encoded, 100 * 5, 'five ways of six who listen');
  const heard = room.people.map(({ received }, at) => received.slice(before[at]));
  const [, plain = [], same = [], narrow = [], constant = [], few = [], seldom = []] = heard;
  const payloads = (packets: readonly Uint8Array[]) => packets.map((packet) => packet.subarray(12));
  assert.deepEqual(payloads(plain), payloads(same));
  assert.ok(plain.some((packet) => bandOf(packet) === 2) && plain.every((packet) => bandOf(packet) <= 2));
  assert.ok(narrow.length === 100 && narrow.every((packet) => bandOf(packet) === 0), 'no more than it plays');
  const sizes = (packets: readonly Uint8Array[]) => new Set(packets.map(({ length }) => length));
  assert.equal(sizes(constant).size, 1, 'packets of one size');
  assert.ok(sizes(plain).size > 10);
  const octets = payloads(few).reduce((sum, { length }) => sum + length, 0);
  assert.ok(octets / 2 <= (8000 / 8) * 1.2, `${octets} octets in two seconds`);
  room.pass(100, [0]);
  const quiet = room.people.map(({ received }, at) => received.length - made(before[at]) - made(heard[at]).length);
  assert.ok(made(quiet[1]) >= 99 && made(quiet[6]) < 50, `${quiet[6]} packets while nothing is said`);
  assert.ok(seldom.length > 90);
});

test('who talks hears Opus as he wishes too, and a wish that changes is followed at once', () => {
  const room = new Room(['G722', 'opus'], [], {}, [undefined, { playback: 8000 }]);
  const [, bob] = room.people;
  assert.ok(bob);
  room.pass(50, [3500, 500]);
  assert.ok(bob.received.every((packet) => bandOf(packet) === 0));
  const { rtp } = bob;
  const send = { payload: NUMBERS.opus, codec: 'opus' } as const;
  apply(room.world, bob.id, 2, { rtp: { ...rtp, send }, hears: MIX });
  const before = bob.received.length;
  room.pass(50, [6000, 500]);
  assert.ok(bob.received.slice(before + 10).some((packet) => bandOf(packet) === 2));
});

test('who may not talk is not heard, and hears; an older specification changes nothing', () => {
  const room = new Room(['PCMU', 'PCMU', 'PCMU']);
  room.mix({ members: ['s1', 's2'] });
  room.world.host.command({ do: 'mixer', mixer: 'm', generation: 1, spec: { members: ['s0', 's1', 's2'] } });
  room.pass(60, TONES);
  assert.ok(made(room.people[1]).share(500) < 0.01);
  assert.ok(made(room.people[0]).share(800) > 0.4 && made(room.people[0]).share(1100) > 0.4);
});

test('a mixer that nobody knows any more stands still and lets voices go', () => {
  const room = new Room(['PCMU', 'PCMU']);
  room.pass(30, [500, 800]);
  room.world.host.command({ do: 'unmix', mixer: 'm' });
  room.world.pass(20);
  const before = room.people.map(({ received }) => received.length);
  room.pass(10, [500, 800]);
  assert.deepEqual(
    room.people.map(({ received }) => received.length),
    before,
  );
  for (const { id, rtp } of room.people) apply(room.world, id, 2, { rtp, hears: { kind: 'nothing' } });
  assert.deepEqual(room.world.faults, []);
});

test('members on two hosts hear each other as on one', () => {
  const hosts = [bench(), bench()] as const;
  const [one, two] = hosts;
  one.host.link(1, (message) => two.host.linked(0, message));
  two.host.link(0, (message) => one.host.linked(1, message));
  const people = hosts.map((world, at) => new Person(world, 0, 'PCMU', 20, `h${at}`));
  const third = new Person(two, 1, 'PCMU', 20, 'h2');
  const all = [...people, third];
  for (const { host } of hosts)
    host.command({ do: 'mixer', mixer: 'm', generation: 1, spec: { members: all.map(({ id }) => id) } });
  for (let frame = 0; frame < 60; frame += 1) {
    for (const [at, person] of all.entries()) person.say(sine(TONES[at] ?? 0, frame, 6000));
    for (const world of hosts) world.pass(20);
  }
  for (const [at, person] of all.entries())
    for (const [other, hz] of TONES.entries())
      assert.ok(
        other === at ? person.share(hz) < 0.01 : person.share(hz) > 0.4,
        `${at} hears ${person.share(hz)} of ${hz} Hz`,
      );
  const talk = hosts.map(({ events }) => events.flatMap((event) => (event.event === 'talking' ? [event.session] : [])));
  assert.deepEqual(talk, [['h0'], ['h1', 'h2']], 'the host of a session tells of it');
});

test('a sound is heard once, by all or by one; the mix is taken down', () => {
  const wav = readFileSync(new URL('../../../sounds/beep.wav', import.meta.url));
  const files = { load: (_name: string, then: (found: Uint8Array) => void) => then(wav), music: () => undefined };
  const written: Uint8Array[] = [];
  const file = {
    append: (bytes: Uint8Array) => void written.push(bytes),
    head: () => undefined,
    close: (then: (why: undefined) => void) => then(undefined),
  };
  const recordings = { create: (_name: string, then: (made: typeof file) => void) => then(file) };
  const room = new Room(['PCMU', 'G722', 'PCMU'], [], { files, recordings });
  const members = room.people.map(({ id }) => id);
  const taps = [{ kind: 'record', id: 't', file: 'mix', sides: 'says' }] as const;
  room.mix({ members, taps });
  room.pass(20, [500, 0, 0]);
  const sounds = [{ id: 'x', files: ['beep'] }];
  room.mix({ members, taps, sounds });
  room.pass(12, [500, 0, 0]);
  assert.ok(
    room.people.every((person) => person.share(880) > 0.1),
    'all hear it',
  );
  room.pass(30, [500, 0, 0]);
  room.mix({ members: [...members], taps, sounds: [...sounds, { id: 'y', files: ['beep'], to: 's2' }] });
  room.pass(12, [500, 0, 0]);
  assert.deepEqual(
    room.people.map((person) => person.share(880) > 0.1),
    [false, false, true],
  );
  room.mix({ members });
  room.pass(2, [500, 0, 0]);
  const ended = room.world.events.find((event) => event.event === 'recorded');
  assert.ok(ended?.event === 'recorded' && ended.session === 'm' && ended.endedBy === 'stopped');
  const octets = written.reduce((sum, { length }) => sum + length, 0);
  assert.equal(octets, (ended.ms * 16_000 * 2) / 1000, 'in the wide band that one of them has');
  assert.ok(ended.ms >= 1400 && ended.ms <= 1540, `${ended.ms} ms`);
});

test('speech from G.711 through the mix to G.722 loses no more than the two quantizers cost', () => {
  const wav = parseWav(readFileSync(new URL('../../../sounds/demo/weasels.wav', import.meta.url)));
  assert.ok(!('malformed' in wav));
  const narrow = resample(wav.samples, wav.rate, 8000).subarray(0, 16_000);
  const room = new Room(['PCMU', 'G722']);
  const [alice, bob] = room.people;
  room.pass(5, [undefined, 0]);
  const before = made(bob).received.length;
  for (let at = 0; at + 160 <= narrow.length; at += 160) {
    // A codec at 8 kHz takes every second sample.
    alice?.say(Int16Array.from({ length: 320 }, (_, index) => narrow[at + (index >> 1)]!));
    room.pass(1, [undefined, 0]);
  }
  room.pass(5, [0, 0]);
  const { samples } = made(bob).heard();
  // G.711 keeps noise 33 dB below speech of the usual level (G.712 §8), G.722's six-bit lower band about 30 dB (a uniform quantizer
  // of 60 steps loaded to four times the deviation has 20·log10(60) - 7.3 + 1.8). Both noises add; the mix adds only the rounding
  // of a resampler, 20 dB below either.
  const bound = -10 * Math.log10(10 ** -3.3 + 10 ** -3 + 10 ** -5);
  const found = signalToNoise(resample(narrow, 8000, 16_000), samples.subarray((before - 2) * 320), 1600);
  assert.ok(found >= bound, `${found} dB, at least ${bound}`);
});
