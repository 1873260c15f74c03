import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bench, HOST, open, PHONE } from './host-bench.test.ts';

test('hello is answered when the pool is filled with even ports; the next is the RTCP port', () => {
  const { events, leases } = bench();
  assert.deepEqual(
    events.map(({ event }) => event),
    ['leased', 'leased', 'hello'],
  );
  assert.ok(leases().every(({ port }) => port % 2 === 0));
});

test('a range of ports is used up to its end and not beyond', () => {
  const { leases } = bench({ ports: { from: 30_001, to: 30_006 }, poolSize: 9 });
  assert.deepEqual(
    leases().map(({ port }) => port),
    [30_002, 30_004],
  );
});

test('an address that cannot be bound yields no lease, and hello all the same', () => {
  const { events } = bench({ addresses: ['203.0.113.1', HOST] });
  assert.deepEqual(
    events.map(({ event }) => event),
    ['leased', 'leased', 'hello'],
  );
});

test('a pair taken is replaced; one given back rests for five seconds', () => {
  const world = bench({ ports: { from: 30_000, to: 30_003 } });
  const phone = world.socket(PHONE);
  open(world, 'a', phone, 0);
  open(world, 'b', phone, 1);
  assert.equal(world.leases().length, 2);
  world.host.command({ do: 'close', session: 'a' });
  world.pass(4999);
  assert.equal(world.leases().length, 2);
  world.pass(2);
  assert.deepEqual(world.leases()[2], world.leases()[0]);
});

test('pairs beyond the pool are closed when they have rested', () => {
  const world = bench({ ports: { from: 30_000, to: 30_099 }, poolSize: 2 });
  const phone = world.socket(PHONE);
  for (let at = 0; at < 6; at += 1) open(world, `s${at}`, phone, at);
  assert.equal(world.leases().length, 8);
  for (let at = 0; at < 6; at += 1) world.host.command({ do: 'close', session: `s${at}` });
  world.pass(6000);
  assert.equal(world.leases().length, 8, 'none of them is leased again: two are free');
  let free = false;
  world.udp.bind(
    HOST,
    30_000,
    () => undefined,
    (socket) => {
      free = socket !== undefined;
    },
  );
  assert.equal(free, true);
});
