import assert from 'node:assert/strict';
import { DEMO_FEATURES } from '../src/demo.ts';
import { parking } from '../src/features/index.ts';
import type { Feature } from '../src/pbx/index.ts';
import { type Act, cruel, type Phone, type Stage, type StoryOptions, story, TONES } from '../testing/index.ts';
import {
  ALICE,
  BOB,
  CAROL,
  hearsCongestion,
  hearsMusic,
  ROLES,
  same,
  saw,
  talking,
  together,
  told,
} from './transfers.ts';

type PhoneCall = NonNullable<Phone['call']>;

/** The demo exchange with a parking that rings back after so long. */
function withTimeout(changes: Omit<Parameters<typeof parking>[0], 'spaces' | 'entrance'>): StoryOptions {
  const own: Feature = parking({ spaces: [701, 720], entrance: '721', ...changes });
  return { exchange: { features: DEMO_FEATURES.map((one) => (one.name === 'parking' ? own : one)) } };
}

function announced({ exchange }: Stage): readonly string[] {
  return exchange.events.flatMap((one) =>
    one.event.startsWith('parking.') && 'space' in one ? `${one.event} ${one.party.number} ${one.space} ${one.by}` : [],
  );
}

function parkedAt(number: string): typeof ALICE {
  return { name: 'Parked', number };
}

function occupied({ exchange }: Stage): readonly string[] {
  return exchange.exchange.view.parked().map(({ space, party }) => `${party.name} at ${space}`);
}

/** She waits with music, and her space is listed. */
async function waits(stage: Stage, call: PhoneCall, where: string): Promise<void> {
  await stage.world.until(() => hearsMusic(call) && occupied(stage).includes(where));
}

for (const role of ROLES) {
  const parks: Act = async (stage) => {
    const { world, carol, calm } = stage;
    const { his, call, transferor, transferee, tone, party } = await talking(stage, role);
    const referral = his.refer('721');
    if (calm) {
      await world.until(() => same(his.display, parkedAt('701')));
      await world.until(() => his.hearsSound() && !his.hearsOnly(tone.transferee));
      assert.equal(referral.over, false, 'he is told when he has heard where');
    }
    await world.until(() => his.ended);
    await told(stage, referral, 100, 200);
    await waits(stage, call, `${party.transferee.name} at 701`);
    const taken = carol.dial('701');
    await together(stage, [call, tone.transferee, party.transferee], [taken, TONES.carol, CAROL]);
    if (calm) saw(stage, his, party.transferee, parkedAt('701'));
    saw(stage, call, party.transferor, parkedAt('701'), CAROL);
    saw(stage, taken, party.transferee);
    assert.deepEqual(announced(stage), [
      `parking.parked ${transferee.options.number} 701 ${transferor.options.number}`,
      `parking.retrieved ${transferee.options.number} 701 103`,
    ]);
    assert.deepEqual(occupied(stage), []);
    await taken.hangup();
    await world.until(() => call.ended);
  };
  story(`parked by ${role}, who transfers to 721 and hears where; Carol dials the space and talks`, parks);
  cruel(`parked by ${role}`, parks);
}

story('a phone that hangs up with its REFER parks all the same', async (stage) => {
  const { world, carol } = stage;
  const { his, call } = await talking(stage, 'Bob');
  const referral = his.refer('721');
  await world.until(() => referral.status === 202);
  await his.hangup();
  await waits(stage, call, 'Alice at 701');
  const taken = carol.dial('701');
  await together(stage, [call, TONES.alice, ALICE], [taken, TONES.carol, CAROL]);
  await call.hangup();
  await world.until(() => taken.ended);
});

story('parked by attended transfer: Bob calls 721, hears the space, and sends Alice there', async (stage) => {
  const { world, carol } = stage;
  const { his, call } = await talking(stage, 'Bob');
  await his.hold();
  const consulting = stage.bob.dial('721');
  await world.until(() => consulting.up && consulting.hearsSound());
  await world.after('3s');
  const referral = his.referAttended(consulting, '721');
  await told(stage, referral, 100, 200);
  await world.until(() => his.ended && consulting.ended);
  await waits(stage, call, 'Alice at 701');
  const taken = carol.dial('701');
  await together(stage, [call, TONES.alice, ALICE], [taken, TONES.carol, CAROL]);
  await taken.hangup();
  await world.until(() => call.ended);
});

story('parked in a space of one’s choice; who takes her back can be the one who parked her', async (stage) => {
  const { world, bob } = stage;
  const { his, call } = await talking(stage, 'Bob');
  const referral = his.refer('715');
  await world.until(() => referral.over && his.ended);
  await waits(stage, call, 'Alice at 715');
  const taken = bob.dial('715');
  await together(stage, [call, TONES.alice, ALICE], [taken, TONES.bob, BOB]);
  await taken.hangup();
  await world.until(() => call.ended);
});

story('a space that is taken: 486, and they talk again; 721 gives the next one', async (stage) => {
  const { world, exchange, carol } = stage;
  const first = carol;
  await first.register();
  const waiting = first.dial('721');
  await world.until(() => waiting.up && occupied(stage).includes('Carol at 701'));
  const { his, call, tone, party } = await talking(stage, 'Bob');
  const refused = his.refer('701');
  await told(stage, refused, 100, 486);
  await together(stage, [call, tone.transferee, party.transferee], [his, tone.transferor, party.transferor]);
  saw(stage, call, party.transferor);
  saw(stage, his, party.transferee);
  const referral = his.refer('721');
  await world.until(() => referral.over && his.ended);
  await waits(stage, call, 'Alice at 702');
  assert.equal(exchange.exchange.view.parked().length, 2);
  await call.hangup();
  await waiting.hangup();
  await world.until(() => occupied(stage).length === 0);
});

story('the wrong space: Carol hears that nobody is there, and Alice goes on waiting', async (stage) => {
  const { world, carol } = stage;
  const { his, call } = await talking(stage, 'Bob');
  const referral = his.refer('721');
  await world.until(() => referral.over && his.ended);
  const wrong = carol.dial('702');
  await world.until(() => wrong.up && wrong.hearsSound());
  await world.until(() => wrong.ended, '20s');
  await waits(stage, call, 'Alice at 701');
  await call.hangup();
  await world.until(() => occupied(stage).length === 0);
});

const RETURNED = { name: 'Alice (parked 701 returned)', number: '101' };

story(
  'parked for too long: Bob is rung, sees who comes back and from where, and both talk again',
  async (stage) => {
    const { world, bob, calm } = stage;
    const { his, call } = await talking(stage, 'Bob');
    const referral = his.refer('721');
    await world.until(() => referral.over && his.ended);
    await waits(stage, call, 'Alice at 701');
    const rings = await bob.rings('60s');
    assert.deepEqual(rings.display, RETURNED);
    if (calm) {
      call.mark();
      await world.after('2s');
      assert.ok(hearsMusic(call), 'music until somebody answers');
    }
    await rings.answer();
    await together(stage, [call, TONES.alice, ALICE], [rings, TONES.bob, BOB]);
    saw(stage, rings, RETURNED, ALICE);
    saw(stage, call, BOB, parkedAt('701'), BOB);
    assert.equal(announced(stage).at(-1), 'parking.returned 101 701 102');
    assert.deepEqual(occupied(stage), []);
    await call.hangup();
    await world.until(() => rings.ended);
  },
  withTimeout({ timeout: '20s' }),
);

story(
  'Bob does not answer: Alice stays parked, and is released with congestion when the rounds are over',
  async (stage) => {
    const { world, bob } = stage;
    const { his, call } = await talking(stage, 'Bob');
    const referral = his.refer('721');
    await world.until(() => referral.over && his.ended);
    const first = await bob.rings('60s');
    await world.until(() => first.ended, '60s');
    await waits(stage, call, 'Alice at 701');
    await world.until(() => same(call.display, parkedAt('701')));
    const second = await bob.rings('60s');
    assert.deepEqual(second.display, RETURNED);
    await world.until(() => second.ended, '60s');
    await hearsCongestion(stage, call);
    await world.until(() => call.ended, '60s');
    assert.equal(call.ending?.by, 'remote');
    for (const one of [first, second]) saw(stage, one, RETURNED);
    assert.deepEqual(occupied(stage), []);
  },
  withTimeout({ timeout: '10s', ring: '5s', rounds: 2 }),
);

story(
  'while Bob is rung, Carol takes Alice back: Bob stops ringing',
  async (stage) => {
    const { world, bob, carol } = stage;
    const { his, call } = await talking(stage, 'Bob');
    const referral = his.refer('721');
    await world.until(() => referral.over && his.ended);
    const rings = await bob.rings('60s');
    const taken = carol.dial('701');
    await together(stage, [call, TONES.alice, ALICE], [taken, TONES.carol, CAROL]);
    await world.until(() => rings.ended);
    saw(stage, rings, RETURNED);
    // Who is rung for her is shown to her.
    saw(stage, call, BOB, parkedAt('701'), BOB, CAROL);
    await call.hangup();
    await world.until(() => taken.ended);
  },
  withTimeout({ timeout: '10s', ring: '40s' }),
);

story(
  'Bob’s do not disturb and forwards do not keep a parked call from coming back to him',
  async (stage) => {
    const { world, bob, exchange } = stage;
    const { his, call } = await talking(stage, 'Bob');
    let ok = false;
    exchange.exchange.view.divert('102', { doNotDisturb: true, always: '103' }, (result) => {
      ok = result.ok;
    });
    await world.until(() => ok);
    const referral = his.refer('721');
    await world.until(() => referral.over && his.ended);
    const rings = await bob.rings('60s');
    await call.hangup();
    await world.until(() => rings.ended);
  },
  withTimeout({ timeout: '10s' }),
);

story('parked by a program: Bob hears where, and is hung up', async (stage) => {
  const { world, exchange, carol, calm } = stage;
  const { his, call } = await talking(stage, 'Bob');
  const { view } = exchange.exchange;
  const id = view.calls()[0]?.id ?? '';
  assert.equal(view.park(id, '109'), 'no call');
  assert.equal(view.park(id, '102', '799'), 'no parking');
  assert.equal(view.park(id, '102', '703'), 'parked');
  if (calm) await world.until(() => same(his.display, { name: 'Parked', number: '703' }));
  await world.until(() => his.ended);
  await waits(stage, call, 'Alice at 703');
  const taken = carol.dial('703');
  await together(stage, [call, TONES.alice, ALICE], [taken, TONES.carol, CAROL]);
  await taken.hangup();
  await world.until(() => call.ended);
});

story('a parked caller who hangs up leaves his space', async (stage) => {
  const { world } = stage;
  const { his, call } = await talking(stage, 'Bob');
  const referral = his.refer('721');
  await world.until(() => referral.over && his.ended);
  await waits(stage, call, 'Alice at 701');
  await call.hangup();
  await world.until(() => occupied(stage).length === 0);
});

story('a party that was taken back can be transferred on', async (stage) => {
  const { world, bob, carol } = stage;
  const { his, call } = await talking(stage, 'Bob');
  const parked = his.refer('721');
  await world.until(() => parked.over && his.ended);
  const taken = carol.dial('701');
  await together(stage, [call, TONES.alice, ALICE], [taken, TONES.carol, CAROL]);
  const referral = taken.refer('202');
  const rings = await bob.answer();
  await together(stage, [call, TONES.alice, ALICE], [rings, TONES.bob, BOB]);
  await world.until(() => taken.ended);
  await told(stage, referral, 100, 180, 200);
  saw(stage, call, BOB, parkedAt('701'), CAROL, BOB);
  saw(stage, rings, ALICE);
  await call.hangup();
  await world.until(() => rings.ended && taken.ended);
});
