import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { configure, read } from '../../src/configure.ts';
import { liveCrypto } from '../../src/node/clock.ts';
import { dialplan } from '../../src/pbx/index.ts';
import { type Configuration, phoneOf, startExchange, TONES, World } from '../../testing/index.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'examples');
const FILES = globSync('*.{yaml,config.ts}', { cwd: FOLDER }).sort();

async function example(name: string): Promise<Configuration> {
  return (await read(join(FOLDER, name))).value as Configuration;
}

describe('every example has no mistakes', () => {
  test('there are some', () => assert.ok(FILES.length >= 3));
  for (const file of FILES)
    test(basename(file), async () => {
      const { settings } = await configure(join(FOLDER, file), liveCrypto());
      assert.ok(settings.exchange.accounts.length > 0);
      dialplan(settings.rules);
    });
});

test('office.yaml: 100 rings both desks, then the warehouse', async () => {
  const world = new World();
  const exchange = await startExchange(world, { configuration: await example('office.yaml') });
  const phone = (name: string, number: string, password: string, at: number) =>
    phoneOf(world, exchange, name, { number, password, address: `10.0.0.${at}`, tone: TONES.alice });
  const alice = phone('alice', '101', 'correct-horse-battery', 11);
  const bob = phone('bob', '102', 'staple-tractor-lemon', 12);
  const warehouse = phone('warehouse', '0103', 'leading-zeros-are-kept', 13);
  for (const one of [alice, bob, warehouse]) await one.register();
  const call = alice.dial('100');
  await bob.rings();
  await warehouse.answer('20s');
  await world.until(() => call.up);
  await call.hangup();
});

test('office.config.ts: 6102 rings a busy phone until it is free', async () => {
  const world = new World();
  const exchange = await startExchange(world, { configuration: await example('office.config.ts') });
  const phone = (name: string, number: string, password: string, at: number) =>
    phoneOf(world, exchange, name, { number, password, address: `10.0.0.${at}`, tone: TONES.alice });
  const alice = phone('alice', '101', 'correct-horse-battery', 11);
  const bob = phone('bob', '102', 'staple-tractor-lemon', 12);
  for (const one of [alice, bob]) await one.register();
  const echo = bob.dial('800');
  await world.until(() => echo.up);
  const call = alice.dial('6102');
  await world.after('1s');
  assert.equal(bob.incoming, undefined);
  await echo.hangup();
  await bob.answer('10s');
  await world.until(() => call.up);
  await call.hangup();
});

test('generated.config.ts: a line for each room, and the secret out of its file', async () => {
  const { settings } = await configure(join(FOLDER, 'generated.config.ts'), liveCrypto());
  const { accounts } = settings.exchange;
  assert.deepEqual(accounts.map(({ number }) => number).sort(), ['201', '202', '203', 'reception']);
  assert.ok(accounts.every(({ secrets }) => secrets?.MD5 !== undefined));
  assert.doesNotMatch(JSON.stringify(settings.exchange), /jade-otter|silver-bell/);
});
