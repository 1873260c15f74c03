import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bench, bench, HOST, open, PHONE } from './host-bench.test.ts';

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

let opened = 0;

/** Opens so many sessions at once, each on the oldest free lease, and closes them again. */
function rush(world: Bench, sessions: number): void {
  const phone = world.socket(PHONE);
  const from = world.leases().length - 2;
  for (let at = 0; at < sessions; at += 1) open(world, `s${opened + at}`, phone, from + at);
  for (let at = 0; at < sessions; at += 1) world.host.command({ do: 'close', session: `s${opened + at}` });
  opened += sessions;
}

/** Whether a port of the host can be bound by somebody else. */
function isFree(world: Bench, port: number): boolean {
  let free = false;
  world.udp.bind(
    HOST,
    port,
    () => undefined,
    (socket) => {
      free = socket !== undefined;
    },
  );
  return free;
}

test('pairs beyond the pool are closed when they have rested', () => {
  const world = bench({ ports: { from: 30_000, to: 30_099 }, poolSize: 2 });
  rush(world, 6);
  assert.equal(world.leases().length, 8);
  world.pass(6000);
  assert.equal(world.leases().length, 8, 'none of them is leased again: two are free');
  assert.ok(isFree(world, 30_000));
});

test('while calls come as fast as others end, their pairs are leased again and not closed', () => {
  const world = bench({ ports: { from: 30_000, to: 30_099 }, poolSize: 2 });
  rush(world, 6);
  world.pass(4000);
  rush(world, 6);
  world.pass(1500);
  const again = world.leases().slice(14);
  assert.deepEqual(
    again.map(({ port }) => port),
    [30_000, 30_002, 30_004, 30_006],
  );
});

test('it is ready with the first pairs, and binds those to spare afterwards', () => {
  const { events, leases } = bench({ ports: { from: 30_000, to: 30_099 }, poolSpare: 10 });
  const ready = events.findIndex(({ event }) => event === 'hello');
  assert.equal(ready, 2);
  assert.equal(leases().length, 12);
});

test('a pair that nobody wants is retired: its ports are closed, and it cannot be opened', () => {
  const world = bench({ ports: { from: 30_000, to: 30_099 } });
  world.host.command({ do: 'retire', lease: world.leases()[0]?.lease ?? 0 });
  assert.ok(isFree(world, 30_000));
  open(world, 'late', world.socket(PHONE), 0);
  assert.ok(world.events.some((event) => event.event === 'failed'));
});

test('a pair in use is not retired', () => {
  const world = bench({ ports: { from: 30_000, to: 30_099 } });
  open(world, 'a', world.socket(PHONE), 0);
  world.host.command({ do: 'retire', lease: world.leases()[0]?.lease ?? 0 });
  assert.ok(!isFree(world, 30_000));
});

test('ports that others have are passed by at the start; later a few at a time, and the search goes on', () => {
  const world = bench({ ports: { from: 30_000, to: 30_999 }, addresses: [] });
  for (let port = 30_000; port < 30_200; port += 2) assert.ok(isFree(world, port));
  for (let port = 30_204; port < 30_400; port += 2) assert.ok(isFree(world, port));
  const later = bench({ ports: { from: 30_000, to: 30_999 }, udp: world.udp });
  const ports = (): readonly number[] => later.leases().map(({ port }) => port);
  assert.deepEqual(ports(), [30_200, 30_202]);
  open(later, 'a', later.socket(PHONE), 0);
  assert.equal(ports().length, 2);
  for (let seconds = 0; seconds < 40; seconds += 1) later.pass(1000);
  assert.equal(ports()[2], 30_400);
});
