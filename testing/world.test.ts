import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { quiet } from './quiet.ts';
import { World, WorldError } from './world.ts';

describe('virtual time', () => {
  test('passes only while somebody waits', async () => {
    const world = new World();
    const fired: number[] = [];
    const { scene } = world.kernel('host');
    scene.after(70_000, () => fired.push(world.now));
    scene.after(5, () => fired.push(world.now));
    assert.equal(world.now, 0);
    await world.after('2m');
    assert.deepEqual(fired, [5, 70_000]);
    assert.equal(world.now, 120_000);
  });

  test('the wall clock can be stepped apart from it, either way', async () => {
    const world = new World({ wall: 1_000_000 });
    const kernel = world.kernel('host');
    await world.after(500);
    world.stepWall('1h');
    assert.equal(kernel.wall(), 1_000_000 + 500 + 3_600_000);
    world.stepWall(-3_600_000);
    assert.equal(kernel.wall(), 1_000_500);
    assert.equal(kernel.now(), 500);
  });

  test('a condition is seen at the input that brings it about', async () => {
    const world = new World();
    let count = 0;
    for (const delay of [10, 20, 30]) world.kernel('host').scene.after(delay, () => void (count += 1));
    await world.until(() => count === 2);
    assert.equal(world.now, 20);
  });

  test('what happens at the deadline itself still counts', async () => {
    const world = new World();
    let rung = false;
    world.kernel('host').scene.after(5000, () => void (rung = true));
    await world.until(() => rung, '5s');
  });

  test('two may wait at once', async () => {
    const world = new World();
    const order: string[] = [];
    const first = world.after('2s').then(() => order.push('two'));
    const second = world.after('1s').then(() => order.push('one'));
    await Promise.all([first, second]);
    assert.deepEqual(order, ['one', 'two']);
  });

  test('all promise reactions run before the next input', async () => {
    const world = new World();
    const kernel = world.kernel('host');
    const ring = kernel.deferred<void>();
    const order: string[] = [];
    const script = async (): Promise<void> => {
      await ring.promise;
      for (let step = 0; step < 20; step += 1) await Promise.resolve();
      order.push('script');
    };
    void script();
    kernel.scene.after(10, () => ring.resolve());
    kernel.scene.after(10, () => order.push('next timer of the same host'));
    world.kernel('other').scene.after(10, () => order.push('next timer of another host'));
    await world.after(10);
    assert.equal(order[0], 'script');
    assert.equal(order.length, 3);
  });

  test('the same seed gives the same chance, another seed another', () => {
    const token = (seed: string): string => new World({ seed }).kernel('host').token();
    assert.equal(token('a'), token('a'));
    assert.notEqual(token('a'), token('b'));
  });
});

describe('a wait that fails', () => {
  test('says so at once when nothing in the world can bring the condition about', async () => {
    const world = new World();
    await assert.rejects(
      world.until(() => false),
      /script waits for something outside the world/,
    );
    assert.equal(world.now, 0);
  });

  test('shows the ladder when time is up', async () => {
    const world = new World();
    const alice = world.host('10.0.0.2', { name: 'alice' });
    const socket = alice.socket(5060, () => undefined);
    socket?.send(new TextEncoder().encode('OPTIONS sip:x SIP/2.0\r\nCSeq: 7 OPTIONS\r\n\r\n'), '10.0.0.9', 5060);
    alice.kernel.scene.after(60_000, () => undefined);
    await assert.rejects(
      world.until(() => false, '5s'),
      (error: Error) =>
        error instanceof WorldError && /in time \(at 5\.000 s\)[^]*alice[^]*OPTIONS sip:x/.test(error.message),
    );
  });

  test('passes on what the condition throws', async () => {
    const world = new World();
    await assert.rejects(
      world.until(() => {
        throw new RangeError('no such key');
      }),
      RangeError,
    );
  });

  test('leaves other waits alone', async () => {
    const world = new World();
    const patient = world.after('10s');
    await assert.rejects(
      world.until(() => false, '1s'),
      WorldError,
    );
    await patient;
    assert.equal(world.now, 10_000);
  });
});

describe('a promise from outside', () => {
  test('holds virtual time until it settles', async () => {
    const world = new World();
    const kernel = world.kernel('host');
    kernel.scene.after(1000, () => undefined);
    let answer = '';
    const outside = new Promise<string>((resolve) => {
      setImmediate(() => setImmediate(() => resolve('yes')));
    });
    const script = async (): Promise<void> => {
      answer = await kernel.external(outside);
    };
    void script();
    await world.until(() => answer === 'yes');
    assert.equal(world.now, 0);
  });
});

describe('quiet', () => {
  test('runs timers out and passes when every scene is empty', async () => {
    const world = new World();
    const { scene } = world.kernel('host');
    const dialog = scene.open('dialog');
    scene.after(32_000, () => dialog.close());
    await quiet(world);
    assert.equal(world.now, 32_000);
  });

  test('does not wait for the house', async () => {
    const world = new World();
    const { house } = world.kernel('host');
    const ping = (): void => void house.after(30_000, ping);
    ping();
    await quiet(world);
    assert.equal(world.now, 0);
  });

  test('lists what is left, by host', async () => {
    const world = new World();
    world.kernel('exchange').scene.open('dialog');
    world.kernel('alice').scene.open('transaction');
    world.count('exchange', () => ({ session: 2 }));
    await assert.rejects(quiet(world), /not quiet: exchange has session 2, dialog 1; alice has transaction 1/);
  });

  test('a timer that sets itself again is not quiet', async () => {
    const world = new World();
    const { scene } = world.kernel('host');
    const tick = (): void => void scene.after(20, tick);
    tick();
    await assert.rejects(quiet(world), /not quiet: host has timer 1/);
  });

  test('a contained fault fails it and is shown', async () => {
    const world = new World();
    world.kernel('exchange').scene.after(5, () => {
      throw new TypeError('no such leg');
    });
    await assert.rejects(quiet(world), /1 faults were contained[^]*fault in exchange, timer: TypeError: no such leg/);
  });

  test('a host without power holds nothing', async () => {
    const world = new World();
    const host = world.host('10.0.0.2', { name: 'alice' });
    host.kernel.scene.open('dialog');
    world.powerOff(host);
    await quiet(world);
    assert.notEqual(world.host('10.0.0.2', { name: 'alice' }), host);
  });
});
