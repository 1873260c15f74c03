import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeHeader } from '../rtp/index.ts';
import { type Bench, bench, end, open, PHONE } from './host-bench.test.ts';

function packet(payload: number, sequence: number, ssrc = 7): Uint8Array {
  const bytes = new Uint8Array(172);
  writeHeader(bytes, false, payload, sequence & 0xffff, sequence * 160, ssrc);
  return bytes;
}

function told({ events }: Bench) {
  return events.flatMap((event) => (event.event === 'strays' ? [event] : []));
}

/** A leg whose phone speaks for so many seconds, and what else comes at each 20 ms. */
function speaks(world: Bench, seconds: number, beside: (at: number) => void, first = 0): void {
  for (let at = first; at < first + seconds * 50; at += 1) {
    beside(at);
    world.pass(20);
  }
}

test('what is not of the call is told within eight seconds with its source and why, and again once a minute', () => {
  for (const [kind, stray] of [
    ['shape', () => Uint8Array.of(0x80)],
    ['payload', (at: number) => packet(77, at)],
    ['source', (at: number) => packet(0, at + 30_000, 99)],
  ] as const) {
    const world = bench();
    const [phone, stranger] = [world.socket(PHONE), world.socket(PHONE)];
    const local = open(world, 'a', phone, 0, { rtp: end(phone.local) });
    const from = kind === 'source' ? stranger : phone;
    const both = (at: number): void => {
      phone.send(packet(0, at), local);
      from.send(stray(at), local);
    };
    speaks(world, 8, both);
    const [first, ...more] = told(world);
    assert.deepEqual([first?.session, first?.kind, first?.source], ['a', kind, from.local], kind);
    assert.ok((first?.packets ?? 0) >= 25 && more.length === 0);
    speaks(world, 120, both, 400);
    const all = told(world);
    assert.ok(all.length === 2 || all.length === 3, `${all.length} times in two minutes`);
    const counted = all.reduce((sum, { packets }) => sum + packets, 0);
    assert.ok(counted <= 128 * 50 && counted > 50 * 50, 'each is counted once');
  }
});

test('a few are what changes leave behind, and what comes to a leg that takes nothing was sent before it held', () => {
  const world = bench();
  const [phone, muted] = [world.socket(PHONE), world.socket(PHONE)];
  const local = open(world, 'a', phone, 0, { rtp: end(phone.local) });
  const held = open(world, 'b', muted, 1, { rtp: end(muted.local, { receive: [] }) });
  speaks(world, 20, (at) => {
    phone.send(packet(0, at), local);
    if (at % 50 === 0) phone.send(packet(77, at), local);
    muted.send(packet(0, at), held);
  });
  assert.deepEqual(told(world), []);
});
