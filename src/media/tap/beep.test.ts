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
import { bench, end, open, PHONE, rtp } from '../host-bench.test.ts';
import type { CodecName } from '../protocol.ts';

/** Alice talks, Bob hears a beep, and while he does she presses a key of so many ms. Gives what Bob was sent. */
function pressed(ms: number, codec: CodecName) {
  const world = bench();
  const [alice, bob] = [world.socket(PHONE), world.socket(PHONE)];
  const local = open(world, 'a', alice, 0);
  const send = { payload: 8, codec };
  open(world, 'b', bob, 1, {
    rtp: end(bob.local, { send, receive: [send], latch: false }),
    hears: { kind: 'session', session: 'a' },
  });
  let at = 0;
  const sound = (packets: number): void => {
    for (let count = 0; count < packets; count += 1, at += 1) {
      alice.send(rtp(at, at * 160), local);
      world.pass(20);
    }
  };
  sound(25);
  world.host.command({ do: 'beep', session: 'b' });
  sound(13);
  const began = at * 160;
  for (const { marker, offset, event, end: over, volume, duration } of digitPackets('5', ms * 8, 160) ?? []) {
    const bytes = new Uint8Array(16);
    writeHeader(bytes, marker, 101, at, began + offset, 7);
    writeEvent(bytes, 12, event, over, volume, duration);
    alice.send(bytes, local);
    at += 1;
    world.pass(20);
  }
  sound(25);
  return bob.received.filter((bytes) => !isRtcp(bytes));
}

for (const codec of ['PCMU', 'PCMA', 'G722'] as const)
  test(`a key that is pressed while a beep sounds is not lost: ${codec}`, () => {
    const told: string[] = [];
    const receiver = new DigitReceiver(8000, (digit, ms) => void told.push(`${digit} ${ms}`));
    const header = newHeader();
    let newest: number | undefined;
    for (const bytes of pressed(60, codec)) {
      assert.ok(readHeader(bytes, header));
      assert.ok(newest === undefined || ((header.sequence - newest) & 0xffff) === 1, 'one stream without a hole');
      newest = header.sequence;
      if (header.payload === 101) receiver.take(bytes, header, 0);
    }
    assert.deepEqual(told, ['5 60']);
  });
