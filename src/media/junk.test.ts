import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { wavHeader } from '../codec/index.ts';
import { base64 } from '../kernel/index.ts';
import { loadOpus } from '../node/media/opus.ts';
import { printRtcp, writeHeader } from '../rtp/index.ts';
import { SrtpSender } from '../rtp/srtp/index.ts';
import { type Bench, bench, end, open, PHONE, type Phone, read } from './host-bench.test.ts';
import type { Address, HostEvent, PayloadMap } from './protocol.ts';

/** What a phone, or somebody who pretends to be one, may send to a leg: nothing of it throws, stops the leg, or harms another. */

const CODECS: readonly PayloadMap[] = [
  { payload: 0, codec: 'PCMU' },
  { payload: 9, codec: 'G722' },
  { payload: 111, codec: 'opus' },
];

interface Leg {
  readonly phone: Phone;
  readonly local: Address;
}

/** Three who are transcoded for each other in a ring, one of them recorded, keys in the audio listened for. */
function ring(world: Bench): readonly Leg[] {
  return CODECS.map((send, at) => {
    const phone = world.socket(PHONE);
    const rtp = end(phone.local, { send, receive: [send], comfort: true, inband: true, rtcp: 'mux', xr: true });
    const taps = [{ kind: 'record', id: 't', file: 'x', sides: 'both' }] as const;
    const hears = { kind: 'session', session: `${(at + 1) % CODECS.length}` } as const;
    return { phone, local: open(world, `${at}`, phone, at, { rtp, hears, ...(at === 0 && { taps }) }) };
  });
}

function made(payload: number, octets: Uint8Array, sequence: number, timestamp: number): Uint8Array {
  const bytes = new Uint8Array(12 + octets.length);
  writeHeader(bytes, false, payload, sequence & 0xffff, timestamp >>> 0, 7);
  bytes.set(octets, 12);
  return bytes;
}

const options = {
  opus: loadOpus,
  poolSize: 4,
  recordings: {
    create: (_: string, then: (file: undefined, why: string) => void) => then(undefined, 'no right to write'),
  },
};

const octets = fc.uint8Array({ maxLength: 400 });
/** Anything at all; what has a header of RTP or RTCP; payloads of the codecs agreed that are none. */
const datagram = fc.oneof(
  octets,
  fc
    .record({ first: fc.constantFrom(0x80, 0x90, 0xa0, 0xbf, 0x81), second: fc.nat(255), rest: octets })
    .map(({ first, second, rest }) => Uint8Array.of(first, second, ...rest)),
  fc
    .record({ payload: fc.constantFrom(0, 9, 13, 101, 111), octets, sequence: fc.nat(0xffff), timestamp: fc.nat() })
    .map((one) => made(one.payload, one.octets, one.sequence, one.timestamp)),
  fc
    .record({ type: fc.integer({ min: 200, max: 207 }), count: fc.nat(31), words: fc.nat(0xffff), rest: octets })
    .map(({ type, count, words, rest }) => Uint8Array.of(0x80 | count, type, words >> 8, words & 0xff, ...rest)),
);

test('seeded: whatever comes in the place of RTP and RTCP, the legs go on, and their sound is heard again', () => {
  const step = fc.record({ leg: fc.nat(2), control: fc.boolean(), bytes: datagram, wait: fc.nat(40) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), (steps) => {
      const world = bench(options);
      const legs = ring(world);
      for (const { leg, control, bytes, wait } of steps) {
        const { phone, local } = legs[leg] ?? assert.fail();
        phone.send(bytes.slice(), { address: local.address, port: local.port + (control ? 1 : 0) });
        world.pass(wait);
      }
      assert.deepEqual(world.faults, []);
      heardAgain(world, legs);
    }),
    { numRuns: 25, seed: 4733 },
  );
});

/** Who says PCMU for a second, under a source of his own, is heard by who hears him. */
function heardAgain(world: Bench, legs: readonly Leg[]): void {
  const [talker, , hearer] = legs;
  assert.ok(talker && hearer);
  const before = hearer.phone.received.length;
  for (let at = 0; at < 50; at += 1) {
    const bytes = made(0, new Uint8Array(160).fill(at % 2 === 0 ? 0x10 : 0x90), 40_000 + at, 9_000_000 + at * 160);
    new DataView(bytes.buffer).setUint32(8, 0x5151);
    talker.phone.send(bytes, talker.local);
    world.pass(20);
  }
  const fresh = hearer.phone.received
    .slice(before)
    .map(read)
    .filter(({ payload }) => payload === 111);
  assert.ok(fresh.length >= 30, `${fresh.length} packets`);
  assert.deepEqual(world.faults, []);
}

test('payloads that are none of their codec are silence, and no codec stops for them', () => {
  const world = bench(options);
  const legs = ring(world);
  for (const bad of [new Uint8Array(0), Uint8Array.of(0xff), Uint8Array.of(0x03), new Uint8Array(1400).fill(0xff)]) {
    for (const [at, { payload }] of CODECS.entries()) {
      const { phone, local } = legs[at] ?? assert.fail();
      for (let turn = 0; turn < 5; turn += 1) phone.send(made(payload, bad, turn, turn * 160), local);
      world.pass(100);
    }
  }
  assert.deepEqual(world.faults, []);
  heardAgain(world, legs);
});

test('SRTP and SRTCP that nobody sealed are counted, and what is sealed is heard before and after', () => {
  const world = bench(options);
  const phone = world.socket(PHONE);
  const key = base64(Uint8Array.from({ length: 30 }, (_, at) => at));
  const keys = { suite: 'AES_CM_128_HMAC_SHA1_80', key } as const;
  const rtp = end(phone.local, { crypto: { send: keys, receive: keys } });
  const local = open(world, 'a', phone, 0, { rtp, hears: { kind: 'echo' } });
  const sender = new SrtpSender(
    'AES_CM_128_HMAC_SHA1_80',
    Uint8Array.from({ length: 30 }, (_, at) => at),
  );
  const say = (sequence: number): void => {
    const sealed = sender.protect(made(0, new Uint8Array(160), sequence, sequence * 160));
    assert.ok(sealed);
    phone.send(sealed, local);
    world.pass(20);
  };
  for (let at = 1; at <= 5; at += 1) say(at);
  fc.assert(
    fc.property(datagram, fc.boolean(), (bytes, control) => {
      phone.send(bytes.slice(), { address: local.address, port: local.port + (control ? 1 : 0) });
      world.pass(1);
    }),
    { numRuns: 300, seed: 3711 },
  );
  for (let at = 6; at <= 10; at += 1) say(at);
  world.pass(50);
  assert.deepEqual(world.faults, []);
  world.host.command({ do: 'close', session: 'a' });
  const closed = world.events.find((event) => event.event === 'closed');
  assert.equal(closed?.stats.packetsIn, 10);
  assert.ok((closed?.stats.dropped ?? 0) > 0);
});

test('a report with a BYE, losses beyond all counting and a delay of days does not make a quality that is none', () => {
  const world = bench(options);
  const phone = world.socket(PHONE);
  const local = open(world, 'a', phone, 0, { hears: { kind: 'echo' } });
  phone.send(made(0, new Uint8Array(160), 1, 160), local);
  world.pass(20);
  const { ssrc } = read(phone.received[0] ?? assert.fail());
  const most = 0xffff_ffff;
  const block = {
    ssrc,
    fractionLost: 255,
    lost: -8_388_608,
    highest: most,
    jitter: most,
    lastSr: 1,
    delaySinceLastSr: most,
  };
  const report = printRtcp([
    { kind: 'rr', ssrc: 7, reports: [block] },
    { kind: 'bye', sources: [7], reason: '' },
  ]);
  phone.send(report, { address: local.address, port: local.port + 1 });
  world.pass(20);
  world.host.command({ do: 'close', session: 'a' });
  const closed = world.events.find((event) => event.event === 'closed');
  const { received, sent } = closed?.stats.quality ?? assert.fail();
  assert.ok(sent, 'the report is of what it was sent');
  for (const { mos } of [received, sent]) assert.ok(mos >= 1 && mos <= 4.5, `${mos}`);
  assert.deepEqual(world.faults, []);
});

/** What a prompt that is asked for comes to. */
function played(file: Uint8Array | undefined): readonly HostEvent[] {
  const world = bench({ ...options, files: { load: (_name, then) => then(file), music: (then) => then([]) } });
  const phone = world.socket(PHONE);
  const hears = { kind: 'file', files: ['x'], token: 't' } as const;
  open(world, 'a', phone, 0, { rtp: end(phone.local, { latch: false }), hears });
  world.pass(3000);
  assert.deepEqual(world.faults, []);
  return world.events.filter(({ event }) => event === 'played' || event === 'failed');
}

test('a sound that is no WAV, claims more than there is, or is of no kind that is known, is told and counts as played', () => {
  const wav = wavHeader('PCM16', 8000, 1600);
  const huge = Uint8Array.of(...wav, ...new Uint8Array(1600));
  new DataView(huge.buffer).setUint32(4, 0xffff_ffff, true);
  new DataView(huge.buffer).setUint32(40, 0xffff_fff0, true);
  assert.deepEqual(
    played(huge).map(({ event }) => event),
    ['played'],
    'it ends with the file',
  );
  const fmt = huge.slice();
  new DataView(fmt.buffer).setUint32(16, 0xffff_fff0, true);
  for (const file of [
    new TextEncoder().encode('<html>not found</html>'),
    wav.subarray(0, 20),
    fmt,
    new TextEncoder().encode('OggS junk'),
    undefined,
  ]) {
    const events = played(file);
    assert.ok(events.some((one) => one.event === 'failed' && one.file === 'x' && one.why !== ''));
    assert.ok(events.some(({ event }) => event === 'played'));
  }
});

test('a recording for which there is no right to write is told once, with the reason, and the leg goes on', () => {
  const world = bench(options);
  const legs = ring(world);
  world.pass(100);
  const told = world.events.filter((event) => event.event === 'recorded');
  assert.deepEqual(told, [
    { event: 'recorded', session: '0', tap: 't', file: 'x', ms: 0, endedBy: 'failed', why: 'no right to write' },
  ]);
  heardAgain(world, legs);
});
