import assert from 'node:assert/strict';
import { cruel, type Stage, story, TONES } from './story.ts';

async function talk({ world, alice, bob }: Stage): Promise<void> {
  await alice.register();
  await bob.register();
  const call = alice.dial('102');
  const heard = await bob.answer();
  assert.deepEqual(heard.display, { name: 'Alice', number: '101' });
  await world.until(() => call.hearsOnly(TONES.bob) && heard.hearsOnly(TONES.alice), '5s');
  assert.deepEqual(call.display, { name: 'Bob', number: '102' });
  assert.equal(call.status.at(-1), 200);
  await call.hangup();
  await world.until(() => heard.ended);
}

story('two people talk through the exchange', talk, { chaos: 'fair' });
cruel('two people talk through the exchange', talk);
