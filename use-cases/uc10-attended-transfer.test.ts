import assert from 'node:assert/strict';
import type { Phone, Stage } from '../testing/index.ts';
import { type Act, cruel, story, TONES } from '../testing/index.ts';
import {
  CAROL,
  type Cast,
  hearsMusic,
  ROLES,
  same,
  saw,
  talking,
  together,
  told,
  type Transferor,
} from './transfers.ts';

type PhoneCall = NonNullable<Phone['call']>;

/** The transferor holds, and talks to Carol. */
async function consulting(stage: Stage, role: Transferor): Promise<Cast & { asks: PhoneCall; atCarol: PhoneCall }> {
  const { world, carol } = stage;
  const cast = await talking(stage, role);
  await cast.his.hold();
  await world.until(() => hearsMusic(cast.call));
  const asks = cast.transferor.dial('203');
  const rings = await carol.rings();
  assert.deepEqual(rings.display, cast.party.transferor);
  await rings.answer();
  await world.until(() => asks.hearsOnly(TONES.carol) && rings.hearsOnly(cast.tone.transferor));
  assert.deepEqual(asks.display, CAROL);
  return { ...cast, asks, atCarol: rings };
}

for (const role of ROLES) {
  const success: Act = async (stage) => {
    const { world } = stage;
    const { his, call, asks, atCarol, tone, party } = await consulting(stage, role);
    await asks.hold();
    await world.until(() => hearsMusic(call) && hearsMusic(atCarol));
    const referral = his.referAttended(asks, '203');
    await together(stage, [call, tone.transferee, party.transferee], [atCarol, TONES.carol, CAROL]);
    await world.until(() => his.ended && asks.ended);
    assert.deepEqual([his.ending?.by, asks.ending?.by], ['remote', 'remote'], 'both his calls are hung up for him');
    await told(stage, referral, 100, 200);
    saw(stage, call, party.transferor, CAROL);
    saw(stage, atCarol, party.transferor, party.transferee);
    saw(stage, his, party.transferee);
    saw(stage, asks, CAROL);
    await call.hangup();
    await world.until(() => atCarol.ended);
  };
  story(`UC10 attended transfer by ${role}: success`, success);
  cruel(`UC10 attended transfer by ${role}`, success);

  story(`UC10 attended transfer by ${role}, the REFER sent in his other call`, async (stage) => {
    const { world } = stage;
    const { his, call, asks, atCarol, tone, party } = await consulting(stage, role);
    await asks.hold();
    const referral = asks.referAttended(his, party.transferee.number);
    await together(stage, [call, tone.transferee, party.transferee], [atCarol, TONES.carol, CAROL]);
    await world.until(() => his.ended && asks.ended);
    await told(stage, referral, 100, 200);
    saw(stage, call, party.transferor, CAROL);
    saw(stage, atCarol, party.transferor, party.transferee);
    await atCarol.hangup();
    await world.until(() => call.ended);
  });

  story(`UC14 attended transfer by ${role}: the transferee hangs up while he consults`, async (stage) => {
    const { world } = stage;
    const { his, call, asks, atCarol, tone, party } = await consulting(stage, role);
    await call.hangup();
    await world.until(() => his.ended);
    assert.equal(his.ending?.by, 'remote');
    for (const one of [asks, atCarol]) one.mark();
    await together(stage, [asks, tone.transferor, party.transferor], [atCarol, TONES.carol, CAROL]);
    saw(stage, asks, CAROL);
    saw(stage, atCarol, party.transferor);
    await asks.hangup();
    await world.until(() => atCarol.ended);
  });

  story(`UC10 attended transfer by ${role}: Carol hangs up just before the REFER`, async (stage) => {
    const { world } = stage;
    const { his, call, asks, atCarol, tone, party } = await consulting(stage, role);
    await atCarol.hangup();
    await world.until(() => asks.ended);
    const referral = his.referAttended(asks, '203');
    await told(stage, referral, 100, 481);
    await his.resume();
    await together(stage, [call, tone.transferee, party.transferee], [his, tone.transferor, party.transferor]);
    await his.hangup();
  });
}

interface NoCarol {
  readonly name: string;
  readonly number: string;
  readonly status: number;
  readonly rings: boolean;
  readonly prepare: (stage: Stage) => Promise<void>;
}

const WITHOUT: readonly NoCarol[] = [
  {
    name: 'UC11 busy target',
    number: '303',
    status: 486,
    rings: false,
    prepare: async ({ world, carol }) => {
      const call = carol.dial('802');
      await world.until(() => call.up);
    },
  },
  {
    name: 'UC12 target that does not answer',
    number: '203',
    status: 480,
    rings: true,
    prepare: () => Promise.resolve(),
  },
  { name: 'UC13 nonexistent target', number: '199', status: 404, rings: false, prepare: () => Promise.resolve() },
];

for (const { name, number, status, rings, prepare } of WITHOUT) {
  for (const role of ROLES) {
    story(`${name}: ${role} is told so and takes his call back`, async (stage) => {
      const { world, carol } = stage;
      const { transferor, his, call, tone, party } = await talking(stage, role);
      await prepare(stage);
      await his.hold();
      await world.until(() => hearsMusic(call));
      const asks = transferor.dial(number);
      await world.until(() => asks.ended, '40s');
      assert.equal(asks.refusal?.status, status);
      const rang = carol.incoming;
      assert.equal(rang !== undefined, rings, 'her phone rings only where she is free');
      if (rang !== undefined) {
        await world.until(() => rang.ended);
        saw(stage, rang, party.transferor);
      }
      await world.until(() => hearsMusic(call));
      await his.resume();
      await together(stage, [call, tone.transferee, party.transferee], [his, tone.transferor, party.transferor]);
      saw(stage, call, party.transferor);
      await call.hangup();
      await world.until(() => his.ended);
      await carol.hangup();
    });
  }
}

story('UC10: displays change by UPDATE once each', async (stage) => {
  const { world, calm } = stage;
  const { his, call, asks, atCarol } = await consulting(stage, 'Bob');
  his.referAttended(asks, '203');
  await world.until(() => same(call.display, CAROL) && atCarol.display.number === '101');
  await world.until(() => his.ended && asks.ended);
  const updates = world.transcript.messages.filter(({ firstLine }) => firstLine.startsWith('UPDATE '));
  if (calm) assert.deepEqual(updates.map(({ to }) => to).sort(), ['alice', 'carol']);
  await call.hangup();
});
