import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromLatin1, hex, latin1 } from '../kernel/index.ts';
import { createLiveKernel, liveCrypto } from './clock.ts';
import { eventually } from './eventually.test.ts';

function kernel() {
  return createLiveKernel({
    onFault: (fault) => {
      throw fault.error;
    },
  });
}

test('timers fire in the order of their deadlines, none before its time', async () => {
  const live = kernel();
  const start = live.now();
  const fired: [number, number][] = [];
  for (const ms of [20, 5, 12, 5]) live.scene.after(ms, () => fired.push([ms, live.now() - start]));
  live.scene.after(8, () => assert.fail('a cancelled timer fired')).cancel();
  await eventually(() => fired.length === 4);
  assert.deepEqual(
    fired.map(([ms]) => ms),
    [5, 5, 12, 20],
  );
  for (const [ms, took] of fired) assert.ok(took >= ms, `${ms} fired after ${took}`);
  assert.deepEqual(live.scene.census(), {});
});

test('an earlier timer set later is not delayed by the one armed before it', async () => {
  const live = kernel();
  live.house.after(2 ** 40, () => assert.fail('a deadline decades away fired'));
  let fired = false;
  live.scene.after(1, () => {
    fired = true;
  });
  await eventually(() => fired);
  assert.deepEqual(live.house.census(), { timer: 1 });
});

test('promise reactions run between one timer and the next', async () => {
  const live = kernel();
  const order: string[] = [];
  const answered = live.deferred<void>();
  const script = (async () => {
    await answered.promise;
    await Promise.resolve();
    order.push('script');
  })();
  live.scene.after(1, () => {
    order.push('first');
    answered.resolve();
  });
  live.scene.after(1, () => order.push('second'));
  await eventually(() => order.length === 3);
  await script;
  assert.deepEqual(order, ['first', 'script', 'second']);
});

test('digests are those of the published vectors', () => {
  const crypto = liveCrypto();
  // RFC 1321 A.5, RFC 3174 7.3, FIPS 180-4 examples for "abc"; RFC 4231 test case 2.
  assert.equal(hex(crypto.hash('md5', 'abc')), '900150983cd24fb0d6963f7d28e17f72');
  assert.equal(hex(crypto.hash('sha1', new TextEncoder().encode('abc'))), 'a9993e364706816aba3e25717850c26c9cd0d89d');
  assert.equal(hex(crypto.hash('sha256', 'abc')), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  assert.equal(
    hex(crypto.hash('sha512-256', 'abc')),
    '53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23',
  );
  const mac = crypto.hmac('sha256', new TextEncoder().encode('Jefe'), 'what do ya want for nothing?');
  assert.equal(hex(mac), '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
});

test('random octets do not repeat across the pool and are the caller’s own', () => {
  const crypto = liveCrypto();
  const seen = new Set<string>();
  for (let n = 0; n < 3000; n += 1) seen.add(hex(crypto.random(16)));
  assert.equal(seen.size, 3000);
  assert.equal(crypto.random(10_000).length, 10_000);
  const mine = crypto.random(8);
  const before = hex(mine);
  crypto.random(8).fill(0);
  assert.equal(hex(mine), before);
});

test('equal compares octets, and lengths without throwing', () => {
  const crypto = liveCrypto();
  assert.ok(crypto.equal(new Uint8Array([1, 2]), new Uint8Array([1, 2])));
  assert.ok(!crypto.equal(new Uint8Array([1, 2]), new Uint8Array([1, 3])));
  assert.ok(!crypto.equal(new Uint8Array([1, 2]), new Uint8Array([1])));
});

test('the fast codec keeps every octet, of a window of a larger buffer too', () => {
  kernel();
  const all = Uint8Array.from({ length: 256 }, (_, octet) => octet);
  assert.deepEqual([...fromLatin1(latin1(all))], [...all]);
  assert.equal(latin1(all).charCodeAt(0x80), 0x80);
  assert.equal(latin1(all.subarray(65, 91), 1, 3), 'BC');
});
