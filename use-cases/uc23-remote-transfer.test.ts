import assert from 'node:assert/strict';
import { DEMO_CONFIG, DEMO_FEATURES, demoRules } from '../src/demo.ts';
import type { Account, DialplanBuilder } from '../src/pbx/index.ts';
import { phoneOf, type Stage, story, TONES } from '../testing/index.ts';
import { ALICE, BOB, CAROL, hearsMusic, hearsRinging, ROLES, same, saw, talking, together, told } from './transfers.ts';

/** Another telephone system, which brings its own users; its requests come from one address and need no digest. */
const REMOTE = '10.0.0.50';
const accounts: readonly Account[] = [
  ...DEMO_CONFIG.accounts,
  { number: 'remote', name: 'Remote', addresses: [REMOTE], trusted: true },
];
const options = { exchange: { accounts, features: DEMO_FEATURES } };

/** What the other system says of who calls. */
const as = ({ name, number }: typeof ALICE) =>
  ({ headers: [['P-Asserted-Identity', `"${name}" <sip:${number}@${REMOTE}>`]] }) as const;

function remoteOf({ world, exchange }: Stage, tone: number, port: number) {
  const known = { address: REMOTE, port, number: 'remote', tone, replaces: true } as const;
  return phoneOf(world, exchange, `remote ${port}`, known);
}

story(
  'UC23 remote attended transfer: an INVITE with Replaces from another system takes over; Carol sees Alice',
  async (stage) => {
    const { world, carol } = stage;
    const bob = remoteOf(stage, TONES.bob, 5060);
    await carol.register();
    const asks = bob.dial('203', as(BOB));
    const atCarol = await carol.rings();
    assert.deepEqual(atCarol.display, BOB);
    await atCarol.answer();
    await world.until(() => asks.hearsOnly(TONES.carol) && atCarol.hearsOnly(TONES.bob));
    // Alice's side of the other system.
    const alice = bob.dial('203', { headers: [...as(ALICE).headers, ['Replaces', asks.replaces]] });
    await world.until(() => asks.ended && alice.up);
    assert.equal(asks.ending?.by, 'remote', 'the one that was replaced is hung up');
    await world.until(() => same(atCarol.display, ALICE) && same(alice.display, CAROL));
    await world.until(() => alice.hearsOnly(TONES.carol) && atCarol.hearsOnly(TONES.bob));
    saw(stage, asks, CAROL);
    saw(stage, atCarol, BOB, ALICE);
    saw(stage, alice, CAROL);
    assert.equal(carol.calls.length, 1, 'Carol has one call all along');
    await alice.hangup();
    await world.until(() => atCarol.ended);
  },
  options,
);

/** 900 is the other system, which Carol calls. */
const outwards = {
  exchange: {
    accounts: accounts.map((one) =>
      one.number === 'remote' ? { ...one, contacts: [`sip:remote@${REMOTE}:5060`] } : one,
    ),
    features: DEMO_FEATURES,
    rules: (builder: DialplanBuilder) => {
      demoRules(builder);
      builder.on('900', async (call) => {
        const result = await call.dial('remote', { for: '60s' });
        return result.kind === 'answered' ? call.bridge(result.leg) : call.hangup(result);
      });
    },
  },
} as const;

story(
  'UC23 with the roles turned: Carol has called the other system, which puts Alice into the place of Bob',
  async (stage) => {
    const { world, carol } = stage;
    const bob = remoteOf(stage, TONES.bob, 5060);
    const other = remoteOf(stage, TONES.alice, 5070);
    await carol.register();
    const call = carol.dial('900');
    const atBob = await bob.answer();
    await world.until(() => call.hearsOnly(TONES.bob) && atBob.hearsOnly(TONES.carol));
    assert.deepEqual(atBob.display, CAROL);
    const alice = other.dial('203', { headers: [...as(ALICE).headers, ['Replaces', atBob.replaces]] });
    await world.until(() => atBob.ended && alice.up);
    assert.equal(atBob.ending?.by, 'remote', 'the one that was replaced is hung up');
    await world.until(() => call.hearsOnly(TONES.alice) && alice.hearsOnly(TONES.carol));
    await world.until(() => same(call.display, ALICE) && same(alice.display, CAROL));
    saw(stage, alice, CAROL);
    saw(stage, atBob, CAROL);
    assert.equal(carol.calls.length, 1, 'Carol has one call all along');
    await call.hangup();
    await world.until(() => alice.ended);
  },
  outwards,
);

story(
  'UC23 with the roles turned, while it rings there: whoever replaces the early dialog has answered (RFC 3891 §3)',
  async (stage) => {
    const { world, carol, calm } = stage;
    const bob = remoteOf(stage, TONES.bob, 5060);
    const other = remoteOf(stage, TONES.alice, 5070);
    await carol.register();
    const call = carol.dial('900');
    const atBob = await bob.rings();
    if (calm) await world.until(() => call.ringing);
    else await world.after('2s');
    const alice = other.dial('203', { headers: [...as(ALICE).headers, ['Replaces', atBob.replaces]] });
    await world.until(() => alice.up || alice.ended);
    // Where no response of the ringing phone has come through there is no dialog yet.
    if (!calm && alice.ended) return call.hangup();
    await world.until(() => call.up && call.hearsOnly(TONES.alice) && alice.hearsOnly(TONES.carol));
    await world.until(() => atBob.ended && same(call.display, ALICE) && same(alice.display, CAROL));
    const cancel = atBob.ending?.request;
    assert.equal(cancel?.method, 'CANCEL');
    assert.match(cancel?.headers.get('Reason') ?? '', /^SIP;cause=200/, 'no missed call');
    await alice.hangup();
    await world.until(() => call.ended);
  },
  outwards,
);

story(
  'UC23 what an INVITE with Replaces may not do: each with its status (RFC 3891)',
  async (stage) => {
    const { world, alice, carol, calm } = stage;
    const bob = remoteOf(stage, TONES.bob, 5060);
    await alice.register();
    await carol.register();
    const refused = async (value: string, status: number, phone = bob): Promise<void> => {
      const call = phone.dial('203', { headers: [['Replaces', value]] });
      await world.until(() => call.ended);
      assert.equal(call.refusal?.status, status, value);
    };
    const asks = bob.dial('203', as(BOB));
    const atCarol = await carol.rings();
    if (calm) await world.until(() => asks.ringing);
    if (calm) await refused(asks.replaces, 481);
    await atCarol.answer();
    await world.until(() => asks.up);
    await refused(`${asks.replaces};early-only`, 486);
    await refused('nobody;to-tag=a;from-tag=b', 481);
    await refused('nonsense', 400);
    await refused(`${asks.replaces}, ${asks.replaces}`, 400);
    await refused(asks.replaces, 403, alice);
    await asks.hangup();
    await refused(asks.replaces, 603);
    await world.after('40s');
    await refused(asks.replaces, 481);
  },
  options,
);

for (const role of ROLES)
  story(
    `UC23 REFER by ${role} to a dialog elsewhere: an INVITE with Replaces is placed there`,
    async (stage) => {
      const { world, calm } = stage;
      const { his, call, tone, party } = await talking(stage, role, false);
      const dave = remoteOf(stage, TONES.carol, 5070);
      const referral = his.refer(
        `<sip:dave@${REMOTE}:5070?Replaces=${encodeURIComponent('there@remote;to-tag=1;from-tag=2')}>`,
      );
      const rings = await dave.rings();
      assert.equal(rings.invite?.headers.get('Replaces'), 'there@remote;to-tag=1;from-tag=2');
      assert.equal(
        rings.invite?.headers.get('Require'),
        'replaces',
        'who does not know it does not take it for a new call',
      );
      assert.ok(rings.invite?.headers.get('Referred-By')?.includes(`<sip:${party.transferor.number}@`));
      assert.deepEqual(rings.display, party.transferee);
      if (calm) await hearsRinging(stage, call);
      await rings.answer();
      await world.until(() => call.hearsOnly(TONES.carol) && rings.hearsOnly(tone.transferee));
      await world.until(() => his.ended);
      await told(stage, referral, 100, 180, 200);
      saw(stage, rings, party.transferee);
      saw(stage, his, party.transferee);
      await call.hangup();
      await world.until(() => rings.ended);
    },
    options,
  );

for (const role of ROLES)
  story(
    `UC23 REFER by ${role}, who holds, to a dialog elsewhere that is gone (481): he is told so and takes his call back`,
    async (stage) => {
      const { world } = stage;
      const { his, call, tone, party } = await talking(stage, role, false);
      await his.hold();
      await world.until(() => hearsMusic(call));
      const dave = remoteOf(stage, TONES.carol, 5070);
      const referral = his.refer(`<sip:dave@${REMOTE}:5070?Replaces=${encodeURIComponent('x;to-tag=1;from-tag=2')}>`);
      (await dave.rings()).reject(481);
      await told(stage, referral, 100, 180, 481);
      await world.until(() => hearsMusic(call));
      await his.resume();
      await together(stage, [call, tone.transferee, party.transferee], [his, tone.transferor, party.transferor]);
      saw(stage, his, party.transferee);
      await his.hangup();
      await world.until(() => call.ended);
    },
    options,
  );

story(
  'UC23 a dialog at a system that is not trusted: 403, and they go on talking',
  async (stage) => {
    const { world } = stage;
    const { his, call, tone, party } = await talking(stage, 'Bob', false);
    const referral = his.refer(`<sip:dave@10.9.9.9?Replaces=${encodeURIComponent('x;to-tag=1;from-tag=2')}>`);
    await world.until(() => referral.status > 0);
    assert.equal(referral.status, 403);
    assert.deepEqual(referral.notifies, []);
    await together(stage, [call, tone.transferee, party.transferee], [his, tone.transferor, party.transferor]);
    saw(stage, call, party.transferor);
    saw(stage, his, party.transferee);
    await his.hangup();
  },
  options,
);
