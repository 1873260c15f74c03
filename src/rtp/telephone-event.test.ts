import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { DigitReceiver } from './digit-receiver.ts';
import { newHeader, readHeader, writeHeader } from './packet.ts';
import { digitOf, digitPackets, eventOf, newEvent, readEvent, writeEvent } from './telephone-event.ts';

test('the codes of RFC 4733 §3.2', () => {
  assert.equal('0123456789*#ABCD'.split('').map(eventOf).join(), '0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15');
  assert.equal(eventOf('a'), 12);
  assert.equal(eventOf('!'), 16);
  assert.equal(eventOf('x'), undefined);
  assert.equal(eventOf(''), undefined);
  assert.equal(eventOf('12'), undefined);
  assert.equal(digitOf(11), '#');
  assert.equal(digitOf(17), '');
});

test('an event, octet by octet (RFC 4733 §2.3)', () => {
  const bytes = new Uint8Array(4);
  writeEvent(bytes, 0, 1, true, 10, 1760);
  assert.deepEqual(bytes, Uint8Array.of(1, 0x8a, 0x06, 0xe0));
  const event = newEvent();
  assert.ok(readEvent(bytes, 0, 4, event));
  assert.deepEqual(event, { event: 1, end: true, volume: 10, duration: 1760 });
  assert.ok(!readEvent(bytes, 0, 3, event));
  assert.ok(!readEvent(bytes, 1, 9, event));
});

interface Sent {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** The wire packets of digits, each 20 ms; `first` the timestamp of the first. */
function sent(digits: string, ms: number, first = 0xffffff00): Sent[] {
  const packets: Sent[] = [];
  let timestamp = first;
  for (const digit of digits) {
    for (const { marker, offset, event, end, volume, duration } of digitPackets(digit, ms * 8, 160) ?? []) {
      const bytes = new Uint8Array(16);
      writeHeader(bytes, marker, 101, (65530 + packets.length) & 0xffff, (timestamp + offset) >>> 0, 7);
      writeEvent(bytes, 12, event, end, volume, duration);
      packets.push({ at: packets.length * 20, bytes });
    }
    timestamp = (timestamp + (ms + 60) * 8) >>> 0;
  }
  return packets;
}

function heard(packets: readonly Sent[]): string {
  const digits: string[] = [];
  const receiver = new DigitReceiver(8000, (digit, ms) => digits.push(`${digit}:${ms}`));
  const header = newHeader();
  let now = 0;
  for (const { at, bytes } of packets) {
    for (; now < at; now += 20) receiver.tick(now);
    assert.ok(readHeader(bytes, header));
    receiver.take(bytes, header, at);
  }
  for (const until = now + 1000; now < until; now += 20) receiver.tick(now);
  return digits.join(' ');
}

test('a digit: marker first, growing durations, the end three times, and one report', () => {
  const packets = digitPackets('5', 800, 160) ?? [];
  assert.deepEqual(
    packets.map(({ marker, end, duration }) => [marker, end, duration]),
    [
      [true, false, 160],
      [false, false, 320],
      [false, false, 480],
      [false, false, 640],
      [false, true, 800],
      [false, true, 800],
      [false, true, 800],
    ],
  );
  assert.equal(heard(sent('5', 100)), '5:100');
});

test('"911" as RFC 4733 §5, table 5, sends it: the E bit only from the first retransmission on', () => {
  const table = [
    [9, 0, 1, 50, [400, 800, 1200, 1600], [1600, 1600]],
    [1, 7040, 7, 930, [400, 800, 1200, 1600, 2000], [2000, 2000]],
    [1, 11200, 14, 1450, [400, 800, 1200, 1600], [1760, 1760, 1760]],
  ] as const;
  const packets = table.flatMap(([event, timestamp, sequence, at, updates, ends]) =>
    [...updates, ...ends].map((duration, index) => {
      const bytes = new Uint8Array(16);
      writeHeader(bytes, index === 0, 101, sequence + index, timestamp, 7);
      writeEvent(bytes, 12, event, index >= updates.length, 10, duration);
      return { at: at + index * 50, bytes };
    }),
  );
  assert.equal(packets.length, 20);
  assert.equal(heard(packets), '9:200 1:250 1:220');
});

test('equal digits in a row are two digits', () => {
  assert.equal(heard(sent('11#', 80)), '1:80 1:80 #:80');
});

test('a lost start, lost ends, only one end left, everything twice', () => {
  const packets = sent('42', 100);
  const half = packets.length / 2;
  assert.equal(heard(packets.slice(1)), '4:100 2:100');
  assert.equal(heard(packets.slice(half - 1, half)), '4:100', 'only the last end');
  assert.equal(heard(packets.filter((_, at) => at < half - 3 || at >= half)), '4:80 2:100', 'all ends of the first');
  assert.equal(heard(packets.slice(0, half - 3)), '4:80', 'all ends, then silence');
  assert.equal(heard(packets.flatMap((packet) => [packet, packet])), '4:100 2:100');
});

test('stragglers of a digit that is over start nothing', () => {
  const packets = sent('42', 100);
  const late = packets.splice(3, 1);
  assert.equal(heard([...packets, ...late]), '4:100 2:100');
  const swapped = sent('42', 100);
  swapped.splice(6, 2, ...swapped.slice(6, 8).toReversed());
  assert.equal(heard(swapped), '4:100 2:100', 'the next digit overtakes the last end packet');
});

test('what goes on after a silence of 250 ms is the same digit, reported already', () => {
  const packets = sent('9', 1000).filter((_, at) => at < 5 || at > 40);
  assert.equal(heard(packets.map(({ bytes }, at) => ({ bytes, at: at < 5 ? at * 20 : 900 + at * 20 }))), '9:100');
});

test('an event beyond 0xFFFF units is one digit in segments (RFC 4733 §2.5.1.3)', () => {
  const packets = sent('7', 20000);
  assert.ok(packets.length > 1000);
  assert.equal(heard(packets), '7:20000');
  const header = newHeader();
  const segments = new Set(packets.map(({ bytes }) => (readHeader(bytes, header), header.timestamp)));
  assert.equal(segments.size, 3);
});

test('segments shorter than 0xFFFF that lie side by side are one digit; with a gap, or a marker, they are two', () => {
  const parts = (gap: number, marker: boolean): Sent[] =>
    [
      { at: 0, duration: 160, end: false },
      { at: 0, duration: 8000, end: false },
      { at: 8000 + gap, duration: 160, end: false },
      { at: 8000 + gap, duration: 4000, end: true },
    ].map(({ at, duration, end }, sequence) => {
      const bytes = new Uint8Array(16);
      writeHeader(bytes, sequence === 0 || (marker && sequence === 2), 101, sequence, at, 7);
      writeEvent(bytes, 12, 5, end, 10, duration);
      return { at: sequence * 20, bytes };
    });
  assert.equal(heard(parts(0, false)), '5:1500');
  assert.equal(heard(parts(160, false)), '5:1000 5:500');
  assert.equal(heard(parts(0, true)), '5:1000 5:500');
});

test('a phone that begins anew behind where it was, under the same name, is heard at once', () => {
  const header = newHeader();
  const again = sent('7', 100, 5000).map(({ bytes, at }) => {
    assert.ok(readHeader(bytes, header));
    writeHeader(bytes, header.marker, 101, (header.sequence + 40_000) & 0xffff, header.timestamp, 7);
    return { at: at + 1000, bytes };
  });
  assert.equal(heard([...sent('5', 100, 1_000_000), ...again]), '5:100 7:100');
});

test('two events in one packet; zero padding behind an event is none; events that are no keys are passed over', () => {
  const bytes = new Uint8Array(20);
  writeHeader(bytes, true, 101, 1, 1000, 7);
  writeEvent(bytes, 12, 3, true, 10, 400);
  writeEvent(bytes, 16, 4, true, 10, 480);
  assert.equal(heard([{ at: 0, bytes }]), '3:50 4:60');
  writeEvent(bytes, 16, 0, false, 0, 0);
  assert.equal(heard([{ at: 0, bytes }]), '3:50');
  writeEvent(bytes, 12, 32, true, 10, 400);
  assert.equal(heard([{ at: 0, bytes }]), '');
});

test('a phone whose timestamps stand still, or go back, still dials', () => {
  const still = sent('33', 80);
  const header = newHeader();
  const frozen = still.map(({ at, bytes }) => {
    const copy = bytes.slice();
    readHeader(copy, header);
    writeHeader(copy, header.marker, 101, header.sequence, 5000, 7);
    return { at, bytes: copy };
  });
  assert.equal(heard(frozen), '3:80 3:80');
  const back = frozen.map(({ at, bytes }, index) => {
    const copy = bytes.slice();
    readHeader(copy, header);
    writeHeader(copy, header.marker, 101, header.sequence, index < still.length / 2 ? 90000 : 8000, 7);
    return { at, bytes: copy };
  });
  assert.equal(heard(back), '3:80 3:80');
});

test('property: with at most three packets in a row lost or repeated, each digit is heard once, in order', () => {
  const dialled = fc.string({ unit: fc.constantFrom('0', '1', '1', '9', '*', '#', 'D'), minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(
      dialled,
      fc.array(fc.constantFrom('pass', 'pass', 'lose', 'twice'), { maxLength: 60 }),
      (digits, fate) => {
        let inARow = 0;
        const arrived = sent(digits, 120).flatMap((packet, at) => {
          inARow = fate[at] === 'lose' && inARow < 3 ? inARow + 1 : 0;
          if (inARow > 0) return [];
          return fate[at] === 'twice' ? [packet, packet] : [packet];
        });
        const text = heard(arrived);
        assert.equal(
          text
            .split(' ')
            .map((digit) => digit.charAt(0))
            .join(''),
          digits,
        );
      },
    ),
  );
});
