import assert from 'node:assert/strict';
import { type Act, cruel, phoneOf, story, TONES } from '../testing/index.ts';

story('UC03 two-way call: both displays, both voices', async ({ world, alice, bob, calm }) => {
  await alice.register();
  await bob.register();

  const call = alice.dial('102');
  const ringing = await bob.rings();
  assert.deepEqual(ringing.display, { name: 'Alice', number: '101' });
  if (calm) {
    await world.until(() => call.ringing);
    assert.deepEqual(call.display, { name: 'Bob', number: '102' });
  }

  await ringing.answer();
  await world.until(() => call.up);
  assert.deepEqual(call.display, { name: 'Bob', number: '102' });
  await world.until(() => call.hearsOnly(TONES.bob) && ringing.hearsOnly(TONES.alice));
  assert.equal(call.stream.ssrcs.length, 1);

  await call.hangup();
  await world.until(() => ringing.ended);
  assert.equal(ringing.ending?.by, 'remote');
});

const bobHangsUp: Act = async ({ world, alice, bob }) => {
  await alice.register();
  await bob.register();
  const call = alice.dial('102');
  const answered = await bob.answer();
  await world.until(() => call.up && call.hearsOnly(TONES.bob) && answered.hearsOnly(TONES.alice));
  await answered.hangup();
  await world.until(() => call.ended);
  assert.equal(call.ending?.by, 'remote');
};

story('UC03 with Bob hanging up', bobHangsUp);
cruel('UC03 with Bob hanging up', bobHangsUp);

story(
  'UC03 with two phones of Bob: both ring, one answers, the other stops',
  async ({ world, exchange, alice, bob, calm }) => {
    const mobile = phoneOf(world, exchange, 'mobile', { address: '10.0.0.26', number: '102', tone: 1300 });
    await alice.register();
    await bob.register();
    await mobile.register();
    const call = alice.dial('102');
    const desk = await bob.rings();
    const other = await mobile.rings();
    await other.answer();
    await world.until(() => call.up && call.hearsOnly(1300));
    await world.until(() => desk.ended);
    const cancel = desk.ending?.request;
    if (calm) assert.match(cancel?.headers.get('Reason') ?? '', /^SIP;cause=200;text="Call completed elsewhere"$/);
    assert.deepEqual(call.status.at(-1), 200);
    await call.hangup();
  },
);

story('UC03 through a phone that asks for our offer (no SDP in its INVITE)', async ({ world, alice, bob }) => {
  await alice.register();
  await bob.register();
  const call = alice.dial('102', { delayedOffer: true });
  const answered = await bob.answer();
  await world.until(() => call.hearsOnly(TONES.bob) && answered.hearsOnly(TONES.alice));
  await call.hangup();
});

story('UC03 between A-law and µ-law', async ({ world, exchange, bob }) => {
  const erin = phoneOf(world, exchange, 'erin', { address: '10.0.0.24', number: '101', tone: 500, codecs: ['PCMA'] });
  await erin.register();
  await bob.register();
  const call = erin.dial('102');
  const answered = await bob.answer();
  await world.until(() => call.hearsOnly(TONES.bob) && answered.hearsOnly(500));
  assert.equal(call.stream.strangers + answered.stream.strangers, 0);
  await call.hangup();
});

story('Bob is busy, or declines: Alice is told exactly that', async ({ world, alice, bob }) => {
  await alice.register();
  await bob.register();
  bob.busy = true;
  const busy = alice.dial('202');
  await world.until(() => busy.ended);
  assert.equal(busy.refusal?.status, 486);
  bob.busy = false;
  const declined = alice.dial('202');
  (await bob.rings()).reject(603);
  await world.until(() => declined.ended);
  assert.equal(declined.refusal?.status, 603);
  const unknown = alice.dial('199');
  await world.until(() => unknown.ended);
  assert.equal(unknown.refusal?.status, 404);
});

story(
  'Nobody answers 202: after twenty seconds Bob stops ringing and Alice has a fast busy',
  async ({ world, alice, bob }) => {
    await alice.register();
    await bob.register();
    const call = alice.dial('202');
    const ringing = await bob.rings();
    const since = world.now;
    await world.until(() => call.ended);
    assert.equal(call.refusal?.status, 480);
    assert.ok(world.now - since >= 15_000 && world.now - since < 25_000);
    await world.until(() => ringing.ended);
  },
);

story('302 takes one call at a time; 102 takes more', async ({ world, exchange, alice, bob }) => {
  const carol = phoneOf(world, exchange, 'carol', { address: '10.0.0.25', number: '103' });
  for (const phone of [alice, bob, carol]) await phone.register();
  const first = alice.dial('302');
  await bob.answer();
  await world.until(() => first.up);
  const second = carol.dial('302');
  await world.until(() => second.ended);
  assert.equal(second.refusal?.status, 486);
  const third = carol.dial('102');
  await bob.answer();
  await world.until(() => third.up);
  await third.hangup();
  await first.hangup();
});
