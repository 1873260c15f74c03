import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { middleOf, ntpTime, roundTrip } from './ntp.ts';
import { parseRtcp, printRtcp, type ReportBlock, type RtcpPacket } from './rtcp.ts';

const block: ReportBlock = {
  ssrc: 0x01020304,
  fractionLost: 0x40,
  lost: -2,
  highest: 0x00010005,
  jitter: 9,
  lastSr: 0xb7058000,
  delaySinceLastSr: 0x00054000,
};

test('a sender report and its CNAME, octet by octet (RFC 3550 §6.4.1, §6.5)', () => {
  const packets: readonly RtcpPacket[] = [
    {
      kind: 'sr',
      ssrc: 0xaabbccdd,
      ntp: { seconds: 0xb44db705, fraction: 0x20000000 },
      rtpTimestamp: 160,
      packets: 3,
      octets: 480,
      reports: [block],
    },
    { kind: 'sdes', chunks: [{ ssrc: 0xaabbccdd, items: [{ type: 1, text: 'a@b' }] }] },
  ];
  const bytes = printRtcp(packets);
  assert.deepEqual(
    [...bytes],
    [
      [0x81, 200, 0, 12, 0xaa, 0xbb, 0xcc, 0xdd, 0xb4, 0x4d, 0xb7, 0x05, 0x20, 0, 0, 0],
      [0, 0, 0, 160, 0, 0, 0, 3, 0, 0, 1, 0xe0],
      [1, 2, 3, 4, 0x40, 0xff, 0xff, 0xfe, 0, 1, 0, 5, 0, 0, 0, 9, 0xb7, 5, 0x80, 0, 0, 5, 0x40, 0],
      [0x81, 202, 0, 3, 0xaa, 0xbb, 0xcc, 0xdd, 1, 3, 0x61, 0x40, 0x62, 0, 0, 0],
    ].flat(),
  );
  assert.deepEqual(parseRtcp(bytes), packets);
});

test('BYE with and without a reason', () => {
  const packets: readonly RtcpPacket[] = [
    { kind: 'rr', ssrc: 1, reports: [] },
    { kind: 'bye', sources: [1, 2], reason: 'täglich' },
  ];
  assert.deepEqual(parseRtcp(printRtcp(packets)), packets);
  const silent = Uint8Array.of(0x80, 201, 0, 1, 0, 0, 0, 1, 0x81, 203, 0, 1, 0, 0, 0, 9);
  assert.deepEqual(parseRtcp(silent), [
    { kind: 'rr', ssrc: 1, reports: [] },
    { kind: 'bye', sources: [9], reason: '' },
  ]);
});

test('padding of the last packet is taken off; elsewhere it is malformed (RFC 3550 A.2)', () => {
  const padded = Uint8Array.of(0xa0, 201, 0, 2, 0, 0, 0, 1, 0, 0, 0, 4);
  assert.deepEqual(parseRtcp(padded), [{ kind: 'rr', ssrc: 1, reports: [] }]);
  assert.ok('malformed' in parseRtcp(new Uint8Array([...padded, 0x80, 201, 0, 1, 0, 0, 0, 1])));
});

test('what A.2 rejects is malformed', () => {
  const rr = [0x80, 201, 0, 1, 0, 0, 0, 1];
  for (const [name, bytes] of [
    ['empty', []],
    ['version 1', [0x40, 201, 0, 1, 0, 0, 0, 1]],
    ['SDES first', [0x80, 202, 0, 0, ...rr]],
    ['too long', [0x80, 201, 0, 2, 0, 0, 0, 1]],
    ['junk behind', [...rr, 1, 2]],
    ['RR without SSRC', [0x80, 201, 0, 0]],
    ['a report that is not there', [0x81, 201, 0, 1, 0, 0, 0, 1]],
    ['SR of an RR’s length', [0x80, 200, 0, 1, 0, 0, 0, 1]],
    ['a chunk that is not there', [...rr, 0x81, 202, 0, 1, 0, 0, 0, 1]],
    ['an item beyond the end', [...rr, 0x81, 202, 0, 2, 0, 0, 0, 1, 1, 9, 0x61, 0]],
    ['a chunk without end', [...rr, 0x81, 202, 0, 2, 0, 0, 0, 1, 1, 2, 0x61, 0x61]],
    ['sources that are not there', [...rr, 0x82, 203, 0, 1, 0, 0, 0, 1]],
    ['a reason beyond the end', [...rr, 0x81, 203, 0, 2, 0, 0, 0, 1, 9, 0x61, 0x61, 0x61]],
    ['padding of 3', [0xa0, 201, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3]],
    ['padding of the header', [0xa0, 201, 0, 1, 0, 0, 0, 8]],
  ] as const) {
    assert.ok('malformed' in parseRtcp(Uint8Array.from(bytes)), name);
  }
});

const word = fc.nat(0xffffffff);
const report = fc.record({
  ssrc: word,
  fractionLost: fc.nat(255),
  lost: fc.integer({ min: -0x800000, max: 0x7fffff }),
  highest: word,
  jitter: word,
  lastSr: word,
  delaySinceLastSr: word,
});
const reports = fc.array(report, { maxLength: 31 });
const first = fc.oneof(
  fc.record({ kind: fc.constant('rr' as const), ssrc: word, reports }),
  fc.record({
    kind: fc.constant('sr' as const),
    ssrc: word,
    ntp: fc.record({ seconds: word, fraction: word }),
    rtpTimestamp: word,
    packets: word,
    octets: word,
    reports,
  }),
);
const text = fc.string({ maxLength: 40 });
const item = fc.record({ type: fc.integer({ min: 1, max: 8 }), text });
const rest = fc.oneof(
  first,
  fc.record({
    kind: fc.constant('sdes' as const),
    chunks: fc.array(fc.record({ ssrc: word, items: fc.array(item, { maxLength: 4 }) }), { maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant('bye' as const), sources: fc.array(word, { maxLength: 31 }), reason: text }),
  fc.record({
    kind: fc.constant('other' as const),
    type: fc.integer({ min: 204, max: 223 }),
    count: fc.nat(31),
    body: fc.array(word, { maxLength: 6 }).map((words) => new Uint8Array(Uint32Array.from(words).buffer)),
  }),
);

test('property: what is printed is read again', () => {
  fc.assert(
    fc.property(first, fc.array(rest, { maxLength: 4 }), (head, others) => {
      const packets = structuredClone([head, ...others]);
      assert.deepEqual(parseRtcp(printRtcp(packets)), packets);
    }),
  );
});

test('property: no octets make it throw', () => {
  const broken = fc.tuple(first, rest, fc.nat(80), fc.nat(255)).map(([head, other, at, value]) => {
    const bytes = printRtcp([head, other]);
    bytes[at % bytes.length] = value;
    return bytes;
  });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), broken), (bytes) => {
      const packets = parseRtcp(bytes);
      assert.ok('malformed' in packets || packets.length > 0);
    }),
    { numRuns: 500 },
  );
});

test('the round trip of RFC 3550 §6.4.1, figure 2', () => {
  const arrival = { seconds: 0xb44db710, fraction: 0x80000000 };
  assert.equal(middleOf(arrival), 0xb7108000);
  assert.equal(roundTrip(arrival, { ...block, lastSr: 0xb7052000, delaySinceLastSr: 0x00054000 }), 6125);
  assert.equal(roundTrip(arrival, { ...block, lastSr: 0 }), undefined);
});

test('NTP time counts from 1900', () => {
  assert.deepEqual(ntpTime(0), { seconds: 2208988800, fraction: 0 });
  assert.deepEqual(ntpTime(1500), { seconds: 2208988801, fraction: 0x80000000 });
});
