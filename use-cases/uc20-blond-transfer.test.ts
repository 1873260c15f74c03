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
  talking,
  together,
  type Transferor,
} from './transfers.ts';

type PhoneCall = NonNullable<Phone['call']>;

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
const STYLES: Readonly<
  Record<string, (stage: Stage, cast: Ringing) => Promise<{ readonly over: boolean; readonly told: readonly number[] }>>
> = {
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
      await world.until(() => his.ended && asks.ended && referral.over);
      assert.equal(referral.told.at(-1), 200);
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
      await cast.his.resume();
      const referral = await transfer(stage, cast);
      if (!cast.his.ended) await cast.his.hangup();
      await world.until(() => referral.over, '40s');
      assert.equal(referral.told.at(-1), 480);
      await hearsCongestion(stage, cast.call);
      await world.until(() => cast.call.ended && !carol.ringing, '20s');
      assert.equal(cast.call.ending?.by, 'remote');
      assert.equal(alice.ringing || bob.ringing, false, 'nobody is rung back');
      await world.until(() => cast.asks.ended);
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
          assert.equal(referral.told.at(-1), 480);
          assert.equal(his.ended, false, 'the phone keeps its call');
          await hearsCongestion(stage, call);
          if (after === 'takes the party back') {
            await his.resume();
            await together(stage, [call, tone.transferee, party.transferee], [his, tone.transferor, party.transferor]);
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
      if (!same1) await carol.rings();
      await cast.call.hangup();
      await world.until(() => carol.calls.every(({ ended }) => ended));
      await world.until(() => referral.over && cast.his.ended && cast.asks.ended);
      assert.equal(referral.told.at(-1), 487);
    });
  }
}

story('UC20 by hanging up without a word: both calls simply end', async (stage) => {
  const { world } = stage;
  const cast = await ringing(stage, 'Bob');
  if (cast === undefined) return;
  const { his, call, asks, atCarol } = cast;
  await his.hangup();
  await asks.hangup();
  await world.until(() => call.ended && atCarol.ended);
});
