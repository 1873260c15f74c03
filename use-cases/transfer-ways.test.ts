import assert from 'node:assert/strict';
import { DEMO_CONFIG, DEMO_FEATURES, demoRules } from '../src/demo.ts';
import type { DialplanBuilder } from '../src/pbx/index.ts';
import { phoneOf, type Stage, story, startExchange, TONES } from '../testing/index.ts';
import { ALICE, CAROL, hearsMusic, ROLES, same, talking, together } from './transfers.ts';

const DAVE = { name: 'Dave', number: '104' };

async function daveOf({ world, exchange }: Stage) {
  const dave = phoneOf(world, exchange, 'dave', { address: '10.0.0.14', number: '104', tone: 2100 });
  await dave.register();
  return dave;
}

/** Carol's phone for a while, then Dave's. */
const group = {
  exchange: {
    rules: (d: DialplanBuilder) => {
      demoRules(d);
      d.on('500', async (call) => {
        const found = await call.dial(['103', '104'], { strategy: 'inOrder', for: '10s' });
        if (found.kind === 'answered') await call.bridge(found.leg);
      });
      d.on('501', async (call) => {
        const found = await call.dial(['103', '104'], { for: '20s' });
        if (found.kind === 'answered') await call.bridge(found.leg);
      });
    },
  },
};

for (const role of ROLES) {
  story(
    `Blond transfer by ${role} to a group that rings in turn: who is rung later sees the transferee`,
    async (stage) => {
      const { world, carol } = stage;
      const dave = await daveOf(stage);
      const { transferor, his, call, tone, party } = await talking(stage, role);
      await his.hold();
      const asks = transferor.dial('500');
      const first = await carol.rings();
      await world.after('1s');
      if (asks.ringing) {
        const referral = his.referAttended(asks, '500');
        await world.until(() => same(first.display, party.transferee));
        const later = await dave.rings('20s');
        assert.deepEqual(later.displays[0], party.transferee);
        await later.answer();
        await together(stage, [call, tone.transferee, party.transferee], [later, 2100, DAVE]);
        await world.until(() => referral.over && his.ended && asks.ended && first.ended);
        assert.equal(referral.told.at(-1), 200);
      }
      await Promise.all([transferor.hangup(), call.hangup()]);
    },
    group,
  );

  story(
    `Blind transfer by ${role} to a group: both ring as the transferee, the first to answer has the call`,
    async (stage) => {
      const { world, carol } = stage;
      const dave = await daveOf(stage);
      const { his, call, tone, party } = await talking(stage, role);
      const referral = his.refer('501');
      const [atCarol, atDave] = [await carol.rings(), await dave.rings()];
      assert.deepEqual([atCarol.display, atDave.display], [party.transferee, party.transferee]);
      await atDave.answer();
      await together(stage, [call, tone.transferee, party.transferee], [atDave, 2100, DAVE]);
      await world.until(() => referral.over && his.ended && atCarol.ended);
      assert.equal(referral.told.at(-1), 200);
      await call.hangup();
    },
    group,
  );

  story(`Blind transfer by ${role} into the IVR (700): its keys are heard`, async (stage) => {
    const { world } = stage;
    const { transferor, his, call } = await talking(stage, role, false);
    const referral = his.refer('700');
    await world.until(() => call.hearsSound() && referral.over && his.ended, '10s');
    assert.equal(referral.told.at(-1), 200);
    await world.after('500ms');
    await call.press('2');
    await world.until(() => call.ended, '30s');
    assert.equal(call.ending?.by, 'remote', 'key 2 hangs up');
    assert.equal(
      transferor.calls.every(({ ended }) => ended),
      true,
    );
  });
}

story(
  'A call that is being recorded is transferred: the script that records it ends, and the file is whole',
  async (stage) => {
    const { world, exchange, alice, bob, carol } = stage;
    for (const phone of [alice, bob, carol]) await phone.register();
    const call = alice.dial('510');
    const his = await bob.answer();
    await world.until(() => call.hearsOnly(TONES.bob) && his.hearsOnly(TONES.alice));
    his.refer('203');
    const rings = await carol.answer();
    await together(stage, [call, TONES.alice, ALICE], [rings, TONES.carol, CAROL]);
    await world.until(() => his.ended);
    await call.hangup();
    await world.until(() => exchange.recordings.size === 1);
    const [file] = exchange.recordings.values();
    assert.ok((file?.length ?? 0) > 8000, 'more than half a second of it');
  },
  {
    exchange: {
      rules: (d: DialplanBuilder) => {
        demoRules(d);
        d.on('510', async (call) => {
          const found = await call.dial('102');
          if (found.kind !== 'answered') return;
          call.startRecording();
          await call.bridge(found.leg);
        });
      },
    },
  },
);

/** Each exchange trusts the other, whose users stand behind its address. */
const HERE = '10.0.0.1';
const THERE = '10.0.0.2';
const rung = (d: DialplanBuilder, number: string, account: string): void => {
  d.on(number, async (call) => {
    const found = await call.dial(account);
    if (found.kind === 'answered') await call.bridge(found.leg);
  });
};
const here = {
  exchange: {
    accounts: [
      ...DEMO_CONFIG.accounts,
      { number: 'other', name: '', addresses: [THERE], contacts: [`sip:403@${THERE}:5060`], trusted: true },
    ],
    features: DEMO_FEATURES,
    rules: (d: DialplanBuilder) => {
      demoRules(d);
      rung(d, '9403', 'other');
    },
  },
};
const there = {
  address: THERE,
  name: 'other',
  accounts: [
    { number: '403', name: 'Carol' },
    { number: 'here', name: '', addresses: [HERE], trusted: true },
  ],
  rules: (d: DialplanBuilder) => rung(d, '403', '403'),
};

story(
  'UC23 across two exchanges: Bob transfers Alice to Carol, who has her telephone at the other one',
  async (stage) => {
    const { world } = stage;
    const other = await startExchange(world, there);
    const carol = phoneOf(world, other, 'far carol', { number: '403', address: '10.0.0.33', tone: TONES.carol });
    await carol.register();
    const { his, call } = await talking(stage, 'Bob', false);
    const referral = his.refer('9403');
    const rings = await carol.rings();
    await world.until(() => same(rings.display, ALICE));
    await rings.answer();
    await world.until(() => call.hearsOnly(TONES.carol) && rings.hearsOnly(TONES.alice));
    await world.until(() => referral.over && his.ended);
    assert.equal(referral.told.at(-1), 200);
    await call.hangup();
    await world.until(() => rings.ended);
  },
  here,
);

story(
  'UC23 across two exchanges, attended, with the roles turned: Bob holds Alice, asks Carol there, and joins them',
  async (stage) => {
    const { world } = stage;
    const other = await startExchange(world, there);
    const carol = phoneOf(world, other, 'far carol', { number: '403', address: '10.0.0.33', tone: TONES.carol });
    await carol.register();
    for (const role of ROLES) {
      const { transferor, his, call, tone, party } = await talking(stage, role, false);
      await his.hold();
      await world.until(() => hearsMusic(call));
      const asks = transferor.dial('9403');
      const rings = await carol.answer();
      await world.until(() => asks.hearsOnly(TONES.carol) && rings.hearsOnly(tone.transferor));
      const referral = his.referAttended(asks, '9403');
      await world.until(() => call.hearsOnly(TONES.carol) && rings.hearsOnly(tone.transferee));
      await world.until(() => same(rings.display, party.transferee) && his.ended && asks.ended && referral.over);
      await rings.hangup();
      await world.until(() => call.ended);
    }
  },
  here,
);
