import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEMO_CONFIG } from '../src/demo.ts';
import type { Account, Diversion } from '../src/pbx/index.ts';
import {
  cruel,
  type Phone,
  phoneOf,
  quiet,
  type Stage,
  type StoryOptions,
  startExchange,
  story,
  TONES,
  World,
} from '../testing/index.ts';
import { ALICE, CAROL, same, together } from './transfers.ts';

type PhoneCall = NonNullable<Phone['call']>;

function people(changes: Readonly<Record<string, Partial<Account>>>): StoryOptions {
  return { exchange: { accounts: DEMO_CONFIG.accounts.map((one) => ({ ...one, ...changes[one.number] })) } };
}

async function registered(...phones: readonly Phone[]): Promise<void> {
  for (const phone of phones) await phone.register();
}

/** Dials a star code, hears what is said, and is hung up. */
async function code({ world }: Stage, phone: Phone, number: string): Promise<void> {
  const call = phone.dial(number);
  await world.until(() => call.up && call.hearsSound());
  await world.until(() => call.ended, '20s');
  assert.equal(call.ending?.by, 'remote');
}

/** As the API sets it. */
async function set({ world, exchange }: Stage, account: string, change: Partial<Diversion>): Promise<void> {
  let ok: boolean | undefined;
  exchange.exchange.view.divert(account, change, (result) => {
    ok = result.ok;
  });
  await world.until(() => ok !== undefined);
  assert.equal(ok, true);
}

/** Carol picks up: both displays name the other, both hear each other, and it ends. */
async function carolTalks(stage: Stage, call: PhoneCall, ringing: PhoneCall): Promise<void> {
  assert.deepEqual(ringing.display, ALICE, 'Carol sees who calls');
  await ringing.answer();
  await together(stage, [call, TONES.alice, ALICE], [ringing, TONES.carol, CAROL]);
  await call.hangup();
  await stage.world.until(() => ringing.ended);
}

function values(call: PhoneCall, name: string): readonly string[] {
  return call.invite?.headers.list(name) ?? [];
}

function forwards({ exchange }: Stage): readonly string[] {
  return exchange.events.flatMap((one) =>
    one.event === 'call.forwarded' ? `${one.from} to ${one.to}: ${one.why}` : [],
  );
}

const always = async (stage: Stage): Promise<void> => {
  const { alice, bob, carol, world, calm } = stage;
  await registered(alice, bob, carol);
  await code(stage, bob, '*72103');
  const call = alice.dial('102');
  const ringing = await carol.rings();
  assert.equal(bob.incoming, undefined, 'Bob’s phone does not ring');
  if (calm) {
    assert.deepEqual(call.status.slice(0, 1), [181]);
    await world.until(() => same(call.display, CAROL));
  }
  assert.deepEqual(values(ringing, 'Diversion'), ['<sip:102@10.0.0.1>;reason=unconditional']);
  assert.deepEqual(values(ringing, 'History-Info'), [
    '<sip:102@10.0.0.1>;index=1',
    '<sip:103@10.0.0.1;cause=302>;index=1.1;mp=1',
  ]);
  await carolTalks(stage, call, ringing);
  assert.deepEqual(forwards(stage), ['102 to 103: unconditional']);
  const [record] = stage.exchange.exchange.view.records(1);
  assert.deepEqual(
    record?.legs.map(({ party, forwardedBy }) => [party.number, forwardedBy]),
    [
      ['101', undefined],
      ['103', ['102']],
    ],
  );
  await code(stage, bob, '*73');
  const direct = alice.dial('102');
  await bob.answer();
  await world.until(() => direct.up);
  await direct.hangup();
};
story('UC09 always, by star code: Carol rings, Alice’s display shows Carol; taken back, Bob rings', always);
cruel('UC09 always', always);

story('UC09 by Bob’s phone: 302, and Carol’s phone is told of it twice', async (stage) => {
  const { alice, bob, carol } = stage;
  await registered(alice, bob, carol);
  const call = alice.dial('102');
  (await bob.rings()).reject(302, [['Contact', '<sip:103@10.0.0.1>']]);
  const ringing = await carol.rings();
  assert.deepEqual(values(ringing, 'Diversion'), ['<sip:102@10.0.0.1>;reason=deflection']);
  assert.deepEqual(values(ringing, 'History-Info'), [
    '<sip:102@10.0.0.1?Reason=SIP%3Bcause%3D302>;index=1',
    '<sip:103@10.0.0.1;cause=480>;index=1.1;mp=1',
  ]);
  await carolTalks(stage, call, ringing);
});

story('UC09 when busy: by his phone’s 486, and by his limit of calls', async (stage) => {
  const { alice, bob, carol, world } = stage;
  await registered(alice, bob, carol);
  await code(stage, bob, '*90103');
  const call = alice.dial('202');
  (await bob.rings()).reject(486);
  const ringing = await carol.rings();
  assert.deepEqual(values(ringing, 'Diversion'), ['<sip:102@10.0.0.1>;reason=user-busy']);
  await carolTalks(stage, call, ringing);
  const music = bob.dial('802');
  await world.until(() => music.up);
  const second = alice.dial('302');
  await carolTalks(stage, second, await carol.rings());
  await music.hangup();
  await code(stage, bob, '*91');
  const third = alice.dial('202');
  (await bob.rings()).reject(486);
  await world.until(() => third.ended);
  assert.equal(third.refusal?.status, 486);
});

story('UC09 when he does not answer: Bob’s phone rings fifteen seconds, then Carol’s', async (stage) => {
  const { alice, bob, carol, world, calm } = stage;
  await registered(alice, bob, carol);
  await code(stage, bob, '*92103');
  const call = alice.dial('202');
  const since = world.now;
  const atBob = await bob.rings();
  if (calm) await world.until(() => call.display.number === '102');
  const ringing = await carol.rings();
  if (calm) assert.ok(Math.abs(world.now - since - 15_000) < 500, `${world.now - since} ms`);
  await world.until(() => atBob.ended);
  assert.equal(atBob.ending?.by, 'remote');
  if (calm) await world.until(() => same(call.display, CAROL));
  assert.deepEqual(values(ringing, 'Diversion'), ['<sip:102@10.0.0.1>;reason=no-answer']);
  await carolTalks(stage, call, ringing);
  await code(stage, bob, '*93');
  assert.equal(stage.exchange.exchange.view.diversion('102')?.noAnswer, undefined);
});

story('UC09 when none of his phones is registered: Carol rings at once', async (stage) => {
  const { alice, bob, carol, world } = stage;
  await registered(alice, bob, carol);
  await code(stage, bob, '*94103');
  await bob.unregister();
  const call = alice.dial('202');
  const ringing = await carol.rings();
  assert.deepEqual(values(ringing, 'Diversion'), ['<sip:102@10.0.0.1>;reason=unavailable']);
  await carolTalks(stage, call, ringing);
  await bob.register();
  await code(stage, bob, '*95');
  const direct = alice.dial('202');
  await bob.answer();
  await world.until(() => direct.up);
  await direct.hangup();
});

story(
  'Bob’s calls go on when he is busy, and Carol’s when she does not answer: Dave rings, and is told both',
  async (stage) => {
    const { alice, bob, carol, world, exchange } = stage;
    const dave = phoneOf(world, exchange, 'dave', { address: '10.0.0.14', number: '104', tone: 700 });
    await registered(alice, bob, carol, dave);
    await set(stage, '102', { busy: '103' });
    await set(stage, '103', { noAnswer: '104', after: 5000 });
    const call = alice.dial('202');
    (await bob.rings()).reject(486);
    await carol.rings();
    const ringing = await dave.rings();
    assert.deepEqual(values(ringing, 'Diversion'), [
      '<sip:103@10.0.0.1>;reason=no-answer',
      '<sip:102@10.0.0.1>;reason=user-busy',
    ]);
    await ringing.answer();
    await world.until(() => call.up && call.hearsOnly(700) && ringing.hearsOnly(TONES.alice));
    assert.equal(call.display.name, 'Dave');
    await call.hangup();
  },
);

story('forwards in a circle end with 482, and nobody rings', async (stage) => {
  const { alice, bob, carol, world } = stage;
  await registered(alice, bob, carol);
  await set(stage, '102', { always: '103' });
  await set(stage, '103', { always: '102' });
  const call = alice.dial('202');
  await world.until(() => call.ended);
  assert.equal(call.refusal?.status, 482);
  assert.equal(bob.incoming ?? carol.incoming, undefined);
});

const CHAIN = ['102', '103', '104', '105', '106', '107', '108', '109'];

story(
  'a chain of forwards that is too long ends with 480',
  async (stage) => {
    const { alice, world } = stage;
    await registered(alice);
    for (const [at, number] of CHAIN.entries())
      if (CHAIN[at + 1] !== undefined) await set(stage, number, { always: CHAIN[at + 1] });
    const call = alice.dial('202');
    await world.until(() => call.ended);
    assert.equal(call.refusal?.status, 480);
    assert.equal(forwards(stage).length, 5);
  },
  {
    exchange: {
      accounts: [...DEMO_CONFIG.accounts, ...CHAIN.slice(3).map((number) => ({ number, name: `Phone ${number}` }))],
    },
  },
);

story('a forward may lead to any number of the dialplan: Alice hears the music that 802 plays', async (stage) => {
  const { alice, bob, world } = stage;
  await registered(alice, bob);
  await set(stage, '102', { always: '802' });
  const call = alice.dial('202');
  await world.until(() => call.up && call.hearsSound());
  assert.equal(bob.incoming, undefined);
  await call.hangup();
  await set(stage, '102', { always: undefined, busy: '203' });
  await stage.carol.register();
  const again = alice.dial('202');
  (await bob.rings()).reject(486);
  const ringing = await stage.carol.rings();
  assert.deepEqual(values(ringing, 'Diversion'), ['<sip:102@10.0.0.1>;reason=user-busy'], 'by 203 too');
  await carolTalks(stage, again, ringing);
});

story('what is no number of ours, oneself, or a star code, is no place for one’s calls', async (stage) => {
  const { bob, exchange } = stage;
  await registered(bob);
  for (const number of ['*72999', '*72102', '*72*78', '*72*73']) await code(stage, bob, number);
  assert.equal(exchange.exchange.view.diversion('102')?.always, undefined);
});

story(
  'where Bob may send his calls is his endpoint’s policy, for codes and for his phone’s 302',
  async (stage) => {
    const { alice, bob, carol, world, exchange } = stage;
    await registered(alice, bob, carol);
    await code(stage, bob, '*72103');
    assert.equal(exchange.exchange.view.diversion('102')?.always, undefined);
    const call = alice.dial('202');
    (await bob.rings()).reject(302, [['Contact', '<sip:103@10.0.0.1>']]);
    await world.until(() => call.ended);
    assert.equal(call.refusal?.status, 480);
    assert.equal(carol.incoming, undefined);
  },
  people({ 102: { forward: { to: ['2XX'] } } }),
);

story(
  'what the configuration says of Bob’s calls, his codes do not change',
  async (stage) => {
    const { alice, bob, carol } = stage;
    await registered(alice, bob, carol);
    await code(stage, bob, '*73');
    const call = alice.dial('202');
    await carolTalks(stage, call, await carol.rings());
  },
  people({ 102: { forward: { always: '103' } } }),
);

story(
  'redirects of Bob’s phone: refused, his caller is told 480',
  async (stage) => {
    const { alice, bob, carol, world } = stage;
    await registered(alice, bob, carol);
    const call = alice.dial('202');
    (await bob.rings()).reject(302, [['Contact', '<sip:103@10.0.0.1>']]);
    await world.until(() => call.ended);
    assert.equal(call.refusal?.status, 480);
    assert.equal(carol.incoming, undefined);
  },
  people({ 102: { redirects: 'refuse' } }),
);

story(
  'redirects of Bob’s phone: to the dialplan, 802 plays its music',
  async (stage) => {
    const { alice, bob, world } = stage;
    await registered(alice, bob);
    const call = alice.dial('202');
    (await bob.rings()).reject(302, [['Contact', '<sip:802@10.0.0.1>']]);
    await world.until(() => call.up && call.hearsSound());
    await call.hangup();
  },
  people({ 102: { redirects: 'dialplan' } }),
);

story(
  'a forwarded call counts for Bob, who sent it on, for as long as it lasts',
  async (stage) => {
    const { alice, bob, carol, world, exchange } = stage;
    const dave = phoneOf(world, exchange, 'dave', { address: '10.0.0.14', number: '104' });
    await registered(alice, bob, carol, dave);
    await set(stage, '102', { always: '103' });
    const call = alice.dial('202');
    const ringing = await carol.answer();
    await world.until(() => call.up);
    const second = dave.dial('202');
    await world.until(() => second.ended);
    assert.equal(second.refusal?.status, 486);
    await call.hangup();
    await world.until(() => ringing.ended);
    const third = dave.dial('202');
    await carol.answer();
    await world.until(() => third.up);
    await third.hangup();
  },
  people({ 102: { calls: 1 } }),
);

story(
  'what a trusted peer says of those who sent the call on goes on, and counts',
  async (stage) => {
    const { alice, bob, carol, world } = stage;
    await registered(alice, bob, carol);
    await set(stage, '102', { always: '103' });
    const headers = [
      ['Diversion', '<sip:+4315550100@far.example>;reason=no-answer'],
      ['History-Info', '<sip:+4315550100@far.example>;index=1'],
      ['History-Info', '<sip:102@10.0.0.1;cause=408>;index=1.1;mp=1'],
    ] as const;
    const call = alice.dial('202', { headers });
    const ringing = await carol.rings();
    assert.deepEqual(values(ringing, 'Diversion'), [
      '<sip:102@10.0.0.1>;reason=unconditional',
      '<sip:+4315550100@far.example>;reason=no-answer',
    ]);
    assert.deepEqual(values(ringing, 'History-Info'), [
      '<sip:+4315550100@far.example>;index=1',
      '<sip:102@10.0.0.1;cause=408>;index=1.1;mp=1',
      '<sip:103@10.0.0.1;cause=302>;index=1.1.1;mp=1.1',
    ]);
    await call.hangup();
    await world.until(() => ringing.ended);
    // It comes from Carol's own number: a circle over the other system.
    const round = alice.dial('202', { headers: [['Diversion', '<sip:103@10.0.0.1>;reason=unconditional']] });
    await world.until(() => round.ended);
    assert.equal(round.refusal?.status, 482);
  },
  people({ 101: { trusted: true } }),
);

story('what a stranger says of others who sent his call on is not believed, and goes nowhere', async (stage) => {
  const { alice, bob, world } = stage;
  await registered(alice, bob);
  const call = alice.dial('202', { headers: [['Diversion', '<sip:103@10.0.0.1>;reason=unconditional']] });
  const ringing = await bob.rings();
  assert.deepEqual(values(ringing, 'Diversion'), []);
  await call.hangup();
  await world.until(() => ringing.ended);
});

story('do not disturb: 486 to callers, shown in the account’s view; off, Bob rings', async (stage) => {
  const { alice, bob, world, exchange } = stage;
  await registered(alice, bob);
  await code(stage, bob, '*78');
  assert.equal(exchange.exchange.view.diversion('102')?.doNotDisturb, true);
  const call = alice.dial('202');
  await world.until(() => call.ended);
  assert.equal(call.refusal?.status, 486);
  assert.equal(bob.incoming, undefined);
  const own = bob.dial('801');
  await world.until(() => own.up);
  await own.hangup();
  await code(stage, bob, '*79');
  const again = alice.dial('202');
  await bob.answer();
  await world.until(() => again.up);
  await again.hangup();
});

story('do not disturb with a forward for when he is busy: Carol rings, and is told why', async (stage) => {
  const { alice, bob, carol } = stage;
  await registered(alice, bob, carol);
  await set(stage, '102', { doNotDisturb: true, busy: '103' });
  const call = alice.dial('202');
  const ringing = await carol.rings();
  assert.deepEqual(values(ringing, 'Diversion'), ['<sip:102@10.0.0.1>;reason=do-not-disturb']);
  await carolTalks(stage, call, ringing);
});

story(
  'do not disturb says what the endpoint is configured to say',
  async (stage) => {
    const { alice, bob, world } = stage;
    await registered(alice, bob);
    await code(stage, bob, '*78');
    const call = alice.dial('202');
    await world.until(() => call.ended);
    assert.equal(call.refusal?.status, 603);
  },
  people({ 102: { disturbed: 'declined' } }),
);

story(
  '*69 calls back who called last, and says so when nobody did or he did not let himself be known',
  async (stage) => {
    const { alice, bob, world } = stage;
    await registered(alice, bob);
    await code(stage, bob, '*69');
    const call = alice.dial('202');
    await bob.rings();
    await call.hangup();
    const back = bob.dial('*69');
    const ringing = await alice.answer();
    await world.until(() => back.up && back.hearsOnly(TONES.alice) && ringing.hearsOnly(TONES.bob));
    await back.hangup();
    await world.until(() => ringing.ended);
    const secret = alice.dial('*67202');
    await bob.rings();
    await secret.hangup();
    await code(stage, bob, '*69');
  },
);

story('a code that somebody is transferred to changes nothing of his', async (stage) => {
  const { alice, bob, world, exchange } = stage;
  await registered(alice, bob);
  const call = alice.dial('102');
  const other = await bob.answer();
  await world.until(() => call.up);
  const referral = other.refer('*78');
  await world.until(() => referral.over);
  assert.equal(referral.told.at(-1), 403);
  assert.equal(exchange.exchange.view.diversion('101')?.doNotDisturb, false);
  await world.after('3s');
  await call.hangup();
});

story('a forward that cannot be written is not there, and Bob is told', async (stage) => {
  const { bob, exchange } = stage;
  await registered(bob);
  exchange.store.failCommit(1);
  let ok: boolean | undefined;
  exchange.exchange.view.divert('102', { always: '103' }, (result) => {
    ok = result.ok;
  });
  await stage.world.until(() => ok !== undefined);
  assert.equal(ok, false);
  assert.equal(exchange.exchange.view.diversion('102')?.always, undefined);
});

test('what Bob has set outlasts a crash of the exchange', async () => {
  const world = new World();
  const before = await startExchange(world);
  const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name, at) =>
    phoneOf(world, before, name, { number: `10${at + 1}`, address: `10.0.0.1${at + 1}` }),
  );
  assert.ok(alice !== undefined && bob !== undefined && carol !== undefined);
  await registered(alice, bob, carol);
  const dialled = bob.dial('*72103');
  await world.until(() => dialled.ended, '20s');
  const disk = before.crash();
  const after = await startExchange(world, { disk });
  assert.equal(after.exchange.view.diversion('102')?.always, '103');
  const call = alice.dial('202');
  const ringing = await carol.answer();
  await world.until(() => call.up);
  await call.hangup();
  await world.until(() => ringing.ended);
  await quiet(world);
});

test('*69 knows after a crash of the exchange who called before it, and not who withheld his number since', async () => {
  const world = new World();
  const before = await startExchange(world);
  const [alice, bob] = ['alice', 'bob'].map((name, at) =>
    phoneOf(world, before, name, { number: `10${at + 1}`, address: `10.0.0.1${at + 1}` }),
  );
  assert.ok(alice !== undefined && bob !== undefined);
  await registered(alice, bob);
  const missed = async (number: string): Promise<void> => {
    const call = alice.dial(number);
    await bob.rings();
    await call.hangup();
    await world.after('10s');
  };
  await missed('202');
  const after = await startExchange(world, { disk: before.crash() });
  const back = bob.dial('*69');
  const ringing = await alice.answer();
  await world.until(() => back.up);
  assert.equal(ringing.display.number, '102');
  await back.hangup();
  await world.until(() => ringing.ended);
  await missed('*67202');
  await startExchange(world, { disk: after.crash() });
  const nobody = bob.dial('*69');
  await world.until(() => nobody.ended, '20s');
  assert.equal(alice.ringing, false);
  assert.equal(alice.calls.length, 3, 'she was not rung again');
  await quiet(world);
});

story(
  'by configuration file: forwards, codes, parking and keys',
  async (stage) => {
    const { world, exchange } = stage;
    const [alice, bob, carol] = FILE_PHONES.map(([name, number, address]) =>
      world.phone(name, { server: exchange.hop, password: 'sesame', number, address }),
    );
    assert.ok(alice !== undefined && bob !== undefined && carol !== undefined);
    await registered(alice, bob, carol);
    const call = alice.dial('22');
    const ringing = await carol.answer();
    await world.until(() => call.up);
    await call.press('*9');
    await world.until(() => exchange.exchange.view.parked().length === 1);
    assert.equal(exchange.exchange.view.parked()[0]?.space, '40');
    await ringing.hangup();
    await world.until(() => exchange.exchange.view.parked().length === 0);
    await code(stage, carol, '*78');
    assert.equal(exchange.exchange.view.diversion('23')?.doNotDisturb, true);
  },
  {
    exchange: {
      configuration: {
        starCodes: true,
        parking: { first: 40, last: 42, entrance: '39' },
        keys: { park: '*9', parkAt: '39' },
        endpoints: {
          21: { name: 'Ann', secret: 'sesame' },
          22: { name: 'Ben', secret: 'sesame', forward: { always: '23', after: '10s' }, redirects: 'refuse' },
          23: { name: 'Cem', secret: 'sesame' },
        },
      },
    },
  },
);

const FILE_PHONES = [
  ['ann', '21', '10.0.0.21'],
  ['ben', '22', '10.0.0.22'],
  ['cem', '23', '10.0.0.23'],
] as const;
