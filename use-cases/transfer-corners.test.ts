import assert from 'node:assert/strict';
import { DEMO_CONFIG, demoRules } from '../src/demo.ts';
import { type Act, cruel, type Phone, phoneOf, type Stage, story, TONES } from '../testing/index.ts';
import { ALICE, BOB, CAROL, hearsMusic, hearsRinging, ROLES, same, saw, talking, together, told } from './transfers.ts';

const DAVE = { name: 'Dave', number: '104' };

for (const role of ROLES)
  story(`REFER by ${role} without a wish to be told (RFC 4488): no NOTIFY`, async (stage) => {
    const { world, carol } = stage;
    const { his, call, tone, party } = await talking(stage, role);
    const referral = his.refer('203', [['Refer-Sub', 'false']]);
    const rings = await carol.answer();
    await together(stage, [call, tone.transferee, party.transferee], [rings, TONES.carol, CAROL]);
    await world.until(() => his.ended);
    assert.equal(
      referral.response && 'kind' in referral.response && referral.response.headers.get('Refer-Sub'),
      'false',
    );
    assert.deepEqual(referral.notifies, []);
    saw(stage, call, party.transferor, CAROL);
    saw(stage, rings, party.transferee);
    await rings.hangup();
  });

const TO: readonly (readonly [
  name: string,
  number: string,
  hears: (call: Parameters<typeof hearsMusic>[0], own: number) => boolean,
])[] = [
  ['the echo', '801', (call, own) => call.hearsOnly(own)],
  ['music', '802', hearsMusic],
  ['a prompt', '800', (call) => call.hearsSound()],
];
for (const [name, number, hears] of TO)
  for (const role of ROLES)
    story(`Blind transfer to ${name} by ${role}`, async (stage) => {
      const { world } = stage;
      const { his, call, tone, party } = await talking(stage, role, false);
      const referral = his.refer(number);
      await world.until(() => hears(call, tone.transferee));
      await world.until(() => his.ended);
      await told(stage, referral, 100, 200);
      saw(stage, his, party.transferee);
      await call.hangup();
    });

for (const role of ROLES)
  story(`Attended transfer by ${role} to the echo: the transferee takes the place`, async (stage) => {
    const { world } = stage;
    const { transferor, his, call, tone, party } = await talking(stage, role, false);
    await his.hold();
    await world.until(() => hearsMusic(call));
    const asks = transferor.dial('801');
    await world.until(() => asks.hearsOnly(tone.transferor));
    const referral = his.referAttended(asks, '801');
    await world.until(() => call.hearsOnly(tone.transferee) && asks.ended && his.ended);
    await told(stage, referral, 100, 200);
    saw(stage, his, party.transferee);
    await call.hangup();
  });

for (const role of ROLES) {
  story(`REFER by ${role} to himself: another of his phones takes it`, async (stage) => {
    const { world, exchange, calm } = stage;
    const { transferor, his, call, tone, party } = await talking(stage, role, false);
    const { number } = transferor.options;
    const mobile = phoneOf(world, exchange, 'mobile', { address: '10.0.0.26', number, tone: 1300 });
    await mobile.register();
    const referral = his.refer(number);
    const rings = await mobile.rings();
    if (calm) await hearsRinging(stage, call);
    await rings.answer();
    await together(stage, [call, tone.transferee, party.transferee], [rings, 1300, party.transferor]);
    await world.until(() => his.ended);
    // Both his phones ring: also the one by which he asked.
    await told(stage, referral, 100, 180, 180, 200);
    await world.until(() => transferor.incoming?.ended === true);
    if (transferor.incoming !== undefined) saw(stage, transferor.incoming, party.transferee);
    saw(stage, call, party.transferor);
    saw(stage, rings, party.transferee);
    await call.hangup();
  });

  story(
    `REFER by ${role} to himself, who has one phone: it rings, and he has his party in another call`,
    async (stage) => {
      const { world } = stage;
      const { transferor, his, call, tone, party } = await talking(stage, role, false);
      const referral = his.refer(`2${transferor.options.number.slice(1)}`);
      const rings = await transferor.answer();
      assert.notEqual(rings, his);
      await together(stage, [call, tone.transferee, party.transferee], [rings, tone.transferor, party.transferor]);
      await world.until(() => his.ended);
      await told(stage, referral, 100, 180, 200);
      saw(stage, call, party.transferor);
      saw(stage, rings, party.transferee);
      await rings.hangup();
      await world.until(() => call.ended);
    },
  );
}

for (const role of ROLES) {
  const deep: Act = async (stage) => {
    const { world, exchange, carol } = stage;
    const dave = phoneOf(world, exchange, 'dave', { address: '10.0.0.14', number: '104', tone: 2100 });
    await dave.register();
    const { transferor, his, call, tone, party } = await talking(stage, role);
    const first = his.refer('203');
    const atCarol = await carol.answer();
    await together(stage, [call, tone.transferee, party.transferee], [atCarol, TONES.carol, CAROL]);
    const second = atCarol.refer('204');
    const atDave = await dave.answer();
    await together(stage, [call, tone.transferee, party.transferee], [atDave, 2100, DAVE]);
    await world.until(() => his.ended && atCarol.ended);
    const third = atDave.refer(`2${transferor.options.number.slice(1)}`);
    const last = await transferor.answer();
    await together(stage, [call, tone.transferee, party.transferee], [last, tone.transferor, party.transferor]);
    await world.until(() => atDave.ended);
    for (const referral of [first, second, third]) await told(stage, referral, 100, 180, 200);
    saw(stage, call, party.transferor, CAROL, DAVE, party.transferor);
    for (const one of [his, atCarol, atDave, last]) saw(stage, one, party.transferee);
    await last.hangup();
    await world.until(() => call.ended);
  };
  story(`A transfer of a transfer, three deep: from ${role} to Carol to Dave and back`, deep);
  cruel(`A transfer of a transfer, three deep, from ${role}`, deep);

  story(`The transferee holds, and ${role} transfers: Carol hears music until she is taken back`, async (stage) => {
    const { world, carol } = stage;
    const { his, call, tone, party } = await talking(stage, role);
    await call.hold();
    await world.until(() => hearsMusic(his));
    const referral = his.refer('203');
    const rings = await carol.answer();
    await world.until(() => hearsMusic(rings) && call.hearsNothing() && his.ended);
    await told(stage, referral, 100, 180, 200);
    await call.resume();
    await together(stage, [call, tone.transferee, party.transferee], [rings, TONES.carol, CAROL]);
    saw(stage, call, party.transferor, CAROL);
    saw(stage, rings, party.transferee);
    saw(stage, his, party.transferee);
    await call.hangup();
  });
}

story('The REFER’s NOTIFY is not understood any more: a quiet end, and the transfer goes on', async (stage) => {
  const { world, carol, calm } = stage;
  const { his, call } = await talking(stage, 'Bob');
  const referral = his.refer('203');
  referral.answer = 481;
  const rings = await carol.answer();
  await together(stage, [call, TONES.alice, ALICE], [rings, TONES.carol, CAROL]);
  await world.until(() => his.ended);
  if (calm) assert.equal(referral.notifies.length, 1);
  saw(stage, call, BOB, CAROL);
  saw(stage, rings, ALICE);
  await call.hangup();
});

story('Nobody but a call’s party transfers it: REFER outside any dialog', async (stage) => {
  const { world, carol } = stage;
  await talking(stage, 'Bob');
  const { alice, bob } = stage;
  const named = bob.call?.replaces.replace(/;to-tag=([^;]+);from-tag=(.+)$/, ';local-tag=$2;remote-tag=$1') ?? '';
  const to: readonly (readonly [string, string])[] = [['Refer-To', '<sip:203@10.0.0.1>']];
  assert.equal(await bob.request('REFER', '203', to), 403, 'without Target-Dialog');
  assert.equal(await alice.request('REFER', '203', [...to, ['Target-Dialog', named]]), 403, 'of another');
  assert.equal(await bob.request('REFER', '203', [...to, ['Target-Dialog', 'x;local-tag=1;remote-tag=2']]), 481);
  assert.equal(await bob.request('REFER', '203', [...to, ['Target-Dialog', named], ['Refer-Sub', 'false']]), 200);
  const rings = await carol.answer();
  assert.ok(alice.call !== undefined);
  await together(stage, [alice.call, TONES.alice, ALICE], [rings, TONES.carol, CAROL]);
  await world.until(() => bob.calls.every(({ ended }) => ended));
  saw(stage, alice.call, BOB, CAROL);
  saw(stage, rings, ALICE);
  await rings.hangup();
});

const DESK = 'urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6';
const MOBILE = 'urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf7';

/** One of Dave's two telephones, known by its instance. */
async function daves({ world, exchange }: Stage, name: string, last: number, instance: string): Promise<Phone> {
  const options = { number: '104', address: `10.0.0.${last}`, tone: 2100, instance, supported: ['gruu'] };
  const phone = phoneOf(world, exchange, name, options);
  await phone.register();
  return phone;
}

function gruuOf(phone: Phone, instance: string, which: 'pub-gruu' | 'temp-gruu'): string {
  const contacts = phone.registration?.response?.contacts ?? [];
  return contacts.find(({ params }) => params.get('+sip.instance') === `<${instance}>`)?.params.get(which) ?? '';
}

for (const which of ['pub-gruu', 'temp-gruu'] as const)
  story(`REFER to a GRUU (${which}): that phone rings, and no other of the same number`, async (stage) => {
    const { world } = stage;
    const desk = await daves(stage, 'desk', 31, DESK);
    const mobile = await daves(stage, 'mobile', 32, MOBILE);
    const { his, call, tone, party } = await talking(stage, 'Bob', false);
    const referral = his.refer(`<${gruuOf(mobile, MOBILE, which)}>`);
    const rings = await mobile.answer();
    await together(stage, [call, tone.transferee, party.transferee], [rings, 2100, DAVE]);
    await world.until(() => his.ended);
    await told(stage, referral, 100, 180, 200);
    saw(stage, call, party.transferor, DAVE);
    saw(stage, rings, party.transferee);
    assert.equal(desk.calls.length, 0);
    await call.hangup();
  });

story('REFER to a GRUU that rings for him already (blond): it rings on, and has one call', async (stage) => {
  const { world, bob } = stage;
  const mobile = await daves(stage, 'mobile', 32, MOBILE);
  const { his, call } = await talking(stage, 'Bob', false);
  await his.hold();
  const gruu = gruuOf(mobile, MOBILE, 'temp-gruu');
  bob.dial(gruu);
  const rings = await mobile.rings();
  const referral = his.refer(`<${gruu}>`);
  await world.until(() => referral.status > 0);
  await world.after('2s');
  await rings.answer();
  await world.until(() => call.hearsOnly(2100) && rings.hearsOnly(TONES.alice));
  assert.equal(mobile.calls.length, 1);
  await call.hangup();
  await world.until(() => bob.calls.every(({ ended }) => ended));
});

story('REFER to a GRUU whose phone does not answer: nothing comes in its place, and they talk again', async (stage) => {
  const mobile = await daves(stage, 'mobile', 32, MOBILE);
  const desk = await daves(stage, 'desk', 31, DESK);
  const { his, call, tone, party } = await talking(stage, 'Bob', false);
  // 104 has voicemail behind it, which its GRUUs have not.
  const referral = his.refer(`<${gruuOf(mobile, MOBILE, 'pub-gruu')}>`);
  const rings = await mobile.rings();
  rings.reject(486);
  await told(stage, referral, 100, 180, 486);
  await together(stage, [call, tone.transferee, party.transferee], [his, tone.transferor, party.transferor]);
  assert.equal(desk.calls.length, 0);
  const unknown = his.refer('<sip:tgruu.0123@10.0.0.1;gr>');
  await told(stage, unknown, 100, 404);
  await together(stage, [call, tone.transferee, party.transferee], [his, tone.transferor, party.transferor]);
  await his.hangup();
});

story(
  'REFER to a GRUU whose number answers before it rings: when that phone does not answer, the caller is let go',
  async (stage) => {
    const { world } = stage;
    const mobile = await daves(stage, 'mobile', 32, MOBILE);
    const { his, call } = await talking(stage, 'Bob', false);
    const referral = his.refer(`<${gruuOf(mobile, MOBILE, 'pub-gruu')}>`);
    const rings = await mobile.rings();
    await world.until(() => referral.over && his.ended);
    assert.equal(referral.told.at(-1), 200);
    rings.reject(486);
    await world.until(() => call.ended, '5s');
  },
  {
    exchange: {
      rules: (builder) => {
        builder.on('104', async (call) => {
          await call.answer();
          await call.dial('104');
          await call.music();
        });
        demoRules(builder);
      },
    },
  },
);

const ABROAD = '10.0.0.50';
story(
  'REFER to a number of a system that is trusted, past the dialplan: 403, and nobody rings there',
  async (stage) => {
    const { world, exchange } = stage;
    const there = phoneOf(world, exchange, 'there', { address: ABROAD, number: '0900123', tone: 2100 });
    const { his, call } = await talking(stage, 'Bob', false);
    const referral = his.refer(`<sip:0900123@${ABROAD}>`);
    await world.until(() => referral.status > 0);
    assert.equal(referral.status, 403);
    assert.equal(there.calls.length, 0);
    await his.hangup();
    await world.until(() => call.ended);
  },
  {
    exchange: {
      accounts: [...DEMO_CONFIG.accounts, { number: 'remote', name: 'Remote', addresses: [ABROAD], trusted: true }],
    },
  },
);

const PARKED = { name: 'Parked', number: '701' };
for (const role of ROLES)
  story(
    `${role} holds and parks blind: his display says where, he hears nothing of it, and is let go at once`,
    async (stage) => {
      const { world, calm } = stage;
      const { his, call, tone, party } = await talking(stage, role);
      await his.hold();
      await world.until(() => hearsMusic(call));
      his.mark();
      const referral = his.refer('721');
      const asked = world.now;
      await told(stage, referral, 100, 200);
      if (calm) assert.ok(world.now - asked < 1000, 'nothing is said to a phone that would not hear it');
      await world.until(() => his.ended);
      assert.equal(his.hearsSound(), false);
      if (calm) saw(stage, his, party.transferee, PARKED);
      // She sees that too: whom she talked to has gone.
      await world.until(() => hearsMusic(call) && same(call.display, PARKED));
      const taken = stage.carol.dial('701');
      await together(stage, [call, tone.transferee, party.transferee], [taken, TONES.carol, CAROL]);
      saw(stage, call, party.transferor, PARKED, CAROL);
      saw(stage, taken, party.transferee);
      await taken.hangup();
      await world.until(() => call.ended);
    },
  );
