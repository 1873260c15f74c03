import assert from 'node:assert/strict';
import type { BridgeOptions } from '../src/index.ts';
import { demoRules } from '../src/demo.ts';
import { type ExchangeOptions, PASSWORD, type Phone, type Stage, story, TONES } from '../testing/index.ts';
import { ALICE, BOB, hearsCongestion, ROLES, same, together } from './transfers.ts';

/** What becomes of somebody who was transferred in vain, as the dialplan says it: for one call, before what the endpoints say. */

type PhoneCall = NonNullable<Phone['call']>;

/** Number 500 rings Bob, and says so much of transfers; Bob's own endpoint says another thing. */
function planned(
  talk: BridgeOptions,
  endpoint: 'recall' | 'hangup' = 'recall',
): { readonly exchange: ExchangeOptions } {
  return {
    exchange: {
      accounts: [
        { number: '101', name: 'Alice', transfer: { failed: endpoint } },
        { number: '102', name: 'Bob', transfer: { failed: endpoint } },
        { number: '103', name: 'Carol' },
      ],
      rules: (builder) => {
        demoRules(builder);
        builder.on('500', async (call) => {
          const result = await call.dial('102');
          if (result.kind === 'answered') await call.bridge(result.leg, talk);
        });
      },
    },
  };
}

interface Cast {
  /** Who transfers, and whose phone that is. */
  readonly his: PhoneCall;
  readonly phone: Phone;
  /** Who is transferred. */
  readonly call: PhoneCall;
  readonly tone: number;
}

/** Alice has dialled the number; he sends his party in vain, and hangs up. */
async function lost({ world, alice, bob, calm }: Stage, role: 'Alice' | 'Bob', number = '500'): Promise<Cast> {
  for (const phone of [alice, bob]) await phone.register();
  const call = alice.dial(number);
  const answered = await bob.answer();
  await world.until(() => call.hearsOnly(TONES.bob) && answered.hearsOnly(TONES.alice));
  const [his, phone, other, tone] =
    role === 'Bob' ? ([answered, bob, call, TONES.alice] as const) : ([call, alice, answered, TONES.bob] as const);
  // Where the news comes late he would have his party again, and end the call.
  if (!calm) await his.hold();
  const referral = his.refer('199');
  await world.until(() => referral.told.length > 0);
  await his.hangup();
  return { his, phone, call: other, tone };
}

for (const role of ROLES) {
  story(
    `whenTransferFails hangup: the party of ${role}, sent in vain, hears congestion and is released; nobody is rung back`,
    async (stage) => {
      const { call, phone } = await lost(stage, role);
      const before = phone.calls.length;
      await hearsCongestion(stage, call);
      await stage.world.until(() => call.ended, '30s');
      assert.equal(phone.calls.length, before);
    },
    planned({ whenTransferFails: 'hangup' }),
  );

  story(
    `whenTransferFails with a number: the party of ${role}, sent in vain, is there`,
    async (stage) => {
      const { call, phone, tone } = await lost(stage, role);
      const before = phone.calls.length;
      await stage.world.until(() => call.hearsOnly(tone));
      assert.equal(phone.calls.length, before);
      await call.hangup();
    },
    planned({ whenTransferFails: { number: '801' } }),
  );
}

story(
  'whenTransferFails recall: Bob is rung back though his endpoint wants nobody back, for as long as the dialplan says',
  async (stage) => {
    const { world, calm } = stage;
    const { call, phone } = await lost(stage, 'Bob');
    const rings = await phone.rings();
    const since = world.now;
    assert.ok(same(rings.display, { name: 'Alice (transfer returned)', number: '101' }));
    await world.until(() => rings.ended, '60s');
    if (calm) assert.ok(Math.abs(world.now - since - 5000) < 500, `${world.now - since} ms`);
    await world.until(() => call.ended, '30s');
  },
  planned({ whenTransferFails: 'recall', ringBack: '5s' }, 'hangup'),
);

story(
  'a dialplan that says nothing of it: as the endpoint says',
  async (stage) => {
    const { call, phone } = await lost(stage, 'Bob');
    await hearsCongestion(stage, call);
    assert.equal(phone.calls.length, 1);
    await stage.world.until(() => call.ended, '30s');
  },
  planned({}, 'hangup'),
);

story(
  'a rule lasts as long as the talk it was made for: the next number’s talk follows its own',
  async (stage) => {
    const { world, alice, bob, carol } = stage;
    for (const phone of [alice, bob, carol]) await phone.register();
    const call = alice.dial('500');
    const first = await bob.answer();
    await world.until(() => call.hearsOnly(TONES.bob));
    const onward = first.refer('203');
    const atCarol = await carol.answer();
    await world.until(() => onward.over && first.ended && call.hearsOnly(TONES.carol));
    await atCarol.hold();
    const referral = atCarol.refer('199');
    await world.until(() => referral.over);
    await atCarol.hangup();
    const rings = await carol.rings();
    await rings.answer();
    await world.until(() => call.hearsOnly(TONES.carol) && rings.hearsOnly(TONES.alice));
    await call.hangup();
    await world.until(() => rings.ended);
  },
  planned({ whenTransferFails: 'hangup' }),
);

for (const [whenTransferFails, becomes] of [
  ['hangup', 'congestion'],
  ['801', 'the echo'],
  ['recall', 'Bob again'],
] as const)
  story(
    `whenTransferFails: ${whenTransferFails} of an extension in a configuration: ${becomes}`,
    async (stage) => {
      const { world } = stage;
      const { call, phone, tone } = await lost(stage, 'Bob');
      if (whenTransferFails === 'hangup') return hearsCongestion(stage, call).then(() => call.hangup());
      if (whenTransferFails === '801') await world.until(() => call.hearsOnly(tone));
      else {
        const rings = await phone.answer();
        await together(stage, [call, TONES.alice, ALICE], [rings, TONES.bob, BOB]);
      }
      await call.hangup();
    },
    {
      exchange: {
        configuration: {
          endpoints: {
            '101': { name: 'Alice', secret: PASSWORD },
            '102': { name: 'Bob', secret: PASSWORD, transfer: { failed: '802' } },
          },
          extensions: {
            '500': { dial: '102', whenTransferFails },
            '801': { echo: true },
            '802': { music: true },
          },
        },
      },
    },
  );
