import assert from 'node:assert/strict';
import { DEMO_CONFIG, DEMO_FEATURES, demoRules } from '../src/demo.ts';
import type { DialplanBuilder } from '../src/pbx/index.ts';
import { type Act, cruel, phoneOf, type Stage, story, startExchange, TONES } from '../testing/index.ts';
import { CAROL, hearsMusic, hearsRinging, ROLES, same, saw, talking, together, told } from './transfers.ts';

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
      const { world, carol, calm } = stage;
      const dave = await daveOf(stage);
      const { transferor, his, call, tone, party } = await talking(stage, role);
      await his.hold();
      await world.until(() => hearsMusic(call));
      const asks = transferor.dial('500');
      const first = await carol.rings();
      await world.after('1s');
      if (asks.ringing) {
        const referral = his.referAttended(asks, '500');
        await world.until(() => same(first.display, party.transferee));
        const later = await dave.rings('20s');
        if (calm) await hearsRinging(stage, call);
        await later.answer();
        await together(stage, [call, tone.transferee, party.transferee], [later, 2100, DAVE]);
        await world.until(() => his.ended && asks.ended && first.ended);
        // Each phone that rings is news.
        await told(stage, referral, 100, 180, 180, 200);
        saw(stage, first, party.transferor, party.transferee);
        saw(stage, later, party.transferee);
        saw(stage, call, party.transferor, CAROL, DAVE);
        saw(stage, his, party.transferee);
      }
      await Promise.all([transferor.hangup(), call.hangup()]);
    },
    group,
  );

  story(
    `Blind transfer by ${role} to a group: both ring as the transferee, the first to answer has the call`,
    async (stage) => {
      const { world, carol, calm } = stage;
      const dave = await daveOf(stage);
      const { his, call, tone, party } = await talking(stage, role);
      const referral = his.refer('501');
      const [atCarol, atDave] = [await carol.rings(), await dave.rings()];
      assert.deepEqual([atCarol.display, atDave.display], [party.transferee, party.transferee]);
      if (calm) await hearsRinging(stage, call);
      await atDave.answer();
      await together(stage, [call, tone.transferee, party.transferee], [atDave, 2100, DAVE]);
      await world.until(() => his.ended && atCarol.ended);
      await told(stage, referral, 100, 180, 180, 200);
      for (const rings of [atCarol, atDave]) saw(stage, rings, party.transferee);
      saw(stage, his, party.transferee);
      assert.match(atCarol.ending?.request?.headers.get('Reason') ?? '', /^SIP;cause=200/, 'no missed call for her');
      await call.hangup();
    },
    group,
  );

  story(`Blind transfer by ${role} into the IVR (700): its keys are heard`, async (stage) => {
    const { world } = stage;
    const { transferor, his, call, party } = await talking(stage, role, false);
    const referral = his.refer('700');
    await world.until(() => call.hearsSound() && referral.over && his.ended, '10s');
    await told(stage, referral, 100, 200);
    saw(stage, his, party.transferee);
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

/** 510 rings Bob and records what they say. */
const recorded = {
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
};

for (const role of ROLES) {
  const transferred: Act = async (stage) => {
    const { world, exchange, carol, calm } = stage;
    const { his, call, tone, party } = await talking(stage, role, true, '510');
    const referral = his.refer('203');
    const rings = await carol.rings();
    if (calm) await hearsRinging(stage, call);
    await rings.answer();
    await together(stage, [call, tone.transferee, party.transferee], [rings, TONES.carol, CAROL]);
    await world.until(() => his.ended);
    await told(stage, referral, 100, 180, 200);
    saw(stage, call, party.transferor, CAROL);
    saw(stage, rings, party.transferee);
    saw(stage, his, party.transferee);
    await call.hangup();
    await world.until(() => rings.ended && exchange.recordings.size === 1);
    const [file] = exchange.recordings.values();
    assert.ok((file?.length ?? 0) > 8000, 'more than half a second of it');
  };
  story(
    `A call that is being recorded is transferred by ${role}: the script that records it ends, and the file is whole`,
    transferred,
    recorded,
  );
  cruel(`A call that is being recorded is transferred by ${role}`, transferred, recorded);
}

/** Each exchange trusts the other, whose users stand behind its address. */
const HERE = '10.0.0.1';
const THERE = '10.0.0.2';
const rung = (d: DialplanBuilder, number: string, account: string): void => {
  d.on(number, async (call) => {
    const found = await call.dial(account);
    return found.kind === 'answered' ? call.bridge(found.leg) : call.hangup(found);
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

/** Carol has her telephone at the other exchange. */
async function farCarol({ world }: Stage) {
  const other = await startExchange(world, there);
  const carol = phoneOf(world, other, 'far carol', { number: '403', address: '10.0.0.33', tone: TONES.carol });
  await carol.register();
  return carol;
}

/** As she is known there. */
const FAR = { name: 'Carol', number: '403' };

for (const role of ROLES)
  story(
    `UC23 across two exchanges, blind: ${role} transfers to Carol, who has her telephone at the other one`,
    async (stage) => {
      const { world, calm } = stage;
      const carol = await farCarol(stage);
      const { his, call, tone, party } = await talking(stage, role, false);
      const referral = his.refer('9403');
      const rings = await carol.rings();
      await world.until(() => same(rings.display, party.transferee));
      if (calm) await hearsRinging(stage, call);
      await rings.answer();
      await together(stage, [call, tone.transferee, party.transferee], [rings, TONES.carol, FAR]);
      await world.until(() => his.ended);
      await told(stage, referral, 100, 180, 200);
      saw(stage, rings, party.transferee);
      saw(stage, his, party.transferee);
      await call.hangup();
      await world.until(() => rings.ended);
    },
    here,
  );

for (const role of ROLES)
  story(
    `UC23 across two exchanges, blind, and Carol there is busy: ${role} is told her own 486, and has his call again`,
    async (stage) => {
      const { world } = stage;
      const carol = await farCarol(stage);
      carol.busy = true;
      const { his, call, tone, party } = await talking(stage, role, false);
      const referral = his.refer('9403');
      await told(stage, referral, 100, 486);
      await together(stage, [call, tone.transferee, party.transferee], [his, tone.transferor, party.transferor]);
      saw(stage, his, party.transferee);
      await world.after('3s');
      await his.hangup();
      await world.until(() => call.ended);
    },
    here,
  );

for (const role of ROLES)
  story(
    `UC23 across two exchanges, attended: ${role} holds, asks Carol there, and joins them`,
    async (stage) => {
      const { world } = stage;
      const carol = await farCarol(stage);
      const { transferor, his, call, tone, party } = await talking(stage, role, false);
      await his.hold();
      await world.until(() => hearsMusic(call));
      const asks = transferor.dial('9403');
      const rings = await carol.answer();
      await together(stage, [asks, tone.transferor, party.transferor], [rings, TONES.carol, FAR]);
      const referral = his.referAttended(asks, '9403');
      await together(stage, [call, tone.transferee, party.transferee], [rings, TONES.carol, FAR]);
      await world.until(() => his.ended && asks.ended);
      await told(stage, referral, 100, 200);
      saw(stage, rings, party.transferor, party.transferee);
      saw(stage, call, party.transferor, FAR);
      saw(stage, his, party.transferee);
      saw(stage, asks, FAR);
      await rings.hangup();
      await world.until(() => call.ended);
    },
    here,
  );
