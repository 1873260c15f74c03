import assert from 'node:assert/strict';
import { DEMO_CONFIG } from '../src/demo.ts';
import type { TransferPolicy } from '../src/pbx/index.ts';
import { phoneOf, type Stage, story, TONES } from '../testing/index.ts';
import {
  BOB,
  CAROL,
  type Cast,
  hearsCongestion,
  hearsMusic,
  hearsRinging,
  ROLES,
  saw,
  talking,
  together,
  told,
} from './transfers.ts';

const REFUSALS: readonly (readonly [
  name: string,
  to: string | false,
  headers: readonly (readonly [string, string])[],
  status: number,
])[] = [
  ['without Refer-To', false, [], 400],
  ['with two of them', '<sip:103@10.0.0.1>', [['Refer-To', '<sip:104@10.0.0.1>']], 400],
  ['with garbage', false, [['Refer-To', '<<"']], 400],
  ['with a broken Replaces', '<sip:103@10.0.0.1?Replaces=nonsense>', [], 400],
  ['to a foreign host', '<sip:103@198.51.100.7>', [], 403],
  ['to another method', '<sip:103@10.0.0.1;method=BYE>', [], 403],
  ['to a web page', '<http://example.org/>', [], 416],
];

/** Nothing came of it: the two talk as before, and neither display has changed. */
async function unchanged(stage: Stage, { his, call, tone, party }: Cast): Promise<void> {
  for (const one of [his, call]) one.mark();
  await together(stage, [call, tone.transferee, party.transferee], [his, tone.transferor, party.transferor]);
  saw(stage, call, party.transferor);
  saw(stage, his, party.transferee);
}

/** The two talk again; the transferee's display showed Carol meanwhile if her phone rang. */
async function again(stage: Stage, { his, call, tone, party }: Cast, rang: boolean): Promise<void> {
  await together(stage, [call, tone.transferee, party.transferee], [his, tone.transferor, party.transferor]);
  saw(stage, call, party.transferor, ...(rang ? [CAROL, party.transferor] : []));
  saw(stage, his, party.transferee);
}

for (const [name, to, headers, status] of REFUSALS) {
  for (const role of ROLES)
    story(`REFER ${name} by ${role}: ${status}, and the call goes on`, async (stage) => {
      const { world } = stage;
      const cast = await talking(stage, role, false);
      const referral = cast.his.refer(to, headers);
      await world.until(() => referral.status > 0);
      assert.equal(referral.status, status);
      assert.deepEqual(referral.notifies, []);
      await unchanged(stage, cast);
      await cast.his.hangup();
    });
}

const policed = (transfer: TransferPolicy) => ({
  exchange: {
    accounts: DEMO_CONFIG.accounts.map((account) => (account.number === '102' ? { ...account, transfer } : account)),
  },
});

story(
  'REFER to a number that this endpoint may not send anybody to: 403',
  async (stage) => {
    const { world } = stage;
    const cast = await talking(stage, 'Bob');
    const { his, call, party } = cast;
    const referral = his.refer('203');
    await world.until(() => referral.status > 0);
    assert.equal(referral.status, 403);
    assert.deepEqual(referral.notifies, []);
    await unchanged(stage, cast);
    const allowed = his.refer('801');
    await world.until(() => call.hearsOnly(TONES.alice));
    await told(stage, allowed, 100, 200);
    saw(stage, his, party.transferee);
    await call.hangup();
    await world.until(() => his.ended);
  },
  policed({ to: ['80X'] }),
);

story(
  'An endpoint that wants nobody back: Alice hears congestion, and is released',
  async (stage) => {
    const { world, bob, calm } = stage;
    const { his, call } = await talking(stage, 'Bob', false);
    // Where the news comes late he would have his party again, and end the call.
    if (!calm) await his.hold();
    const referral = his.refer('199');
    await world.until(() => referral.told.length > 0);
    await his.hangup();
    await told(stage, referral, 100, 404);
    await hearsCongestion(stage, call);
    await world.until(() => call.ended, '20s');
    assert.equal(call.ending?.by, 'remote');
    assert.equal(bob.ringing, false);
    assert.equal(bob.calls.length, 1);
    saw(stage, call, BOB);
  },
  policed({ failed: 'hangup' }),
);

story(
  'An endpoint whose lost parties go to a number: Alice hears the echo',
  async (stage) => {
    const { world, bob, calm } = stage;
    const { his, call } = await talking(stage, 'Bob', false);
    // Where the news comes late he would have his party again, and end the call.
    if (!calm) await his.hold();
    const referral = his.refer('199');
    await world.until(() => referral.told.length > 0);
    await his.hangup();
    await told(stage, referral, 100, 404);
    await world.until(() => call.hearsOnly(TONES.alice));
    assert.equal(bob.calls.length, 1);
    await call.hangup();
  },
  policed({ failed: { number: '801' } }),
);

for (const role of ROLES)
  story(`REFER twice by ${role}: 491 while the first is pending; later ones have their own name`, async (stage) => {
    const { world, carol, calm } = stage;
    const cast = await talking(stage, role);
    const { his, call, tone, party } = cast;
    const first = his.refer('203');
    const rings = await carol.rings();
    const second = his.refer('801');
    await world.until(() => second.status > 0);
    assert.equal(second.status, 491);
    assert.deepEqual(second.notifies, []);
    if (calm) await hearsRinging(stage, call);
    rings.reject(486);
    await told(stage, first, 100, 180, 486);
    await again(stage, cast, true);
    const third = his.refer('801');
    await world.until(() => call.hearsOnly(tone.transferee) && his.ended);
    await told(stage, third, 100, 200);
    assert.equal(first.event, 'refer');
    assert.match(third.event, /^refer;id=\d+$/);
    saw(stage, rings, party.transferee);
    await call.hangup();
  });

for (const role of ROLES)
  story(`${role} holds, his transfer fails, and he sends his party elsewhere`, async (stage) => {
    const { world, carol, calm } = stage;
    const { his, call, tone, party } = await talking(stage, role);
    await his.hold();
    await world.until(() => hearsMusic(call));
    const first = his.refer('199');
    await told(stage, first, 100, 404);
    await world.until(() => hearsMusic(call));
    const second = his.refer('203');
    const rings = await carol.rings();
    if (calm) await hearsRinging(stage, call);
    await rings.answer();
    await together(stage, [call, tone.transferee, party.transferee], [rings, TONES.carol, CAROL]);
    await world.until(() => his.ended);
    await told(stage, second, 100, 180, 200);
    saw(stage, call, party.transferor, CAROL);
    saw(stage, rings, party.transferee);
    saw(stage, his, party.transferee);
    await call.hangup();
  });

for (const role of ROLES)
  story(
    `REFER by ${role} to a party whom he is sending elsewhere: 491, and the first transfer goes on`,
    async (stage) => {
      const { world, exchange, carol } = stage;
      const dave = phoneOf(world, exchange, 'dave', { address: '10.0.0.14', number: '104', tone: 2100 });
      await dave.register();
      const { transferor, his, call, tone, party } = await talking(stage, role);
      await his.hold();
      const asks = transferor.dial('204');
      const atDave = await dave.answer();
      await world.until(() => asks.hearsOnly(2100) && atDave.hearsOnly(tone.transferor));
      const first = his.refer('203');
      const rings = await carol.rings();
      const second = asks.referAttended(his, party.transferee.number);
      await world.until(() => second.status > 0);
      assert.equal(second.status, 491);
      assert.deepEqual(second.notifies, []);
      await rings.answer();
      await together(stage, [call, tone.transferee, party.transferee], [rings, TONES.carol, CAROL]);
      await world.until(() => his.ended);
      await told(stage, first, 100, 180, 200);
      saw(stage, call, party.transferor, CAROL);
      saw(stage, rings, party.transferee);
      for (const one of [asks, atDave]) one.mark();
      await together(stage, [asks, tone.transferor, party.transferor], [atDave, 2100, { name: 'Dave', number: '104' }]);
      await call.hangup();
      await asks.hangup();
      await world.until(() => rings.ended && atDave.ended);
    },
  );

for (const role of ROLES)
  story(
    `REFER by ${role} with a subscription elsewhere (RFC 7614) counts: the next one in the dialog has its own name`,
    async (stage) => {
      const { world } = stage;
      const cast = await talking(stage, role, false);
      const first = cast.his.refer('199', [['Require', 'explicitsub']]);
      await world.until(() => first.status > 0);
      assert.equal(first.status, 200);
      await together(
        stage,
        [cast.call, cast.tone.transferee, cast.party.transferee],
        [cast.his, cast.tone.transferor, cast.party.transferor],
      );
      const second = cast.his.refer('801');
      await world.until(() => second.over);
      assert.match(second.event, /^refer;id=\d+$/);
      await cast.call.hangup();
    },
  );
