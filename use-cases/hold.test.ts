import assert from 'node:assert/strict';
import { type Act, cruel, story, TONES } from '../testing/index.ts';

story('Hold: Bob hears music while Alice holds, and Alice again after', async ({ world, alice, bob }) => {
  await alice.register();
  await bob.register();
  const call = alice.dial('102');
  const other = await bob.answer();
  await world.until(() => call.hearsOnly(TONES.bob) && other.hearsOnly(TONES.alice));

  await call.hold();
  await world.until(() => other.hearsSound() && !other.hears(TONES.alice));
  await world.until(() => call.hearsNothing());
  assert.equal(other.reoffers, 0, 'hold ends at the exchange');

  await call.resume();
  await world.until(() => call.hearsOnly(TONES.bob) && other.hearsOnly(TONES.alice));
  assert.equal(other.stream.ssrcs.length, 1, 'one stream for the life of the call');
  assert.equal(other.stream.stepsBack, 0);
  await call.hangup();
});

const bothHold: Act = async ({ world, alice, bob }) => {
  await alice.register();
  await bob.register();
  const call = alice.dial('102');
  const other = await bob.answer();
  await world.until(() => call.up);
  await call.hold();
  await other.hold();
  await world.until(() => call.hearsNothing() && other.hearsNothing());
  await call.resume();
  await world.until(() => call.hearsSound() && !call.hears(TONES.bob));
  await other.resume();
  await world.until(() => call.hearsOnly(TONES.bob) && other.hearsOnly(TONES.alice));
  await other.hangup();
};

story('Both hold: nobody hears anybody, and each resumes by itself', bothHold);
cruel('Both hold', bothHold);
