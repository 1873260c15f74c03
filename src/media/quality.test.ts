import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mosOf, rating } from './quality.ts';

const close = (a: number, b: number): void => assert.ok(Math.abs(a - b) < 0.02, `${a} is not ${b}`);

test('R becomes an opinion as G.107 annex B says', () => {
  // The annex's limits, and the pairs of its table B.1.
  for (const [r, mos] of [
    [0, 1],
    [50, 2.58],
    [60, 3.1],
    [70, 3.6],
    [80, 4.02],
    [90, 4.34],
    [100, 4.5],
  ] as const)
    close(mosOf(r), mos);
});

test('a line without loss and with little delay is as good as a telephone can be', () => {
  assert.ok(mosOf(rating('PCMA', { loss: 0, jitter: 0, roundTrip: 0 })) > 4.38);
});

test('loss, jitter and delay each make it worse, and all of it never leaves the scale', () => {
  const fine = { loss: 0, jitter: 1, roundTrip: 20 };
  const r = rating('PCMU', fine);
  assert.ok(rating('PCMU', { ...fine, loss: 0.05 }) < r - 10);
  assert.ok(rating('PCMU', { ...fine, jitter: 60 }) < r);
  // G.114: beyond 400 ms one way nobody is content.
  assert.ok(mosOf(rating('PCMU', { ...fine, roundTrip: 1000 })) < 3.1);
  assert.equal(mosOf(rating('PCMU', { loss: 1, jitter: 1000, roundTrip: 5000 })), 1);
});

test('half of all packets lost is unbearable, one in fifty is noticed by few', () => {
  assert.ok(mosOf(rating('PCMU', { loss: 0.5, jitter: 0, roundTrip: 0 })) < 2);
  assert.ok(mosOf(rating('PCMU', { loss: 0.02, jitter: 0, roundTrip: 0 })) > 4);
});
