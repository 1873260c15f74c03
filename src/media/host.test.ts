import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRtcp, parseRtcp, printRtcp, type ReportBlock, type RtcpPacket, writeEvent } from '../rtp/index.ts';
import { createHost } from './host.ts';
import { apply, type Bench, bench, end, FRAME, HOST, open, PHONE, read, rtp } from './host-bench.test.ts';
import type { HostPorts } from './ports.ts';
import { type Address, type HostEvent, PROTOCOL_VERSION } from './protocol.ts';

test('a lease in use or unknown, and a session unknown, fail', () => {
  const world = bench();
  open(world, 'a', world.socket(PHONE), 0);
  const [lease] = world.leases();
  assert.ok(lease);
  world.host.command({ do: 'open', session: 'b', lease: lease.lease });
  world.host.command({ do: 'open', session: 'c', lease: 999 });
  apply(world, 'nobody', 1, { rtp: end({ address: PHONE, port: 1 }), hears: { kind: 'nothing' } });
  const failed = world.events.filter(({ event }) => event === 'failed');
  assert.deepEqual(
    failed.map((event) => 'session' in event && event.session),
    ['b', 'c', 'nobody'],
  );
});

test('a generation that is not newer changes nothing', () => {
  const world = bench();
  const phone = world.socket(PHONE);
  const local = open(world, 'a', phone, 0);
  apply(world, 'a', 5, { rtp: end(phone.local), hears: { kind: 'echo' } });
  apply(world, 'a', 5, { rtp: end(phone.local), hears: { kind: 'nothing' } });
  apply(world, 'a', 4, { rtp: end(phone.local), hears: { kind: 'nothing' } });
  phone.send(rtp(1, 160), local);
  world.pass(10);
  assert.equal(phone.received.length, 1);
  world.host.command({ do: 'inventory' });
  assert.deepEqual(world.events.at(-1), { event: 'inventory', sessions: [{ session: 'a', generation: 5 }] });
});

test('an hour of relayed packets with loss and restarted sources stays one stream', () => {
  const world = bench();
  const phone = world.socket(PHONE);
  const local = open(world, 'a', phone, 0, { hears: { kind: 'echo' } });
  let sequence = 65_000;
  let timestamp = 0xffff_0000;
  let ssrc = 7;
  for (let at = 0; at < 180_000; at += 1) {
    sequence += 1;
    timestamp += FRAME;
    if (at % 50_000 === 49_999) {
      ssrc += 1;
      sequence = at * 7;
      timestamp = at * 13;
    }
    if (at % 1000 !== 0) phone.send(rtp(sequence, timestamp, ssrc), local);
    world.pass(20);
  }
  const heard = phone.received.map(read);
  assert.equal(heard.length, 180_000 - 180);
  for (let at = 1; at < heard.length; at += 1) {
    const [before, now] = [heard[at - 1], heard[at]];
    assert.ok(before && now);
    const gap = (now.sequence - before.sequence) & 0xffff;
    const elapsed = (now.timestamp - before.timestamp) >>> 0;
    assert.ok(gap === 1 || gap === 2, `gap ${gap} at ${at}`);
    assert.equal(elapsed, gap * FRAME, `at ${at}`);
    assert.equal(now.ssrc, before.ssrc);
  }
  assert.equal(heard.filter(({ marker }) => marker).length, 4);
});

test('what comes late keeps its place; what is older than its source is dropped', () => {
  const world = bench();
  const phone = world.socket(PHONE);
  const local = open(world, 'a', phone, 0, { hears: { kind: 'echo' } });
  for (const sequence of [10, 12, 11, 9, 13]) phone.send(rtp(sequence, sequence * FRAME), local);
  world.pass(10);
  const [first = 0, ...rest] = phone.received.map((bytes) => read(bytes).sequence);
  assert.deepEqual(
    rest.map((sequence) => (sequence - first) & 0xffff),
    [2, 1, 3],
  );
});

test('header extension, contributing sources and padding end at us', () => {
  const world = bench();
  const phone = world.socket(PHONE);
  const local = open(world, 'a', phone, 0, { hears: { kind: 'echo' } });
  const head = rtp(1, 160).subarray(0, 12);
  head[0] = 0xb1;
  const csrc = [9, 9, 9, 9];
  const extension = [0xbe, 0xde, 0, 1, 1, 2, 3, 4];
  phone.send(Uint8Array.of(...head, ...csrc, ...extension, 0x11, 0x22, 0x33, 0, 0, 3), local);
  world.pass(10);
  const [sent] = phone.received;
  assert.ok(sent);
  assert.equal(sent[0], 0x80);
  assert.deepEqual([...sent.subarray(12)], [0x11, 0x22, 0x33]);
});

test('digits that the hearing leg has not agreed leave no hole in its stream', () => {
  const world = bench();
  const [alice, bob] = [world.socket(PHONE), world.socket(PHONE)];
  const local = open(world, 'a', alice, 0);
  open(world, 'b', bob, 1, { rtp: end(bob.local, { events: undefined }), hears: { kind: 'session', session: 'a' } });
  alice.send(rtp(1, FRAME), local);
  const event = rtp(2, 2 * FRAME, 7, 101).subarray(0, 16);
  writeEvent(event, 12, 3, true, 10, 400);
  alice.send(event, local);
  alice.send(rtp(3, 3 * FRAME), local);
  world.pass(10);
  const heard = bob.received.map(read);
  assert.deepEqual(
    heard.map(({ payload }) => payload),
    [0, 0],
  );
  assert.equal(((heard[1]?.sequence ?? 0) - (heard[0]?.sequence ?? 0)) & 0xffff, 1);
  assert.deepEqual(world.events.at(-1), { event: 'digit', session: 'a', digit: '3', ms: 50, by: 'event' });
});

test('a digit whose end was lost is told after a while', () => {
  const world = bench();
  const phone = world.socket(PHONE);
  const local = open(world, 'a', phone, 0);
  const event = rtp(1, FRAME, 7, 101).subarray(0, 16);
  writeEvent(event, 12, 11, false, 10, 320);
  phone.send(event, local);
  world.pass(100);
  assert.notEqual(world.events.at(-1)?.event, 'digit');
  world.pass(400);
  assert.deepEqual(world.events.at(-1), { event: 'digit', session: 'a', digit: '#', ms: 40, by: 'event' });
});

test('garbage of every length is dropped and counted', () => {
  const world = bench();
  const phone = world.socket(PHONE);
  const local = open(world, 'a', phone, 0, { hears: { kind: 'echo' } });
  for (let length = 0; length < 30; length += 1) {
    for (const octet of [0x00, 0x80, 0x9f, 0xbf, 0xff]) {
      phone.send(new Uint8Array(length).fill(octet), local);
      phone.send(new Uint8Array(length).fill(octet), { address: local.address, port: local.port + 1 });
    }
  }
  phone.send(rtp(1, 1, 7, 18), local);
  world.pass(10);
  assert.deepEqual(world.faults, []);
  world.host.command({ do: 'close', session: 'a' });
  const closed = world.events.find((event) => event.event === 'closed');
  assert.ok(closed);
  assert.deepEqual(
    { ...closed.stats, dropped: 0, quality: undefined },
    { packetsIn: phone.received.length, packetsOut: phone.received.length, dropped: 0, quality: undefined },
  );
  assert.equal(closed.stats.dropped + closed.stats.packetsIn, 301);
});

test('reports leave every five seconds or so, of what was sent and received, and a BYE at the end', () => {
  const world = bench();
  const phone = world.socket(PHONE);
  const reported: (readonly RtcpPacket[])[] = [];
  world.udp.bind(
    PHONE,
    phone.local.port + 1,
    (bytes) => {
      const packets = parseRtcp(bytes);
      assert.ok(!('malformed' in packets));
      reported.push(packets);
    },
    () => undefined,
  );
  const local = open(world, 'a', phone, 0, { hears: { kind: 'echo' } });
  for (let at = 1; at <= 500; at += 1) {
    if (at % 10 !== 0) phone.send(rtp(at, at * FRAME, 0xabc), local);
    world.pass(20);
  }
  assert.ok(reported.length >= 1 && reported.length <= 4);
  const [report, sdes] = reported.at(-1) ?? [];
  assert.ok(report?.kind === 'sr' && sdes?.kind === 'sdes');
  assert.equal(report.octets, report.packets * FRAME);
  assert.equal(report.ssrc, read(phone.received[0] ?? new Uint8Array(0)).ssrc);
  assert.equal(report.reports[0]?.ssrc, 0xabc);
  assert.ok(Math.abs((report.reports[0]?.fractionLost ?? 0) - 25.6) < 3, 'a tenth is lost');
  assert.deepEqual(
    sdes.chunks[0]?.items.map(({ type }) => type),
    [1],
  );
  world.host.command({ do: 'close', session: 'a' });
  world.pass(10);
  assert.equal(reported.at(-1)?.at(-1)?.kind, 'bye');
});

test('RTCP on the RTP port when both multiplex: reports go there, come from there, and from nobody else', () => {
  const world = bench();
  const phone = world.socket(PHONE);
  const stranger = world.socket(PHONE);
  const local = open(world, 'a', phone, 0, { rtp: end(phone.local, { rtcp: 'mux' }), hears: { kind: 'echo' } });
  const report = printRtcp([
    { kind: 'sr', ssrc: 7, ntp: { seconds: 1, fraction: 0 }, rtpTimestamp: 0, packets: 1, octets: 160, reports: [] },
  ]);
  for (let at = 1; at <= 500; at += 1) {
    phone.send(rtp(at, at * FRAME), local);
    if (at === 100) phone.send(report.slice(), local);
    if (at === 101) stranger.send(report.slice(), local);
    world.pass(20);
  }
  const reports = phone.received.filter(isRtcp).map(parseRtcp);
  assert.ok(reports.length > 0);
  const last = reports.at(-1);
  assert.ok(last !== undefined && !('malformed' in last) && last[0]?.kind === 'sr');
  assert.notEqual(last[0].reports[0]?.lastSr, 0, 'the sender report was taken');
  world.host.command({ do: 'close', session: 'a' });
  const closed = world.events.find((event) => event.event === 'closed');
  assert.equal(closed?.stats.dropped, 1, "the stranger's was not");
});

test('silence is told once when a limit is set, and not of a leg on hold', () => {
  const world = bench({ mediaTimeoutMs: 60_000 });
  const [alice, bob] = [world.socket(PHONE), world.socket(PHONE)];
  open(world, 'a', alice, 0);
  open(world, 'b', bob, 1, { rtp: end(bob.local, { receive: [], send: undefined }) });
  world.pass(59_000);
  assert.equal(world.events.filter(({ event }) => event === 'mediaTimeout').length, 0);
  world.pass(60_000);
  assert.deepEqual(
    world.events.filter(({ event }) => event === 'mediaTimeout'),
    [{ event: 'mediaTimeout', session: 'a' }],
  );
});

test('a prompt waits half a second for a phone that may be behind NAT, and starts with its first packet', () => {
  const files: HostPorts['files'] = { load: (_name, then) => then(undefined), music: (then) => then([]) };
  const played = (world: Bench): boolean => world.events.some(({ event }) => event === 'played');
  const hears = { kind: 'file', files: ['none'], token: 't' } as const;
  const silent = bench({ files });
  open(silent, 'a', silent.socket(PHONE), 0, { hears });
  silent.pass(490);
  assert.equal(played(silent), false);
  silent.pass(20);
  assert.equal(played(silent), true);
  const speaking = bench({ files });
  const phone = speaking.socket(PHONE);
  phone.send(rtp(1, 1), open(speaking, 'a', phone, 0, { hears }));
  speaking.pass(20);
  assert.equal(played(speaking), true);
});

test('frames leave by absolute deadlines: late wake-ups are caught up, long ones skipped', () => {
  let late = 0;
  let stalled = 0;
  const world = bench();
  const { kernel } = world;
  const events: HostEvent[] = [];
  const host = createHost({
    udp: world.udp,
    files: { load: (_name, then) => then(undefined), music: (then) => then([]) },
    addresses: [HOST],
    ports: { from: 40_000, to: 40_001 },
    poolSize: 1,
    now: () => kernel.now(),
    wall: () => kernel.wall(),
    random: (octets) => kernel.crypto.random(octets),
    tell: (event) => void events.push(event),
    after: (scope, ms, then) => {
      late = (late + 7) % 13;
      return kernel[scope].after(ms + late + stalled, then);
    },
  });
  host.command({ do: 'hello', version: PROTOCOL_VERSION });
  const phone = world.socket(PHONE);
  host.command({ do: 'open', session: 'a', lease: 1 });
  host.command({
    do: 'apply',
    session: 'a',
    generation: 1,
    spec: { rtp: end(phone.local), hears: { kind: 'tone', tone: { hz: [425], cadence: [1000, 0] } } },
  });
  world.pass(10_000);
  assert.ok(Math.abs(phone.received.length - 500) <= 1, `${phone.received.length} frames in ten seconds`);
  stalled = 3000;
  world.pass(50);
  stalled = 0;
  world.pass(3050);
  const before = phone.received.length;
  world.pass(1000);
  assert.ok(phone.received.length - before <= 51, 'no burst after a stall');
  const heard = phone.received.map(read);
  for (let at = 1; at < heard.length; at += 1) {
    const step = ((heard[at]?.timestamp ?? 0) - (heard[at - 1]?.timestamp ?? 0)) >>> 0;
    assert.ok(step === FRAME || (heard[at]?.marker && step > FRAME), `step ${step}`);
  }
  assert.equal(heard.filter(({ marker }) => marker).length, 2);
});

test('a source that sets its clock anew does not set ours', () => {
  const world = bench();
  const phone = world.socket(PHONE);
  const local = open(world, 'a', phone, 0, { hears: { kind: 'echo' } });
  for (const timestamp of [80_000, 80_160, 1000, 1160, 0x9000_0000, 0x9000_00a0]) {
    phone.send(rtp(phone.received.length + 1, timestamp), local);
    world.pass(20);
  }
  const heard = phone.received.map(read);
  const steps = heard.map(({ timestamp }, at) => (timestamp - (heard[at - 1]?.timestamp ?? timestamp)) | 0);
  assert.deepEqual(steps, [0, 160, 160, 160, 160, 160]);
});

test('between two sources the timestamp advances by the time that passed', () => {
  const world = bench();
  const [alice, bob] = [world.socket(PHONE), world.socket(PHONE)];
  const local = open(world, 'a', alice, 0, { hears: { kind: 'echo' } });
  const other = open(world, 'b', bob, 1);
  alice.send(rtp(1, 160), local);
  world.pass(1000);
  apply(world, 'a', 2, { rtp: end(alice.local), hears: { kind: 'session', session: 'b' } });
  bob.send(rtp(500, 77_777, 8), other);
  world.pass(10);
  const [before, now] = alice.received.map(read);
  assert.ok(before && now);
  assert.equal((now.timestamp - before.timestamp) >>> 0, 8000);
  assert.equal(now.sequence, (before.sequence + 1) & 0xffff);
  assert.equal(now.marker, true);
});

test('two legs that hear one each get it in their own stream and codec', () => {
  const world = bench({ poolSize: 3 });
  const [alice, bob, carol] = [world.socket(PHONE), world.socket(PHONE), world.socket(PHONE)];
  const hears = { kind: 'session', session: 'a' } as const;
  const local = open(world, 'a', alice, 0);
  open(world, 'b', bob, 1, { rtp: end(bob.local, { send: { payload: 8, codec: 'PCMA' } }), hears });
  open(world, 'c', carol, 2, { hears });
  const packet = rtp(1, 160);
  packet.fill(0xff, 12);
  alice.send(packet, local);
  world.pass(10);
  const [[toBob], [toCarol]] = [bob.received, carol.received];
  assert.ok(toBob && toCarol);
  assert.notEqual(read(toBob).ssrc, read(toCarol).ssrc);
  assert.deepEqual([read(toBob).payload, toBob[12]], [8, 0xd5]);
  assert.deepEqual([read(toCarol).payload, toCarol[12]], [0, 0xff]);
});

test('a report names the last sender report of the peer, and how long ago it came', () => {
  const world = bench();
  const phone = world.socket(PHONE);
  const blocks: ReportBlock[] = [];
  let send: (bytes: Uint8Array, to: Address) => void = () => undefined;
  const received = (bytes: Uint8Array): void => {
    const packets = parseRtcp(bytes);
    if (!('malformed' in packets) && packets[0]?.kind === 'sr') blocks.push(...packets[0].reports);
  };
  world.udp.bind(PHONE, phone.local.port + 1, received, (socket) => {
    send = (bytes, to) => socket?.send(bytes, to.address, to.port);
  });
  const local = open(world, 'a', phone, 0, { hears: { kind: 'echo' } });
  const report = {
    kind: 'sr',
    ssrc: 7,
    ntp: { seconds: 0x1111_2222, fraction: 0x3333_4444 },
    rtpTimestamp: 0,
    packets: 1,
    octets: 1,
    reports: [],
  } as const;
  phone.send(rtp(1, 160), local);
  world.pass(2);
  send(printRtcp([report]), { address: local.address, port: local.port + 1 });
  const sentAt = world.kernel.now();
  world.until(() => blocks.length === 1);
  assert.equal(blocks[0]?.lastSr, 0x2222_3333);
  const delay = ((blocks[0]?.delaySinceLastSr ?? 0) * 1000) / 65_536;
  assert.ok(Math.abs(delay - (world.kernel.now() - sentAt)) <= 3);
});
