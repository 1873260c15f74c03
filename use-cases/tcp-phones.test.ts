import assert from 'node:assert/strict';
import { type Act, cruel, type Phone, phoneOf, type Stage, story, TONES } from '../testing/index.ts';

const DAVE = 1850;

/** A fourth phone, over TCP. */
function dave({ world, exchange }: Stage, more: Partial<Parameters<typeof phoneOf>[3]> = {}): Phone {
  const options = { number: '104', address: '10.0.0.104', tone: DAVE, transport: 'tcp', ...more } as const;
  return phoneOf(world, exchange, 'dave', options);
}

const call: Act = async (stage) => {
  const { world, alice } = stage;
  const phone = dave(stage);
  await alice.register();
  await phone.register();
  const out = alice.dial('104');
  const incoming = await phone.answer();
  await world.until(() => out.hearsOnly(DAVE) && incoming.hearsOnly(TONES.alice));
  const via = incoming.invite?.via;
  assert.deepEqual([via?.transport, incoming.invite?.contacts[0]?.uri.params.get('transport')], ['TCP', 'tcp']);
  await incoming.hangup();
  await world.until(() => out.ended);
  const back = phone.dial('101');
  await alice.answer();
  await world.until(() => back.up);
  await back.hangup();
};

story('TCP: a phone over TCP and one over UDP call each other, whatever pieces the messages come in', call);
cruel('TCP: a phone over TCP and one over UDP', call);

story('TCP: a lost connection deletes no binding and ends no call', async (stage) => {
  const { world, alice } = stage;
  const phone = dave(stage);
  await alice.register();
  await phone.register();
  const out = alice.dial('104');
  const incoming = await phone.answer();
  await world.until(() => out.up && incoming.up);

  phone.host.breakConnections();
  await world.after('1s');
  assert.ok(out.up && incoming.up, 'the call goes on');
  await world.until(() => out.hearsOnly(DAVE) && incoming.hearsOnly(TONES.alice));
  await out.hangup();
  await world.until(() => incoming.ended);

  phone.host.breakConnections();
  const again = alice.dial('104');
  await phone.answer();
  await world.until(() => again.up);
  await again.hangup();
  await world.until(() => phone.calls.every(({ ended }) => ended));
});

story(
  'TCP: behind a NAT a phone whose connection is lost is unreachable at once, and back when it registers',
  async (stage) => {
    const { world, alice } = stage;
    const box = world.nat({ kind: 'port-restricted', address: '203.0.113.9', timeout: 3_600_000 });
    const phone = dave(stage, { address: '192.168.1.104', behind: box });
    await alice.register();
    await phone.register();
    const first = alice.dial('204');
    const taken = await phone.answer();
    await world.until(() => first.up);
    await first.hangup();
    await world.until(() => taken.ended);

    phone.host.breakConnections();
    await world.after('1s');
    const dialled = world.now;
    const lost = alice.dial('204');
    await world.until(() => lost.ended);
    assert.equal(lost.refusal?.status, 480);
    if (stage.calm) assert.ok(world.now - dialled < 1000, `${world.now - dialled} ms`);

    await phone.register();
    const found = alice.dial('204');
    await phone.answer();
    await world.until(() => found.up);
    await found.hangup();
  },
);
