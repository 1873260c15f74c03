import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRtcp, parseRtcp, printRtcp, type RtcpPacket, writeHeader } from '../rtp/index.ts';
import { type Bench, bench, end, open, PHONE, type Phone, read } from './host-bench.test.ts';
import type { LinkMessage } from './abroad.ts';
import type { Address, RelayEnd } from './protocol.ts';

const VP8 = 'vp8/90000';
const H264 = 'h264/90000';
const SSRC = 0x11223344;

/** A stream of two formats by these numbers. */
function video(vp8: number, h264: number): RelayEnd {
  const formats = [
    { payload: vp8, format: VP8 },
    { payload: h264, format: H264 },
  ];
  return { clock: 90_000, send: formats, receive: formats, asked: 'pli' };
}

function packet(sequence: number, timestamp: number, payload: number, marker = false): Uint8Array {
  const bytes = new Uint8Array(1412).fill(sequence & 0xff, 12);
  writeHeader(bytes, marker, payload, sequence & 0xffff, timestamp >>> 0, SSRC);
  return bytes;
}

interface Ends {
  readonly camera: Phone;
  readonly screen: Phone;
  /** Where the camera sends to. */
  readonly local: Address;
}

/** A camera and a screen; their hosts may be two. */
function joined(from: Bench, to: Bench, seen: RelayEnd, shown: RelayEnd): Ends {
  const [camera, screen] = [from.socket(PHONE), to.socket(PHONE)];
  const nothing = { send: undefined, receive: [], events: undefined, timeout: 0 } as const;
  const local = open(from, 'camera', camera, 0, { rtp: end(camera.local, { ...nothing, relay: seen, rtcp: 'mux' }) });
  open(to, 'screen', screen, from === to ? 1 : 0, {
    rtp: end(screen.local, { ...nothing, relay: shown, rtcp: 'mux' }),
    hears: { kind: 'session', session: 'camera' },
  });
  return { camera, screen, local };
}

test('packets leave whole with their marker, by the number of their format at the other end', () => {
  const world = bench();
  const { camera, screen, local } = joined(world, world, video(96, 97), video(120, 121));
  for (const [at, payload] of [96, 97, 96].entries())
    camera.send(packet(500 + at, 3000 * at, payload, at === 1), local);
  world.pass(10);
  const seen = screen.received.map(read);
  assert.deepEqual(
    seen.map(({ payload }) => payload),
    [120, 121, 120],
  );
  assert.deepEqual(
    seen.map(({ marker }) => marker),
    [false, true, false],
  );
  assert.deepEqual(
    seen.map(({ timestamp }) => timestamp - (seen[0]?.timestamp ?? 0)),
    [0, 3000, 6000],
  );
  assert.deepEqual(
    screen.received.map((bytes) => bytes.subarray(12)),
    [500, 501, 502].map((at) => packet(at, 0, 0).subarray(12)),
  );
});

test('what the other end does not know leaves no hole; contributing sources, extensions and padding are taken off', () => {
  const world = bench();
  const shown: RelayEnd = { clock: 90_000, send: [{ payload: 120, format: VP8 }], receive: [] };
  const { camera, screen, local } = joined(world, world, video(96, 97), shown);
  camera.send(packet(10, 0, 96), local);
  camera.send(packet(11, 0, 97), local);
  const extended = new Uint8Array([
    ...packet(12, 0, 96).subarray(0, 12),
    1,
    2,
    3,
    4,
    0xbe,
    0xde,
    0,
    1,
    9,
    9,
    9,
    9,
    5,
    6,
    7,
    0,
    2,
  ]);
  extended[0] = 0xb1;
  camera.send(extended, local);
  world.pass(10);
  const [first, second, ...more] = screen.received;
  assert.ok(first !== undefined && second !== undefined && more.length === 0);
  assert.equal((read(second).sequence - read(first).sequence) & 0xffff, 1);
  assert.deepEqual([...second.subarray(12)], [5, 6, 7]);
  assert.equal(second[0], 0x80);
});

test('timestamps may go back within a source, and late packets keep their place', () => {
  const world = bench();
  const { camera, screen, local } = joined(world, world, video(96, 97), video(96, 97));
  for (const [sequence, timestamp] of [
    [1, 9000],
    [2, 18_000],
    [4, 12_000],
    [3, 15_000],
  ] as const)
    camera.send(packet(sequence, timestamp, 96), local);
  world.pass(10);
  const seen = screen.received.map(read);
  const [first] = seen;
  assert.ok(first !== undefined);
  assert.deepEqual(
    seen.map(({ sequence }) => (sequence - first.sequence) & 0xffff),
    [0, 1, 3, 2],
  );
  assert.deepEqual(
    seen.map(({ timestamp }) => (timestamp - first.timestamp) | 0),
    [0, 9000, 3000, 6000],
  );
});

/** Two hosts that know each other. */
function pair(): readonly [Bench, Bench] {
  const [one, two] = [bench(), bench()];
  const say = (to: Bench) => (message: LinkMessage) =>
    to.kernel.scene.after(0, () => to.host.linked(1, structuredClone(message)));
  one.host.link(1, say(two));
  two.host.link(1, say(one));
  return [one, two];
}

function nackOf(ssrc: number, sequence: number): Uint8Array {
  const body = new Uint8Array(12);
  const view = new DataView(body.buffer);
  view.setUint32(0, 99);
  view.setUint32(4, ssrc);
  view.setUint16(8, sequence);
  const packets: RtcpPacket[] = [
    { kind: 'rr', ssrc: 99, reports: [] },
    { kind: 'other', type: 205, count: 1, body },
  ];
  return printRtcp(packets);
}

test('a stream goes from one host to another, and feedback goes back', () => {
  const [one, two] = pair();
  const { camera, screen, local } = joined(one, two, video(96, 97), video(96, 97));
  const pass = (): void => {
    for (let turn = 0; turn < 4; turn += 1) {
      one.pass(5);
      two.pass(5);
    }
  };
  pass();
  for (const sequence of [700, 701, 702]) camera.send(packet(sequence, 0, 96), local);
  pass();
  assert.equal(screen.received.length, 3);
  const last = screen.received.at(-1);
  const [lease] = two.leases();
  assert.ok(last !== undefined && lease !== undefined);
  const { ssrc, sequence } = read(last);
  // RTP and RTCP share the port of this leg (RFC 5761).
  screen.send(nackOf(ssrc, sequence), { address: lease.address, port: lease.port });
  pass();
  const told = camera.received.filter(isRtcp).flatMap((bytes) => {
    const packets = parseRtcp(bytes);
    return 'malformed' in packets ? [] : packets.filter((report) => report.kind === 'other');
  });
  const nack = told.find((report) => report.kind === 'other' && report.type === 205);
  assert.ok(nack?.kind === 'other');
  const view = new DataView(nack.body.buffer, nack.body.byteOffset);
  assert.deepEqual([view.getUint32(4), view.getUint16(8)], [SSRC, 702]);
  assert.ok(
    told.some((report) => report.kind === 'other' && report.type === 206 && report.count === 1),
    'a key frame was asked for at the start',
  );
});
