import assert from 'node:assert/strict';
import { DEMO_CONFIG, demoRules } from '../src/demo.ts';
import type { TransferPolicy } from '../src/pbx/index.ts';
import { type Act, cruel, type Phone, phoneOf, type Stage, story, TONES } from '../testing/index.ts';
import { CAROL, hearsMusic, ROLES, same, talking, together } from './transfers.ts';

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

for (const [name, to, headers, status] of REFUSALS) {
  story(`REFER ${name}: ${status}, and the call goes on`, async (stage) => {
    const { world } = stage;
    const { his, call, tone, party } = await talking(stage, 'Bob', false);
    const referral = his.refer(to, headers);
    await world.until(() => referral.status > 0);
    assert.equal(referral.status, status);
    assert.deepEqual(referral.notifies, []);
    await together(stage, [call, tone.transferee, party.transferee], [his, tone.transferor, party.transferor]);
    await his.hangup();
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
    const { his, call } = await talking(stage, 'Bob');
    const referral = his.refer('203');
    await world.until(() => referral.status > 0);
    assert.equal(referral.status, 403);
    const allowed = his.refer('801');
    await world.until(() => allowed.told.at(-1) === 200);
    await world.until(() => call.hearsOnly(TONES.alice), '5s');
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
    call.mark();
    await world.after('1s');
    assert.ok(call.heardSomewhere(425));
    await world.until(() => call.ended, '20s');
    assert.equal(bob.ringing, false);
    assert.equal(bob.calls.length, 1);
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
    await world.until(() => call.hearsOnly(TONES.alice));
    assert.equal(bob.calls.length, 1);
    await call.hangup();
  },
  policed({ failed: { number: '801' } }),
);

story('REFER twice: 491 while the first is pending; later ones have their own name', async (stage) => {
  const { world, carol } = stage;
  const { his, call } = await talking(stage, 'Bob');
  const first = his.refer('203');
  const rings = await carol.rings();
  const second = his.refer('801');
  await world.until(() => second.status > 0);
  assert.equal(second.status, 491);
  rings.reject(486);
  await world.until(() => first.over);
  assert.equal(first.told.at(-1), 486);
  const third = his.refer('801');
  await world.until(() => third.over && call.hearsOnly(TONES.alice));
  assert.equal(first.event, 'refer');
  assert.match(third.event, /^refer;id=\d+$/);
  assert.equal(third.told.at(-1), 200);
  await call.hangup();
});

story('REFER with a subscription elsewhere (RFC 7614) counts: the next one in the dialog has its own name', async (stage) => {
  const { world } = stage;
  const { his, call, tone, party } = await talking(stage, 'Bob', false);
  const first = his.refer('199', [['Require', 'explicitsub']]);
  await world.until(() => first.status > 0);
  assert.equal(first.status, 200);
  await together(stage, [call, tone.transferee, party.transferee], [his, tone.transferor, party.transferor]);
  const second = his.refer('801');
  await world.until(() => second.over);
  assert.match(second.event, /^refer;id=\d+$/);
  await call.hangup();
});

story('Bob holds, his transfer fails, and he sends Alice elsewhere', async (stage) => {
  const { world, carol } = stage;
  const { his, call } = await talking(stage, 'Bob');
  await his.hold();
  const first = his.refer('199');
  await world.until(() => first.over);
  const second = his.refer('203');
  const rings = await carol.answer();
  await world.until(() => call.hearsOnly(TONES.carol) && rings.hearsOnly(TONES.alice));
  await world.until(() => second.over && his.ended);
  await call.hangup();
});

story('REFER without a wish to be told (RFC 4488): no NOTIFY', async (stage) => {
  const { world, carol } = stage;
  const { his, call } = await talking(stage, 'Bob');
  const referral = his.refer('203', [['Refer-Sub', 'false']]);
  const rings = await carol.answer();
  await world.until(() => call.hearsOnly(TONES.carol) && his.ended);
  assert.equal(referral.response && 'kind' in referral.response && referral.response.headers.get('Refer-Sub'), 'false');
  assert.deepEqual(referral.notifies, []);
  await rings.hangup();
});

const TO: readonly (readonly [
  name: string,
  number: string,
  hears: (call: Parameters<typeof hearsMusic>[0]) => boolean,
])[] = [
  ['the echo', '801', (call) => call.hearsOnly(TONES.alice)],
  ['music', '802', hearsMusic],
  ['a prompt', '800', (call) => call.hearsSound()],
];
for (const [name, number, hears] of TO) {
  const act: Act = async (stage) => {
    const { world } = stage;
    const { his, call } = await talking(stage, 'Bob', false);
    const referral = his.refer(number);
    await world.until(() => hears(call));
    await world.until(() => referral.over && his.ended);
    assert.equal(referral.told.at(-1), 200);
    await call.hangup();
  };
  story(`Blind transfer to ${name}`, act);
}

story('Attended transfer to the echo: Alice takes the place', async (stage) => {
  const { world, bob } = stage;
  const { his, call } = await talking(stage, 'Bob', false);
  await his.hold();
  const asks = bob.dial('801');
  await world.until(() => asks.hearsOnly(TONES.bob));
  his.referAttended(asks, '801');
  await world.until(() => call.hearsOnly(TONES.alice) && asks.ended && his.ended);
  await call.hangup();
});

const vanishing: Act = async (stage) => {
  const { world, bob, carol } = stage;
  const { call } = await talking(stage, 'Bob');
  stage.bob.call?.refer('203');
  const rings = await carol.rings();
  bob.vanish();
  await rings.answer();
  await world.until(() => call.hearsOnly(TONES.carol) && rings.hearsOnly(TONES.alice));
  await call.hangup();
};
story('The transferor vanishes while Carol rings: the transfer goes on', vanishing);

story('The transferor vanishes, and the transfer fails: Alice is released in the end', async (stage) => {
  const { world, bob, carol } = stage;
  const { call, his } = await talking(stage, 'Bob');
  await his.hold();
  his.refer('203');
  const rings = await carol.rings();
  bob.vanish();
  rings.reject(486);
  await world.until(() => call.ended, '30m');
});

story('The transferee vanishes while Carol rings: Carol and the transferor are released', async (stage) => {
  const { world, carol } = stage;
  const { call, his } = await talking(stage, 'Bob');
  const referral = his.refer('203');
  const rings = await carol.rings();
  stage.alice.vanish();
  assert.equal(call.ended, true);
  await rings.answer();
  await world.until(() => referral.over && his.ended);
  await world.until(() => rings.ended, '30m');
});

story('REFER to oneself: another of his phones takes it', async (stage) => {
  const { world, exchange } = stage;
  const { his, call, tone, party } = await talking(stage, 'Bob', false);
  const mobile = phoneOf(world, exchange, 'mobile', { address: '10.0.0.26', number: '102', tone: 1300 });
  await mobile.register();
  const referral = his.refer('102');
  const rings = await mobile.answer();
  await together(stage, [call, tone.transferee, party.transferee], [rings, 1300, party.transferor]);
  await world.until(() => referral.over && his.ended);
  await call.hangup();
});

const crossing: Act = async (stage) => {
  const { world, carol } = stage;
  for (const lead of ['0ms', '1ms', '3ms', '5ms'] as const) {
    const { his, call } = await talking(stage, 'Bob');
    his.refer('203');
    if (lead !== '0ms') await world.after(lead);
    await call.hangup();
    await world.until(() => his.ended && !carol.ringing && carol.calls.every(({ ended }) => ended));
  }
};
story('BYE of the transferee crosses the REFER: nobody is left', crossing);
cruel('BYE of the transferee crosses the REFER', crossing);

story(
  'REFER and BYE at once: Alice reaches Carol',
  async (stage) => {
    const { world, carol } = stage;
    const { his, call } = await talking(stage, 'Bob');
    his.refer('203');
    await his.hangup();
    const rings = await carol.answer();
    await world.until(() => call.hearsOnly(TONES.carol) && rings.hearsOnly(TONES.alice));
    await call.hangup();
    // Where one of the two may be lost it is the other that counts.
  },
  { chaos: 'none' },
);

story('A transfer of a transfer, three deep: Alice goes from Bob to Carol to Dave to Erin', async (stage) => {
  const { world, exchange, carol, calm } = stage;
  const dave = phoneOf(world, exchange, 'dave', { address: '10.0.0.14', number: '104', tone: 2100 });
  await dave.register();
  const { his, call, tone, party } = await talking(stage, 'Bob');
  his.refer('203');
  const atCarol = await carol.answer();
  await together(stage, [call, tone.transferee, party.transferee], [atCarol, TONES.carol, CAROL]);
  atCarol.refer('204');
  const atDave = await dave.answer();
  assert.deepEqual(atDave.displays[0], party.transferee);
  await together(stage, [call, tone.transferee, party.transferee], [atDave, 2100, { name: 'Dave', number: '104' }]);
  await world.until(() => his.ended && atCarol.ended);
  const referral = atDave.refer('202');
  const again = await stage.bob.answer();
  await together(stage, [call, tone.transferee, party.transferee], [again, TONES.bob, party.transferor]);
  await world.until(() => atDave.ended && referral.over);
  if (calm) assert.deepEqual(referral.told, [100, 180, 200]);
  await again.hangup();
  await world.until(() => call.ended);
});

story('Alice holds, and Bob transfers her: Carol hears music until Alice comes back', async (stage) => {
  const { world, carol } = stage;
  const { his, call } = await talking(stage, 'Bob');
  await call.hold();
  his.refer('203');
  const rings = await carol.answer();
  await world.until(() => hearsMusic(rings) && his.ended);
  await call.resume();
  await world.until(() => call.hearsOnly(TONES.carol) && rings.hearsOnly(TONES.alice));
  await world.until(() => same(call.display, CAROL));
  await call.hangup();
});

story('The REFER’s NOTIFY is not understood any more: a quiet end, and the transfer goes on', async (stage) => {
  const { world, carol, calm } = stage;
  const { his, call } = await talking(stage, 'Bob');
  const referral = his.refer('203');
  referral.answer = 481;
  const rings = await carol.answer();
  await world.until(() => call.hearsOnly(TONES.carol) && rings.hearsOnly(TONES.alice) && his.ended);
  if (calm) assert.equal(referral.notifies.length, 1);
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
  await world.until(() => rings.hearsOnly(TONES.alice) && bob.calls.every(({ ended }) => ended));
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
    await together(stage, [call, tone.transferee, party.transferee], [rings, 2100, { name: 'Dave', number: '104' }]);
    await world.until(() => referral.over && his.ended);
    assert.equal(referral.told.at(-1), 200);
    assert.equal(desk.calls.length, 0);
    await call.hangup();
  });

story('REFER to a GRUU whose phone does not answer: nothing comes in its place, and they talk again', async (stage) => {
  const { world } = stage;
  const mobile = await daves(stage, 'mobile', 32, MOBILE);
  const desk = await daves(stage, 'desk', 31, DESK);
  const { his, call, tone, party } = await talking(stage, 'Bob', false);
  // 104 has voicemail behind it, which its GRUUs have not.
  const referral = his.refer(`<${gruuOf(mobile, MOBILE, 'pub-gruu')}>`);
  const rings = await mobile.rings();
  rings.reject(486);
  await world.until(() => referral.over);
  assert.equal(referral.told.at(-1), 486);
  await together(stage, [call, tone.transferee, party.transferee], [his, tone.transferor, party.transferor]);
  assert.equal(desk.calls.length, 0);
  const unknown = his.refer('<sip:tgruu.0123@10.0.0.1;gr>');
  await world.until(() => unknown.over);
  assert.equal(unknown.told.at(-1), 404);
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
  'REFER to a number of a system that is trusted, where this endpoint may not send anybody: 403, there too',
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
      accounts: [
        ...DEMO_CONFIG.accounts.map((account) =>
          account.number === '102' ? { ...account, transfer: { to: ['1XX'] } } : account,
        ),
        { number: 'remote', name: 'Remote', addresses: [ABROAD], trusted: true },
      ],
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
      await world.until(() => referral.over);
      if (calm) assert.ok(world.now - asked < 1000, 'nothing is said to a phone that would not hear it');
      await world.until(() => his.ended);
      if (calm) assert.deepEqual(his.display, PARKED);
      // She sees that too: whom she talked to has gone.
      await world.until(() => hearsMusic(call) && same(call.display, PARKED));
      const taken = stage.carol.dial('701');
      await together(stage, [call, tone.transferee, party.transferee], [taken, TONES.carol, CAROL]);
      await taken.hangup();
      await world.until(() => call.ended);
    },
  );
