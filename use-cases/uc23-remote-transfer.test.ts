import assert from 'node:assert/strict';
import { DEMO_CONFIG, DEMO_FEATURES } from '../src/demo.ts';
import type { Account } from '../src/pbx/index.ts';
import { phoneOf, type Stage, story, TONES } from '../testing/index.ts';
import { ALICE, BOB, CAROL, same, talking, together } from './transfers.ts';

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
  return phoneOf(world, exchange, `remote ${port}`, { address: REMOTE, port, number: 'remote', tone });
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
    assert.equal(carol.calls.length, 1, 'Carol has one call all along');
    await alice.hangup();
    await world.until(() => atCarol.ended);
  },
  options,
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

story(
  'UC23 REFER to a dialog elsewhere: an INVITE with Replaces is placed there',
  async (stage) => {
    const { world } = stage;
    const { his, call } = await talking(stage, 'Bob', false);
    const dave = remoteOf(stage, TONES.carol, 5070);
    const referral = his.refer(
      `<sip:dave@${REMOTE}:5070?Replaces=${encodeURIComponent('there@remote;to-tag=1;from-tag=2')}>`,
      [['Referred-By', '<sip:102@10.0.0.1>']],
    );
    const rings = await dave.rings();
    assert.equal(rings.invite?.headers.get('Replaces'), 'there@remote;to-tag=1;from-tag=2');
    assert.match(rings.invite?.headers.get('Referred-By') ?? '', /sip:102@/);
    assert.deepEqual(rings.display, ALICE);
    await rings.answer();
    await world.until(() => call.hearsOnly(TONES.carol) && rings.hearsOnly(TONES.alice));
    await world.until(() => his.ended && referral.over);
    assert.equal(referral.told.at(-1), 200);
    await call.hangup();
    await world.until(() => rings.ended);
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
    await together(stage, [call, tone.transferee, party.transferee], [his, tone.transferor, party.transferor]);
    await his.hangup();
  },
  options,
);
