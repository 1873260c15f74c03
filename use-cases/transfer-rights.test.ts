import assert from 'node:assert/strict';
import { DEMO_CONFIG } from '../src/demo.ts';
import { type Act, type Phone, phoneOf, type PhoneCall, type Stage, story, TONES } from '../testing/index.ts';
import { ALICE, BOB, CAROL, hearsMusic, saw, talking, together, told } from './transfers.ts';

const calls = (most: number) => ({
  exchange: {
    accounts: DEMO_CONFIG.accounts.map((account) => (account.number === '102' ? { ...account, calls: most } : account)),
  },
});

/** Those two talk at Bob's expense: he is busy for a caller until they have ended, and no longer. */
async function countsFor({ world, bob }: Stage, caller: Phone, rings: PhoneCall, call: PhoneCall): Promise<void> {
  const refused = caller.dial('202');
  await world.until(() => refused.ended);
  assert.equal(refused.refusal?.status, 486);
  await rings.hangup();
  await world.until(() => call.ended);
  const taken = caller.dial('202');
  await bob.answer();
  await world.until(() => taken.up);
  await taken.hangup();
}

story(
  'A call that Bob has transferred counts as his after he has left: with one call at a time he is busy until it ends',
  async (stage) => {
    const { world, exchange, carol } = stage;
    const dave = phoneOf(world, exchange, 'dave', { address: '10.0.0.14', number: '104', tone: 2100 });
    const { his, call } = await talking(stage, 'Bob');
    const referral = his.refer('203');
    const rings = await carol.answer();
    await together(stage, [call, TONES.alice, ALICE], [rings, TONES.carol, CAROL]);
    await world.until(() => his.ended);
    await told(stage, referral, 100, 180, 200);
    await countsFor(stage, dave, rings, call);
  },
  calls(1),
);

/** Bob has two calls at a time. He joins Alice with Carol, and has one left for as long as they talk. */
const counted =
  (join: (his: PhoneCall, asks: PhoneCall) => unknown): Act =>
  async (stage) => {
    const { world, exchange, alice, carol, bob } = stage;
    const dave = phoneOf(world, exchange, 'dave', { address: '10.0.0.14', number: '104', tone: 2100 });
    const { his, call } = await talking(stage, 'Bob');
    await his.hold();
    const asks = bob.dial('203');
    const rings = await carol.answer();
    await world.until(() => asks.up && asks.hearsOnly(TONES.carol));
    await join(his, asks);
    await world.until(() => call.hearsOnly(TONES.carol) && his.ended && asks.ended);
    const second = dave.dial('202');
    await bob.answer();
    await world.until(() => second.up);
    await countsFor(stage, alice, rings, call);
    await second.hangup();
  };
story(
  'An attended transfer counts as Bob’s call until it ends',
  counted((his, asks) => his.referAttended(asks, '203')),
  calls(2),
);

story(
  'Whoever was joined by Bob and sends the other on: it counts as a call of both',
  async (stage) => {
    const { world, exchange, alice, bob, carol } = stage;
    const dave = phoneOf(world, exchange, 'dave', { address: '10.0.0.14', number: '104', tone: 2100 });
    const { his, call } = await talking(stage, 'Bob');
    await his.hold();
    const asks = bob.dial('203');
    const rings = await carol.answer();
    await world.until(() => asks.up && asks.hearsOnly(TONES.carol));
    his.referAttended(asks, '203');
    await world.until(() => call.hearsOnly(TONES.carol) && his.ended && asks.ended);
    await dave.register();
    await call.hold();
    const further = alice.dial('204');
    const third = await dave.answer();
    await world.until(() => further.up && further.hearsOnly(2100));
    call.referAttended(further, '204');
    await world.until(() => rings.hearsOnly(2100) && call.ended && further.ended);
    const first = carol.dial('202');
    await bob.answer();
    await world.until(() => first.up);
    const refused = alice.dial('202');
    await world.until(() => refused.ended);
    assert.equal(refused.refusal?.status, 486);
    await third.hangup();
    await first.hangup();
    await world.until(() => rings.ended);
  },
  calls(2),
);

story('A program transfers blind: Bob’s party goes to Carol, and Bob is hung up', async (stage) => {
  const { world, exchange, carol } = stage;
  const { his, call } = await talking(stage, 'Bob');
  const { view } = exchange.exchange;
  const id = view.calls()[0]?.id ?? '';
  const ask = (wish: Parameters<typeof view.transfer>[1], of = id) => {
    let taken: ReturnType<typeof view.transfer> | undefined;
    exchange.host.kernel.input('api', () => {
      taken = view.transfer(of, wish);
    });
    return taken;
  };
  assert.equal(ask({ to: '203' }, 'nothing'), 'no call');
  assert.equal(ask({ to: '999' }), 'no number');
  assert.equal(ask({ to: '203', by: '104' }), 'nobody');
  assert.equal(ask({ join: 'nothing', by: '102' }), 'no other call');
  assert.equal(ask({ to: '203', by: '102' }), 'asked');
  assert.equal(ask({ to: '203', by: '102' }), 'nobody', 'one at a time');
  await world.until(() => hearsMusic(call) || carol.ringing);
  const rings = await carol.answer();
  await together(stage, [call, TONES.alice, ALICE], [rings, TONES.carol, CAROL]);
  await world.until(() => his.ended);
  saw(stage, call, BOB, CAROL);
  saw(stage, rings, ALICE);
  saw(stage, his, ALICE);
  await call.hangup();
});

story('A program joins the parties of Bob’s two calls', async (stage) => {
  const { world, exchange, bob, carol } = stage;
  const { his, call } = await talking(stage, 'Bob');
  await his.hold();
  const asks = bob.dial('203');
  const rings = await carol.answer();
  await world.until(() => asks.up && asks.hearsOnly(TONES.carol));
  const { view } = exchange.exchange;
  const [first = '', second = ''] = view.calls().map(({ id }) => id);
  exchange.host.kernel.input('api', () => {
    assert.equal(view.transfer(first, { join: second, by: '102' }), 'asked');
  });
  await together(stage, [call, TONES.alice, ALICE], [rings, TONES.carol, CAROL]);
  await world.until(() => his.ended && asks.ended);
  saw(stage, call, BOB, CAROL);
  saw(stage, rings, BOB, ALICE);
  saw(stage, asks, CAROL);
  await rings.hangup();
});
