import assert from 'node:assert/strict';
import { test } from 'node:test';
import { octetsOf, wavHeader } from '../codec/index.ts';
import { writeEvent } from '../rtp/index.ts';
import { apply, type Bench, bench, end, FRAME, open, PHONE, read, rtp } from './host-bench.test.ts';
import type { LinkMessage } from './abroad.ts';
import type { HostPorts } from './ports.ts';
import type { Hears, HostEvent } from './protocol.ts';

const TONE: Hears = { kind: 'tone', tone: { hz: [425], cadence: [1000, 0] } };
const HOUR = 3_600_000;

/** A sound of so many ms at 8000 samples a second, as a file. */
function wav(ms: number): Uint8Array {
  const data = octetsOf(new Int16Array(ms * 8).fill(1000));
  const header = wavHeader('PCM16', 8000, data.length);
  const bytes = new Uint8Array(header.length + data.length);
  bytes.set(header);
  bytes.set(data, header.length);
  return bytes;
}

function files(sounds: Readonly<Record<string, Uint8Array>>, music: readonly string[] = []): HostPorts['files'] {
  return { load: (name, then) => then(sounds[name]), music: (then) => then(music) };
}

function told(world: Bench, event: HostEvent['event']): readonly HostEvent[] {
  return world.events.filter((one) => one.event === event);
}

for (const [what, hears] of [
  ['music', { kind: 'music' }],
  ['a prompt', { kind: 'file', files: ['long'], token: 't' }],
] as const) {
  test(`${what} that is read when the leg has gone is not sent to whoever has its ports next`, () => {
    const loading: (() => void)[] = [];
    const world = bench({
      files: {
        load: (_name, then) => void loading.push(() => then(wav(60_000))),
        music: (then) => void loading.push(() => then(['long'])),
      },
    });
    const phone = world.socket(PHONE);
    open(world, 'a', phone, 0, { rtp: end(phone.local, { latch: false }), hears });
    world.host.command({ do: 'close', session: 'a' });
    while (loading.length > 0) loading.shift()?.();
    world.pass(10_000);
    assert.equal(phone.received.length, 0);
    assert.deepEqual(world.kernel.scene.census(), {});
  });
}

test('after a long hold silence is counted from the un-holding', () => {
  const world = bench({ mediaTimeoutMs: 60_000 });
  const phone = world.socket(PHONE);
  open(world, 'a', phone, 0, { rtp: end(phone.local, { receive: [] }) });
  world.pass(10 * 60_000);
  apply(world, 'a', 2, { rtp: end(phone.local), hears: { kind: 'nothing' } });
  world.pass(55_000);
  assert.equal(told(world, 'mediaTimeout').length, 0);
  world.pass(20_000);
  assert.equal(told(world, 'mediaTimeout').length, 1);
});

test('what plays once ends for a phone that takes no media (c=0.0.0.0)', () => {
  const world = bench({ files: files({ hello: wav(1000) }) });
  const phone = world.socket(PHONE);
  const hears = { kind: 'file', files: ['hello'], token: 't' } as const;
  open(world, 'a', phone, 0, { rtp: end(phone.local, { remote: undefined, send: undefined }), hears });
  world.pass(1400);
  assert.equal(told(world, 'played').length, 0);
  world.pass(200);
  assert.equal(told(world, 'played').length, 1);
});

test('a prompt long after the offer waits for the phone too, but the one after it does not wait again', () => {
  const world = bench({ files: files({ hello: wav(100) }) });
  const phone = world.socket(PHONE);
  open(world, 'a', phone, 0);
  world.pass(20_000);
  const play = (generation: number): void =>
    apply(world, 'a', generation, {
      rtp: end(phone.local),
      hears: { kind: 'file', files: ['hello'], token: `${generation}` },
    });
  play(2);
  world.pass(490);
  assert.equal(phone.received.length, 0);
  world.pass(200);
  assert.equal(phone.received.length, 5);
  play(3);
  world.pass(30);
  assert.ok(phone.received.length > 5);
});

test('digits come in under our number and leave under theirs (RFC 3264 §7)', () => {
  const world = bench();
  const phone = world.socket(PHONE);
  const events = { send: 96, receive: 101 };
  const local = open(world, 'a', phone, 0, { rtp: end(phone.local, { events }), hears: { kind: 'echo' } });
  const digit = rtp(1, FRAME, 7, 101).subarray(0, 16);
  writeEvent(digit, 12, 7, true, 10, 800);
  phone.send(digit, local);
  world.pass(10);
  assert.deepEqual(told(world, 'digit'), [{ event: 'digit', session: 'a', digit: '7', ms: 100, by: 'event' }]);
  assert.equal(read(phone.received[0] ?? new Uint8Array(0)).payload, 96);
  const other = rtp(2, 2 * FRAME, 7, 96).subarray(0, 16);
  writeEvent(other, 12, 8, true, 10, 800);
  phone.send(other, local);
  world.pass(10);
  assert.equal(told(world, 'digit').length, 1, 'a number that we did not offer means nothing');
});

for (const ptime of [10, 20, 30, 40, 60]) {
  test(`prompt, tone and music leave in packets of ${ptime} ms where SDP asks for it (RFC 8866 §6.4)`, () => {
    const sources: readonly Hears[] = [{ kind: 'file', files: ['long'], token: 't' }, TONE, { kind: 'music' }];
    for (const hears of sources) {
      const world = bench({ files: files({ long: wav(2000) }, ['long']) });
      const phone = world.socket(PHONE);
      open(world, 'a', phone, 0, { rtp: end(phone.local, { ptime, latch: false }), hears });
      world.pass(1201);
      assert.ok(phone.received.every((bytes) => bytes.length === 12 + ptime * 8));
      assert.ok(Math.abs(phone.received.length - 1200 / ptime) <= 1, `${hears.kind}: ${phone.received.length}`);
      const [first, second] = phone.received.map((bytes) => read(bytes).timestamp);
      assert.equal(((second ?? 0) - (first ?? 0)) >>> 0, ptime * 8);
    }
  });
}

test('an hour in which the machine stood still is skipped: no burst, one marker, timestamps by the clock', () => {
  for (const hears of [TONE, { kind: 'file', files: ['long'], token: 't' }] as const) {
    let ahead = 0;
    const world: Bench = bench({ files: files({ long: wav(10_000) }), now: () => world.kernel.now() + ahead });
    const phone = world.socket(PHONE);
    open(world, 'a', phone, 0, { rtp: end(phone.local, { latch: false }), hears });
    world.pass(1010);
    const before = phone.received.length;
    ahead = HOUR;
    world.pass(1000);
    const after = phone.received.slice(before).map(read);
    assert.ok(after.length >= 49 && after.length <= 51, `${hears.kind}: ${after.length} frames in a second`);
    assert.equal(after.filter(({ marker }) => marker).length, 1);
    const last = read(phone.received[before - 1] ?? new Uint8Array(0));
    const leap = ((after[0]?.timestamp ?? 0) - last.timestamp) >>> 0;
    assert.ok(Math.abs(leap - HOUR * 8) <= 2 * FRAME, `leap ${leap}`);
    assert.equal(((after[0]?.sequence ?? 0) - last.sequence) & 0xffff, 1);
  }
});

test('a sound file that is cut short plays as far as it goes, one without sound is told with the reason', () => {
  const whole = wav(1000);
  const world = bench({
    files: files({ short: whole.slice(0, 44 + 1601), header: whole.slice(0, 40), none: whole.slice(0, 3) }),
  });
  const phone = world.socket(PHONE);
  const hears = { kind: 'file', files: ['short', 'header', 'none', 'absent'], token: 't' } as const;
  open(world, 'a', phone, 0, { rtp: end(phone.local, { latch: false }), hears });
  world.pass(1000);
  assert.equal(phone.received.length, 5);
  assert.deepEqual(told(world, 'failed'), [
    { event: 'failed', session: 'a', why: 'short: cut short, 100 of 1000 ms', file: 'short' },
    { event: 'failed', session: 'a', why: 'header: no data', file: 'header' },
    { event: 'failed', session: 'a', why: 'none: no RIFF WAVE file', file: 'none' },
    { event: 'failed', session: 'a', why: 'no such file: absent', file: 'absent' },
  ]);
  assert.equal(told(world, 'played').length, 1);
});

test('music that cannot be read is silence, and told; it is looked for again at the next hold', () => {
  const music: string[] = [];
  const world = bench({ files: files({ song: wav(1000) }, music) });
  const phone = world.socket(PHONE);
  const rtpEnd = end(phone.local, { latch: false });
  open(world, 'a', phone, 0, { rtp: rtpEnd, hears: { kind: 'music' } });
  world.pass(100);
  assert.ok(phone.received.every((bytes) => bytes.subarray(12).every((octet) => octet === 0xff)));
  assert.deepEqual(told(world, 'failed'), [{ event: 'failed', session: 'a', why: 'there is no music', file: 'music' }]);
  music.push('song');
  apply(world, 'a', 2, { rtp: rtpEnd, hears: { kind: 'nothing' } });
  apply(world, 'a', 3, { rtp: rtpEnd, hears: { kind: 'music' } });
  world.pass(100);
  assert.notEqual(phone.received.at(-1)?.[12], 0xff);
  assert.equal(told(world, 'failed').length, 1);
});

test('ports at the ends of their range, and none at all, disturb nobody', () => {
  const world = bench();
  const phone = world.socket(PHONE);
  for (const port of [0, 1, 65_535]) {
    apply(world, 'a', 1, { rtp: end(phone.local), hears: TONE });
    const local = open(world, `port ${port}`, phone, 0, { rtp: end({ address: PHONE, port }), hears: TONE });
    for (let at = 1; at <= 4; at += 1) phone.send(rtp(at, at * FRAME), local);
    world.pass(20_000);
    world.host.command({ do: 'close', session: `port ${port}` });
    world.pass(6000);
  }
  assert.ok(phone.received.length > 0, 'latched all the same');
  assert.deepEqual(world.faults, []);
});

test('an address on which every port was taken is tried again', () => {
  let taken = true;
  const virtual: Bench = bench({ addresses: [] });
  const world = bench({
    ports: { from: 30_000, to: 30_003 },
    udp: { bind: (...asked) => (taken ? asked[3](undefined) : virtual.udp.bind(...asked)) },
  });
  assert.equal(world.leases().length, 0);
  taken = false;
  world.pass(6000);
  assert.equal(world.leases().length, 2);
});

test('a long digit whose end was lost is told after its last packet, not after its first', () => {
  const world = bench();
  const phone = world.socket(PHONE);
  const local = open(world, 'a', phone, 0);
  for (let at = 1; at <= 8; at += 1) {
    const event = rtp(at, FRAME, 7, 101).subarray(0, 16);
    writeEvent(event, 12, 4, false, 10, at * 400);
    phone.send(event, local);
    world.pass(50);
  }
  assert.equal(told(world, 'digit').length, 0);
  world.pass(600);
  assert.deepEqual(told(world, 'digit'), [{ event: 'digit', session: 'a', digit: '4', ms: 400, by: 'event' }]);
});

test('a second silence is told like the first', () => {
  const world = bench({ mediaTimeoutMs: 30_000 });
  const phone = world.socket(PHONE);
  const local = open(world, 'a', phone, 0);
  world.pass(60_000);
  phone.send(rtp(1, FRAME), local);
  world.pass(20_000);
  assert.equal(told(world, 'mediaTimeout').length, 1);
  world.pass(40_000);
  assert.equal(told(world, 'mediaTimeout').length, 2);
});

test("a marker of the peer's own, as after silence it suppressed, reaches who hears it", () => {
  const world = bench();
  const phone = world.socket(PHONE);
  const local = open(world, 'a', phone, 0, { hears: { kind: 'echo' } });
  for (let at = 1; at <= 3; at += 1) {
    const packet = rtp(at, at * FRAME);
    if (at === 3) packet.set([0x80], 1);
    phone.send(packet, local);
  }
  world.pass(10);
  assert.deepEqual(
    phone.received.map((bytes) => read(bytes).marker),
    [true, false, true],
  );
});

test('a leg of another host is given up when nobody hears it any more', () => {
  const world = bench();
  const phone = world.socket(PHONE);
  const said: LinkMessage[] = [];
  world.host.link(1, (message) => said.push(message));
  open(world, 'a', phone, 0, { hears: { kind: 'session', session: 'elsewhere' } });
  apply(world, 'a', 2, { rtp: end(phone.local), hears: { kind: 'nothing' } });
  assert.deepEqual(said, [
    { say: 'want', session: 'elsewhere', on: true },
    { say: 'want', session: 'elsewhere', on: false },
  ]);
});
