import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isRtcp, newHeader, readHeader, rewriteHeader, writeHeader } from './packet.ts';

test('a plain packet, octet by octet (RFC 3550 §5.1)', () => {
  const bytes = Uint8Array.of(0x80, 0x80, 0xff, 0xfe, 0x80, 0, 0, 1, 0xde, 0xad, 0xbe, 0xef, 1, 2, 3);
  const header = newHeader();
  assert.ok(readHeader(bytes, header));
  assert.deepEqual(header, {
    marker: true,
    payload: 0,
    sequence: 0xfffe,
    timestamp: 0x80000001,
    ssrc: 0xdeadbeef,
    payloadAt: 12,
    payloadEnd: 15,
  });
  const written = new Uint8Array(15);
  writeHeader(written, true, 0, 0xfffe, 0x80000001, 0xdeadbeef);
  written.set([1, 2, 3], 12);
  assert.deepEqual(written, bytes);
});

test('CSRC, extension and padding bound the payload', () => {
  const bytes = new Uint8Array(12 + 8 + 4 + 4 + 5 + 3);
  bytes.set([0xb2, 0x65]);
  bytes.set([0xbe, 0xde, 0, 1], 20);
  bytes[bytes.length - 1] = 3;
  const header = newHeader();
  assert.ok(readHeader(bytes, header));
  assert.equal(header.payload, 101);
  assert.equal(header.payloadAt, 28);
  assert.equal(header.payloadEnd, 33);
});

test('what is no RTP is refused and leaves the record alone', () => {
  const good = Uint8Array.of(0x80, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1);
  const variants: [string, (bytes: Uint8Array) => Uint8Array][] = [
    ['short', (bytes) => bytes.subarray(0, 11)],
    ['empty', () => new Uint8Array(0)],
    ['version 1', (bytes) => bytes.fill(0x40, 0, 1)],
    ['version 0', (bytes) => bytes.fill(0, 0, 1)],
    ['CSRC beyond the end', (bytes) => bytes.fill(0x81, 0, 1)],
    ['extension beyond the end', (bytes) => bytes.fill(0x90, 0, 1)],
    ['padding longer than the payload', (bytes) => bytes.fill(0xa0, 0, 1)],
    ['padding of nothing', (bytes) => bytes.fill(0xa0, 0, 1).fill(0, 11)],
    ['RTCP SR', (bytes) => bytes.fill(200, 1, 2)],
  ];
  const header = newHeader();
  assert.ok(readHeader(good, header));
  for (const [name, change] of variants) {
    const before = { ...header };
    assert.ok(!readHeader(change(good.slice()), header), name);
    assert.deepEqual(header, before, name);
  }
});

test('RTCP is told by its packet type (RFC 5761 §4)', () => {
  for (const [second, expected] of [
    [191, false],
    [192, true],
    [200, true],
    [207, true],
    [223, true],
    [224, false],
    [0, false],
    [128, false],
    [101, false],
    [229, false],
  ] as const) {
    assert.equal(isRtcp(Uint8Array.of(0x80, second, 0, 1, 0, 0, 0, 0)), expected, String(second));
  }
});

test('property: rewriting changes five fields and no other octet', () => {
  const word = fc.nat(0xffffffff);
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 20 }),
      fc.boolean(),
      fc.nat(63),
      fc.nat(65535),
      word,
      word,
      (tail, ...fields) => {
        const bytes = new Uint8Array([0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ...tail]);
        rewriteHeader(bytes, ...fields);
        const header = newHeader();
        assert.ok(readHeader(bytes, header));
        assert.deepEqual([header.marker, header.payload, header.sequence, header.timestamp, header.ssrc], fields);
        assert.deepEqual([...bytes.subarray(header.payloadAt, header.payloadEnd)], [...tail]);
        assert.equal(bytes[0], 0x80);
      },
    ),
  );
});

test('property: no octets lead outside the datagram', () => {
  const header = newHeader();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 0x80, max: 0xbf }), (bytes, first) => {
      bytes[0] = first;
      if (!readHeader(bytes, header)) return;
      assert.ok(header.payloadAt >= 12 && header.payloadAt <= header.payloadEnd && header.payloadEnd <= bytes.length);
    }),
  );
});
