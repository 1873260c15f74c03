import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Flow } from './flow.ts';

/** What left, in order: frames by number, and what is missing before them. */
function flow(handshake = 0): { flow: Flow; left: (number | string)[]; pings: string[] } {
  const left: (number | string)[] = [];
  const pings: string[] = [];
  const ports = {
    send: (frame: Uint8Array): void => void left.push(frame[0]! + frame[1]! * 256),
    missing: (frames: number): void => void left.push(`missing ${frames}`),
    ping: (payload: string): void => void pings.push(payload),
  };
  return { flow: new Flow(ports, 0, handshake), left, pings };
}

const frame = (number: number): Uint8Array => Uint8Array.of(number % 256, number >> 8);
const MOST = 10;

test('a program that answers at once loses nothing', () => {
  const at = flow();
  for (let n = 0; n < 100; n += 1) {
    at.flow.put(frame(n), n * 20);
    for (const ping of at.pings.splice(0)) at.flow.ponged(ping, n * 20 + 5);
  }
  assert.deepEqual(at.left, [...Array(100).keys()]);
  assert.equal(at.flow.dropped, 0);
});

test('a program that is 200 ms behind loses its oldest input, and is told how much when it goes on', () => {
  const at = flow();
  for (let n = 0; n < 30; n += 1) at.flow.put(frame(n), n * 20);
  assert.equal(at.flow.dropped, 20);
  assert.deepEqual(at.left, [0, 1, 2, 3, 4]);
  at.flow.ponged('4', 600);
  for (const ping of at.pings.splice(0)) at.flow.ponged(ping, 600);
  assert.deepEqual(at.left, [0, 1, 2, 3, 4, 'missing 20', 25, 26, 27, 28, 29]);
});

test('a program that is far away loses nothing for that', () => {
  const way = 400;
  const at = flow(way);
  const answers: { ping: string; due: number }[] = [];
  for (let n = 0; n < 300; n += 1) {
    const now = n * 20;
    while (answers[0] !== undefined && answers[0].due <= now) at.flow.ponged(answers.shift()!.ping, now);
    at.flow.put(frame(n), now);
    for (const ping of at.pings.splice(0)) answers.push({ ping, due: now + way });
  }
  assert.equal(at.flow.dropped, 0);
  assert.equal(at.left.length, 300);
});

test('answers that nobody asked for say nothing', () => {
  const at = flow();
  for (let n = 0; n < 30; n += 1) at.flow.put(frame(n), n * 20);
  for (const payload of ['', '6', '-1', '1e9', 'x'.repeat(125)]) at.flow.ponged(payload, 600);
  assert.equal(at.left.length, 5);
  assert.equal(at.flow.silence(600), 600 - 20);
});

test('whenever it answers: order kept, no more than 200 ms behind, every lost frame told', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 200 }), (answers) => {
      const at = flow();
      let received = 0;
      for (const [n, answer] of answers.entries()) {
        at.flow.put(frame(n), n * 20);
        if (answer) for (const ping of at.pings.splice(0)) at.flow.ponged(ping, n * 20);
        received = at.left.filter((it) => typeof it === 'number').length;
        assert.ok(n + 1 - received - at.flow.dropped <= MOST / 2);
      }
      for (let rest = 0; rest < MOST; rest += 1)
        for (const ping of at.pings.splice(0)) at.flow.ponged(ping, answers.length * 20);
      let next = 0;
      for (const it of at.left) {
        if (typeof it === 'string') next += Number(it.slice('missing '.length));
        else assert.equal(it, next++);
      }
      assert.equal(next, answers.length);
    }),
  );
});
