import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DigitReceiver } from './digit-receiver.ts';
import { EventScale } from './event-scale.ts';
import { newHeader, readHeader, writeHeader } from './packet.ts';
import { digitPackets, MAX_DURATION, writeEvent } from './telephone-event.ts';

interface Packet {
  readonly marker: boolean;
  readonly timestamp: number;
  readonly end: boolean;
  readonly duration: number;
}

const START = 0xffff_0000;

/** The packets of a key of so many ms at that clock, 20 ms apart, as they go over the wire. */
function key(digit: string, ms: number, clock: number, start = START, sequence = 65_500): Uint8Array[] {
  return (digitPackets(digit, (ms * clock) / 1000, clock / 50) ?? []).map((packet, at) => {
    const bytes = new Uint8Array(16);
    writeHeader(bytes, packet.marker, 101, (sequence + at) & 0xffff, (start + packet.offset) >>> 0, 7);
    writeEvent(bytes, 12, packet.event, packet.end, packet.volume, packet.duration);
    return bytes;
  });
}

/** All that is to be sent for these, with full segments written out. */
function scaled(packets: readonly Uint8Array[], from: number, to: number): Packet[] {
  const scale = new EventScale(from, to);
  const header = newHeader();
  return packets.flatMap((bytes) => {
    assert.ok(readHeader(bytes, header));
    const told = scale.take(bytes, header);
    if (told === undefined) return [];
    const full = Array.from({ length: told.filled }, (_, at) => ({
      marker: false,
      timestamp: told.offset - (told.filled - at) * MAX_DURATION,
      end: false,
      duration: MAX_DURATION,
    }));
    const { end, duration, offset } = told;
    return [...full, { marker: header.marker && offset === 0, timestamp: offset, end, duration }];
  });
}

/** What a receiver makes of them. */
function heard(packets: readonly Packet[], clock: number): string[] {
  const told: string[] = [];
  const receiver = new DigitReceiver(clock, (digit, ms) => void told.push(`${digit}:${ms}`));
  const header = newHeader();
  for (const [at, { marker, timestamp, end, duration }] of packets.entries()) {
    const bytes = new Uint8Array(16);
    writeHeader(bytes, marker, 102, at, timestamp, 9);
    writeEvent(bytes, 12, 5, end, 10, duration);
    assert.ok(readHeader(bytes, header));
    receiver.take(bytes, header, at * 20);
  }
  return told;
}

test('a key that 16 bits can say in the other clock stays one segment', () => {
  const packets = scaled(key('5', 1000, 8000), 8000, 48_000);
  assert.deepEqual(new Set(packets.map(({ timestamp }) => timestamp)), new Set([0]));
  assert.deepEqual(packets.at(-1), { marker: false, timestamp: 0, end: true, duration: 48_000 });
  assert.deepEqual([packets[0]?.marker, packets.filter(({ end }) => end).length], [true, 3]);
});

test('a longer one: 0xFFFF without the end, then a segment that begins there, without a marker (RFC 4733 §2.5.1.3)', () => {
  const packets = scaled(key('5', 3000, 8000), 8000, 48_000);
  const units = 3 * 48_000;
  const starts = [...new Set(packets.map(({ timestamp }) => timestamp))];
  assert.deepEqual(starts, [0, MAX_DURATION, 2 * MAX_DURATION]);
  for (const start of starts.slice(0, -1)) {
    const segment = packets.filter(({ timestamp }) => timestamp === start);
    assert.equal(segment.at(-1)?.duration, MAX_DURATION);
    assert.ok(segment.every(({ end }) => !end));
  }
  const ends = packets.filter(({ end }) => end);
  assert.deepEqual(
    ends.map(({ timestamp, duration }) => timestamp + duration),
    [units, units, units],
  );
  assert.deepEqual(
    packets.flatMap(({ marker }, at) => (marker ? [at] : [])),
    [0],
  );
  assert.deepEqual(heard(packets, 48_000), ['5:3000']);
});

test('segments of the source are one key in the slower clock', () => {
  const packets = scaled(key('5', 3000, 48_000), 48_000, 8000);
  assert.deepEqual([...new Set(packets.map(({ timestamp }) => timestamp))], [0]);
  assert.equal(packets.at(-1)?.duration, 24_000);
  assert.deepEqual(heard(packets, 8000), ['5:3000']);
});

test('where packets are lost, full segments are told all the same', () => {
  const all = key('5', 4000, 8000);
  const packets = scaled([...all.slice(0, 2), ...all.slice(-1)], 8000, 48_000);
  assert.deepEqual(heard(packets, 48_000), ['5:4000']);
});

test('what comes late, or again, opens no segment that is closed', () => {
  const all = key('5', 2000, 8000);
  const swapped = [...all];
  swapped.splice(66, 8, ...all.slice(66, 74).toReversed());
  const packets = scaled([...swapped, ...all.slice(0, 5)], 8000, 48_000);
  for (const [at, { timestamp }] of packets.slice(1).entries())
    assert.ok(timestamp >= (packets[at]?.timestamp ?? 0), 'never back');
  assert.deepEqual(heard(packets, 48_000), ['5:2000']);
});

test('two keys are two, the same one too', () => {
  const scale = new EventScale(8000, 48_000);
  const header = newHeader();
  const firsts = [...key('5', 100, 8000), ...key('5', 100, 8000, START + 1280, 65_510)].map((bytes) => {
    assert.ok(readHeader(bytes, header));
    return scale.take(bytes, header)?.first;
  });
  assert.equal(firsts.filter((first) => first === true).length, 2);
});

test('a source that began anew behind where it was, under the same name, is heard; a straggler is not', () => {
  const packets = [...key('5', 100, 8000, 1_000_000, 30_000), ...key('5', 200, 8000, 5000, 100)];
  assert.deepEqual(heard(scaled(packets, 8000, 48_000), 48_000), ['5:100', '5:200']);
  const late = [...key('5', 100, 8000, 1_000_000, 30_000), ...key('5', 200, 8000, 990_000, 29_980)];
  assert.deepEqual(heard(scaled(late, 8000, 48_000), 48_000), ['5:100']);
});

test('whatever its length is, a key has it in the other clock', () => {
  fc.assert(
    fc.property(fc.integer({ min: 40, max: 20_000 }), fc.boolean(), (ms, up) => {
      const [from, to] = up ? [8000, 48_000] : [48_000, 8000];
      const [told, ...more] = heard(scaled(key('5', ms, from), from, to), to);
      assert.deepEqual(more, []);
      assert.ok(Math.abs(Number(told?.slice(2)) - ms) <= 1, `${told} of ${ms} ms`);
    }),
    { numRuns: 40 },
  );
});
