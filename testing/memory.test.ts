import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { FAIR, phoneOf, quiet, startExchange, World } from './index.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** A call with weather, played out; what is left of its world. */
async function played(seed: number): Promise<WeakRef<World>> {
  const world = new World({ seed: `${seed}`, patience: '40s' });
  const exchange = await startExchange(world);
  for (const [weather, where] of FAIR.slice(1)) world.network.weather(weather, where);
  const alice = phoneOf(world, exchange, 'alice', { number: '101', address: '10.0.0.11', tone: 425 });
  const bob = phoneOf(world, exchange, 'bob', { number: '102', address: '10.0.0.12', tone: 950 });
  for (const phone of [alice, bob]) await phone.register();
  const call = alice.dial('102');
  const answered = await bob.answer();
  await world.until(() => call.hearsOnly(950) && answered.hearsOnly(425));
  await call.hangup();
  await quiet(world);
  return new WeakRef(world);
}

test('a world is garbage when its test has ended: a long chaos run needs no more memory than a short one', async () => {
  const worlds: WeakRef<World>[] = [];
  for (let seed = 1; seed <= 5; seed += 1) worlds.push(await played(seed));
  for (let round = 0; round < 3; round += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    collect();
  }
  assert.equal(worlds.filter((world) => world.deref() !== undefined).length, 0);
});
