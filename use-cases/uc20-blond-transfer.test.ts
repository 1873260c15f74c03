import assert from 'node:assert/strict';
import type { Phone, Stage } from '../testing/index.ts';
import { type Act, cruel, story, TONES } from '../testing/index.ts';
import {
  CAROL,
  type Cast,
  hearsCongestion,
  hearsMusic,
  hearsRinging,
  ROLES,
  same,
  saw,
  talking,
  together,
  told,
  type Transferor,
} from './transfers.ts';

type PhoneCall = NonNullable<Phone['call']>;
type Referral = ReturnType<PhoneCall['refer']>;

interface Ringing extends Cast {
  readonly asks: PhoneCall;
  readonly atCarol: PhoneCall;
}

/** The transferor holds, and rings Carol. undefined: he was not told that it rings, so that his phone could not name the call. */
async function ringing(stage: Stage, role: Transferor): Promise<Ringing | undefined> {
  const { world, carol, calm } = stage;
  const cast = await talking(stage, role);
  await cast.his.hold();
  await world.until(() => hearsMusic(cast.call));
  const asks = cast.transferor.dial('203');
  const atCarol = await carol.rings();
  assert.deepEqual(atCarol.display, cast.party.transferor);
  if (calm) await world.until(() => asks.ringing);
  else await world.after('1s');
  if (asks.ringing) return { ...cast, asks, atCarol };
  await Promise.all([cast.transferor.hangup(), cast.transferee.hangup()]);
  return undefined;
}

/** The three ways in which phones do it that send a REFER. Each ends with both of the transferor's calls over. */
const STYLES: Readonly<Record<string, (stage: Stage, cast: Ringing) => Promise<Referral>>> = {
  'REFER with Replaces, then CANCEL': async ({ world }, { his, asks }) => {
    const referral = his.referAttended(asks, '203');
    await world.until(() => referral.told.length > 0);
    await asks.hangup();
    await his.hangup();
    return referral;
  },
  'REFER with Replaces alone': async ({ world }, { his, asks }) => {
    const referral = his.referAttended(asks, '203');
    await world.until(() => referral.told.length > 0);
    return referral;
  },
  'REFER, then CANCEL': async ({ world }, { his, asks }) => {
    const referral = his.refer('203');
    await world.until(() => referral.told.length > 0);
    await asks.hangup();
    await his.hangup();
    return referral;
  },
  'CANCEL, then REFER': async ({ world }, { his, asks, atCarol }) => {
    await asks.hangup();
    await world.until(() => atCarol.ended);
    const referral = his.refer('203');
    await world.until(() => referral.told.length > 0);
    await his.hangup();
    return referral;
  },
};

for (const [style, transfer] of Object.entries(STYLES)) {
  const same1 = style !== 'CANCEL, then REFER';
  for (const role of ROLES) {
    const success: Act = async (stage) => {
      const { world, carol, calm } = stage;
      const cast = await ringing(stage, role);
      if (cast === undefined) return;
      const { his, call, asks, tone, party } = cast;
      const referral = await transfer(stage, cast);
      if (calm) await hearsRinging(stage, call);
      const rings = same1 ? cast.atCarol : await carol.rings();
      assert.equal(rings.ringing, true);
      await world.until(() => same(rings.display, party.transferee));
      assert.equal(rings.ringing, true, 'her display changes while she rings');
      await rings.answer();
      await together(stage, [call, tone.transferee, party.transferee], [rings, TONES.carol, CAROL]);
      await world.until(() => his.ended && asks.ended);
      await told(stage, referral, 100, 180, 200);
      saw(stage, call, party.transferor, CAROL);
      saw(stage, his, party.transferee);
      saw(stage, asks, CAROL);
      saw(stage, cast.atCarol, party.transferor, ...(same1 ? [party.transferee] : []));
      saw(stage, rings, ...(same1 ? [party.transferor] : []), party.transferee);
      await call.hangup();
      await world.until(() => rings.ended);
    };
    // A blond transfer that takes longer than Carol rings is another story.
    story(`UC20 blond transfer by ${role} (${style}): success`, success);
    cruel(`UC20 blond transfer by ${role} (${style})`, success);

    story(`UC21 blond transfer by ${role} (${style}): Carol does not answer`, async (stage) => {
      const { world, bob, alice, carol } = stage;
      const cast = await ringing(stage, role);
      if (cast === undefined) return;
      const { call, his, asks, party } = cast;
      await his.resume();
      const referral = await transfer(stage, cast);
      if (!his.ended) await his.hangup();
      await world.until(() => referral.over, '40s');
      await told(stage, referral, 100, 180, 480);
      await world.until(() => asks.ended, '1s');
      await hearsCongestion(stage, call);
      await world.until(() => call.ended && !carol.ringing, '20s');
      assert.equal(call.ending?.by, 'remote');
      assert.equal(alice.ringing || bob.ringing, false, 'nobody is rung back');
      // Where the 180 was lost nobody knows that it rings.
      if (stage.calm) saw(stage, call, party.transferor, CAROL);
      saw(stage, his, party.transferee);
      saw(stage, asks, CAROL);
    });

    if (style === 'REFER with Replaces alone') {
      for (const after of ['takes the party back', 'does nothing'] as const)
        story(`UC21 blond transfer by ${role}, who keeps holding and ${after}`, async (stage) => {
          const { world } = stage;
          const cast = await ringing(stage, role);
          if (cast === undefined) return;
          const { his, call, tone, party } = cast;
          const referral = await transfer(stage, cast);
          await world.until(() => referral.over, '40s');
          await told(stage, referral, 100, 180, 480);
          assert.equal(his.ended, false, 'the phone keeps its call');
          await hearsCongestion(stage, call);
          if (after === 'takes the party back') {
            await his.resume();
            await together(stage, [call, tone.transferee, party.transferee], [his, tone.transferor, party.transferor]);
            saw(stage, call, party.transferor, CAROL, party.transferor);
            saw(stage, his, party.transferee);
            await world.after('20s');
            await call.hangup();
          }
          await world.until(() => call.ended && his.ended && cast.asks.ended, '20s');
        });
    }

    story(`UC22 blond transfer by ${role} (${style}): the transferee hangs up`, async (stage) => {
      const { world, carol } = stage;
      const cast = await ringing(stage, role);
      if (cast === undefined) return;
      const referral = await transfer(stage, cast);
      const rings = same1 ? cast.atCarol : await carol.rings();
      if (same1) await world.until(() => same(rings.display, cast.party.transferee));
      await cast.call.hangup();
      await world.until(() => carol.calls.every(({ ended }) => ended));
      assert.equal(rings.ending?.by, 'remote');
      await world.until(() => cast.his.ended && cast.asks.ended);
      await told(stage, referral, 100, 180, 487);
      saw(stage, rings, ...(same1 ? [cast.party.transferor] : []), cast.party.transferee);
      saw(stage, cast.his, cast.party.transferee);
      saw(stage, cast.asks, CAROL);
    });
  }
}

for (const role of ROLES)
  story(`UC20 by hanging up without a word (${role}): both calls simply end`, async (stage) => {
    const { world } = stage;
    const cast = await ringing(stage, role);
    if (cast === undefined) return;
    const { his, call, asks, atCarol, party } = cast;
    await his.hangup();
    await asks.hangup();
    await world.until(() => call.ended && atCarol.ended);
    assert.deepEqual([call.ending?.by, atCarol.ending?.by], ['remote', 'remote']);
    saw(stage, call, party.transferor);
    saw(stage, atCarol, party.transferor);
  });
