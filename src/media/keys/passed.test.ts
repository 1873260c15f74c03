import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DigitReceiver,
  digitPackets,
  isRtcp,
  newHeader,
  readHeader,
  writeEvent,
  writeHeader,
} from '../../rtp/index.ts';
import { type Bench, bench, end, open, type Phone, PHONE, read } from '../host-bench.test.ts';
import type { Address, Hears } from '../protocol.ts';

const OPUS = { payload: 111, codec: 'opus' } as const;
/** Twenty milliseconds of what an Opus decoder takes for silence (RFC 6716 §3.2.2). */
const SILENT = Uint8Array.of(0xf8, 0xff, 0xfe);

/** Two legs in Opus that need no transcoding; keys come in the clock of 8 kHz, and go in that of 48 kHz. */
function talk(hears: Hears = { kind: 'session', session: 'a' }) {
  const world = bench();
  const [alice, bob] = [world.socket(PHONE), world.socket(PHONE)];
  const opus = { send: OPUS, receive: [OPUS] };
  const local = open(world, 'a', alice, 0, { rtp: end(alice.local, { ...opus, events: { send: 101, receive: 101 } }) });
  const events = { send: 102, receive: 102, sendClock: 48_000, receiveClock: 48_000 };
  open(world, 'b', bob, 1, { rtp: end(bob.local, { ...opus, events, latch: false }), hears });
  return { world, alice, bob, local };
}

/** Half a second of sound, a key, and sound again. */
function press(world: Bench, alice: Phone, local: Address, ms: number): void {
  let [sequence, timestamp] = [65_400, 2 ** 32 - 10_000];
  const send = (payload: number, at: number, marker: boolean, octets: Uint8Array): void => {
    const bytes = new Uint8Array(12 + octets.length);
    writeHeader(bytes, marker, payload, sequence & 0xffff, at >>> 0, 7);
    bytes.set(octets, 12);
    sequence += 1;
    alice.send(bytes, local);
    world.pass(20);
  };
  const sound = (): void => {
    for (let count = 0; count < 25; count += 1) {
      send(111, timestamp, false, SILENT);
      timestamp += 960;
    }
  };
  sound();
  const began = timestamp;
  for (const { marker, offset, event, end: over, volume, duration } of digitPackets('5', ms * 8, 160) ?? []) {
    const octets = new Uint8Array(4);
    writeEvent(octets, 0, event, over, volume, duration);
    send(101, began + offset, marker, octets);
    timestamp += 960;
  }
  sound();
}

/** Without reports, which come to the same machine. */
function audioOf({ received }: Phone): readonly Uint8Array[] {
  return received.filter((bytes) => !isRtcp(bytes));
}

function unbroken(received: readonly Uint8Array[]): void {
  const headers = received.map(read);
  for (const [at, { sequence, timestamp }] of headers.slice(1).entries()) {
    assert.equal((sequence - (headers[at]?.sequence ?? 0)) & 0xffff, 1);
    assert.ok((timestamp - (headers[at]?.timestamp ?? 0)) >>> 0 < 2 ** 31, 'the clock never goes back');
  }
}

test('a long key that is relayed into a faster clock is one key in segments, in an unbroken stream', () => {
  const { world, alice, bob, local } = talk();
  press(world, alice, local, 3000);
  unbroken(audioOf(bob));
  const told: string[] = [];
  const receiver = new DigitReceiver(48_000, (digit, ms) => void told.push(`${digit} ${ms}`));
  const header = newHeader();
  const segments = new Set<number>();
  for (const bytes of audioOf(bob)) {
    assert.ok(readHeader(bytes, header));
    if (header.payload !== 102) continue;
    segments.add(header.timestamp);
    receiver.take(bytes, header, 0);
  }
  assert.deepEqual(told, ['5 3000']);
  assert.equal(segments.size, 3);
  assert.equal(
    audioOf(bob)
      .map(read)
      .filter(({ payload }) => payload === 111).length,
    50,
  );
});

test('keys that signalling sends are left out where they came, and leave no hole', () => {
  const { world, alice, bob, local } = talk({ kind: 'session', session: 'a', keys: 'held' });
  press(world, alice, local, 200);
  unbroken(audioOf(bob));
  assert.deepEqual(new Set(audioOf(bob).map((bytes) => read(bytes).payload)), new Set([111]));
  assert.equal(audioOf(bob).length, 50);
  const digits = world.events.flatMap((event) => (event.event === 'digit' ? [`${event.digit} ${event.ms}`] : []));
  assert.deepEqual(digits, ['5 200'], 'signalling is told');
});
