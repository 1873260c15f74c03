import assert from 'node:assert/strict';
import { type Act, cruel, story } from '../testing/index.ts';

story('UC05 canceled call: Bob stops ringing', async ({ world, alice, bob }) => {
  await alice.register();
  await bob.register();
  const call = alice.dial('102');
  const ringing = await bob.rings();
  assert.deepEqual(ringing.display, { name: 'Alice', number: '101' });
  await call.hangup();
  assert.equal(call.status.includes(200), false);
  await world.until(() => ringing.ended);
  assert.equal(ringing.ending?.by, 'remote');
  assert.equal(bob.ringing, false);
});

const crossing: Act = async ({ world, alice, bob }) => {
  await alice.register();
  await bob.register();
  for (const lead of ['0ms', '1ms', '2ms', '3ms', '4ms', '5ms'] as const) {
    const call = alice.dial('102');
    const ringing = await bob.rings();
    const answering = ringing.answer();
    if (lead !== '0ms') await world.after(lead);
    await call.hangup();
    await answering;
    await world.until(() => ringing.ended && call.ended);
  }
};

story('UC05 with the CANCEL crossing the 200: nobody is left in a call', crossing);
cruel('UC05 with the CANCEL crossing the 200', crossing);

story('UC05 hanging up before anything rings', async ({ world, alice, bob }) => {
  await alice.register();
  await bob.register();
  const call = alice.dial('102');
  await call.hangup();
  await world.until(() => call.ended && !bob.ringing && bob.calls.every(({ ended }) => ended));
});
