import assert from 'node:assert/strict';
import { DEMO_CONFIG, demoRules } from '../src/demo.ts';
import type { Account, DialOptions, DialplanBuilder, DialTarget } from '../src/pbx/index.ts';
import { cruel, phoneOf, type Stage, type StoryOptions, story, TONES } from '../testing/index.ts';

/** The demo exchange with a number 500 that dials so, and talks to whoever answers. */
function group(targets: DialTarget | readonly DialTarget[], options: DialOptions = {}): StoryOptions {
  const rules = (builder: DialplanBuilder): void => {
    demoRules(builder);
    builder.on('500', async (call) => {
      const result = await call.dial(targets, options);
      return result.kind === 'answered' ? call.bridge(result.leg) : call.hangup(result);
    });
  };
  return { exchange: { rules } };
}

function people(changes: Readonly<Record<string, Partial<Account>>>): StoryOptions {
  return { exchange: { accounts: DEMO_CONFIG.accounts.map((one) => ({ ...one, ...changes[one.number] })) } };
}

async function registered({ alice, bob, carol }: Stage): Promise<void> {
  for (const phone of [alice, bob, carol]) await phone.register();
}

story(
  'a ring group: all ring, one answers, the others stop and count no missed call',
  async (stage) => {
    const { alice, bob, carol, world, calm } = stage;
    await registered(stage);
    const call = alice.dial('500');
    const atBob = await bob.rings();
    const atCarol = await carol.rings();
    await atCarol.answer();
    await world.until(() => call.up && call.hearsOnly(TONES.carol) && atCarol.hearsOnly(TONES.alice));
    assert.deepEqual(call.display, { name: 'Carol', number: '103' });
    await world.until(() => atBob.ended);
    if (calm) assert.match(atBob.ending?.request?.headers.get('Reason') ?? '', /^SIP;cause=200;/);
    await call.hangup();
  },
  group(['102', '103']),
);

story(
  'a hunt in order: Bob has five seconds, then Carol is rung, and Alice’s display follows',
  async (stage) => {
    const { alice, bob, carol, world, calm } = stage;
    await registered(stage);
    const call = alice.dial('500');
    const atBob = await bob.rings();
    assert.equal(carol.ringing, false);
    if (calm) await world.until(() => call.display.number === '102');
    const atCarol = await carol.rings();
    await world.until(() => atBob.ended);
    if (calm) await world.until(() => call.display.number === '103');
    await atCarol.answer();
    await world.until(() => call.up && call.hearsOnly(TONES.carol));
    await call.hangup();
  },
  group([{ number: '102', for: '5s' }, '103'], { strategy: 'inOrder' }),
);

story(
  'a hunt by chance rings one after another, each once',
  async (stage) => {
    const { alice, bob, carol, world } = stage;
    await registered(stage);
    bob.busy = true;
    carol.busy = true;
    const call = alice.dial('500');
    await world.until(() => call.ended);
    assert.equal(call.refusal?.status, 486);
    assert.deepEqual([bob.calls.length, carol.calls.length], [1, 1]);
  },
  group(['102', '103'], { strategy: 'random' }),
);

story(
  'with a delay Carol is rung later, and at once when Bob is busy',
  async (stage) => {
    const { alice, bob, carol, world, calm } = stage;
    await registered(stage);
    const call = alice.dial('500');
    const since = world.now;
    const atBob = await bob.rings();
    await carol.rings();
    // A phone that does not say a word for four seconds is as one that does not ring.
    if (calm) assert.ok(world.now - since >= 7000);
    await atBob.answer();
    await call.hangup();
    await world.until(() => !carol.ringing);
    bob.busy = true;
    const again = alice.dial('500');
    const then = world.now;
    await carol.answer();
    if (calm) assert.ok(world.now - then < 5000);
    await again.hangup();
  },
  group(['102', { number: '103', after: '7s' }]),
);

for (const [bobs, carols, told] of [
  [486, 404, 486],
  [486, 603, 603],
  [404, 480, 404],
  [600, 486, 600],
  [503, 503, 500],
  [480, 503, 480],
  [604, 486, 604],
] as const) {
  story(
    `Bob answers ${bobs}, Carol ${carols}: Alice is told ${told}`,
    async (stage) => {
      const { alice, bob, carol, world } = stage;
      await registered(stage);
      const call = alice.dial('500');
      const atBob = await bob.rings();
      const atCarol = await carol.rings();
      atBob.reject(bobs);
      atCarol.reject(carols);
      await world.until(() => call.ended);
      // What the other phone said may have come too late: a 6xx ends everything.
      assert.equal(call.refusal?.status, told);
    },
    group(['102', '103']),
  );
}

story(
  'a phone whose power failed does not delay the other’s busy by more than four seconds',
  async (stage) => {
    const { alice, bob, carol, world, calm } = stage;
    await registered(stage);
    carol.vanish();
    bob.busy = true;
    const since = world.now;
    const call = alice.dial('500');
    await world.until(() => call.ended);
    assert.equal(call.refusal?.status, 486);
    if (calm) assert.ok(world.now - since < 5000);
  },
  group(['102', '103']),
);

story(
  'early media: Alice hears Bob, and he her, before he picks up; the call goes on with the same answer',
  async (stage) => {
    const { alice, bob, world, calm } = stage;
    await registered(stage);
    const call = alice.dial('102');
    const ringing = await bob.rings();
    ringing.early();
    if (calm) {
      await world.until(() => call.hearsOnly(TONES.bob) && ringing.hearsOnly(TONES.alice));
      assert.equal(call.up, false);
      assert.deepEqual(call.status, [180, 183]);
    } else await world.after('2s');
    await ringing.answer();
    await world.until(() => call.up && call.hearsOnly(TONES.bob) && ringing.hearsOnly(TONES.alice));
    await world.after('1s');
    const answers = world.transcript.messages
      .filter(
        ({ to, firstLine, text }) => to === 'alice' && /^SIP\/2\.0 (?:183|200)/.test(firstLine) && /^m=/m.test(text),
      )
      .map(({ text }) => text.slice(text.indexOf('v=0')));
    assert.equal(new Set(answers).size, 1);
    assert.equal(call.stream.ssrcs.length, 1);
    await call.hangup();
  },
);

story('early media of a phone that then refuses is not the caller’s any more', async (stage) => {
  const { alice, bob, world } = stage;
  await registered(stage);
  const call = alice.dial('202');
  const ringing = await bob.rings();
  ringing.early(180);
  await world.after('2s');
  ringing.reject(486);
  await world.until(() => call.ended);
  assert.equal(call.refusal?.status, 486);
});

story('when several ring, Alice’s own phone rings for them all, whatever they play', async (stage) => {
  const { alice, bob, world, exchange, calm } = stage;
  const mobile = phoneOf(world, exchange, 'mobile', { address: '10.0.0.26', number: '102', tone: 1300 });
  await registered(stage);
  await mobile.register();
  const call = alice.dial('102');
  (await bob.rings()).early();
  const other = await mobile.rings();
  other.early();
  await world.after('2s');
  if (calm) assert.deepEqual(call.status, [180]);
  assert.ok(call.hearsNothing());
  await other.answer();
  await world.until(() => call.up && call.hearsOnly(1300));
  await call.hangup();
});

story(
  'where the dialplan says so, the first that plays something is heard while others ring',
  async (stage) => {
    const { alice, bob, carol, world, calm } = stage;
    await registered(stage);
    const call = alice.dial('500');
    const atBob = await bob.rings();
    const atCarol = await carol.rings();
    atCarol.early();
    if (calm) await world.until(() => call.hearsOnly(TONES.carol));
    await atBob.answer();
    await world.until(() => call.up && call.hearsOnly(TONES.bob) && atBob.hearsOnly(TONES.alice));
    await call.hangup();
  },
  group(['102', '103'], { earlyMedia: 'first' }),
);

story('a caller who made no offer hears early media only from the answer on', async (stage) => {
  const { alice, bob, world } = stage;
  await registered(stage);
  const call = alice.dial('102', { delayedOffer: true });
  const ringing = await bob.rings();
  ringing.early();
  await world.after('2s');
  await ringing.answer();
  await world.until(() => call.up && call.hearsOnly(TONES.bob) && ringing.hearsOnly(TONES.alice));
  await call.hangup();
});

story('a phone says that it forwards or queues the call: the caller hears of it (181, 182)', async (stage) => {
  const { alice, bob, world, calm } = stage;
  await registered(stage);
  const call = alice.dial('102');
  const ringing = await bob.rings();
  ringing.progress(182);
  ringing.progress(181);
  await world.after('2s');
  if (calm) assert.deepEqual(call.status, [180, 182, 181]);
  await call.hangup();
});

story('UC09, by Bob’s phone: it answers 302, Carol rings, and Alice’s display shows Carol', async (stage) => {
  const { alice, bob, carol, world, calm } = stage;
  await registered(stage);
  const call = alice.dial('102');
  (await bob.rings()).reject(302, [['Contact', '<sip:103@10.0.0.1>']]);
  const ringing = await carol.rings();
  assert.deepEqual(ringing.display, { name: 'Alice', number: '101' });
  assert.match(ringing.invite?.headers.get('Diversion') ?? '', /^<sip:102@10\.0\.0\.1>;reason=deflection$/);
  if (calm) {
    assert.ok(call.status.includes(181));
    await world.until(() => call.display.number === '103');
  }
  await ringing.answer();
  await world.until(() => call.up && call.hearsOnly(TONES.carol) && ringing.hearsOnly(TONES.alice));
  assert.deepEqual(call.display, { name: 'Carol', number: '103' });
  await call.hangup();
});

story('both of Bob’s phones send the call on, to many places: Carol rings once, and strangers never', async (stage) => {
  const { alice, bob, carol, world, exchange } = stage;
  const mobile = phoneOf(world, exchange, 'mobile', { address: '10.0.0.26', number: '102' });
  await registered(stage);
  await mobile.register();
  const call = alice.dial('202');
  const desk = await bob.rings();
  const other = await mobile.rings();
  desk.reject(302, [['Contact', '<sip:103@10.0.0.1>, <sip:103@10.0.0.1;x=1>, <sip:900@premium.example>']]);
  const ringing = await carol.rings();
  other.reject(302, [['Contact', '<sip:103@10.0.0.1>']]);
  await world.after('2s');
  assert.equal(carol.calls.length, 1);
  ringing.reject(486);
  await world.until(() => call.ended);
  assert.equal(call.refusal?.status, 486);
});

story('forwards in a circle end: 482', async (stage) => {
  const { alice, bob, carol, world } = stage;
  await registered(stage);
  const call = alice.dial('202');
  (await bob.rings()).reject(302, [['Contact', '<sip:103@10.0.0.1>']]);
  (await carol.rings()).reject(302, [['Contact', '<sip:102@10.0.0.1>']]);
  await world.until(() => call.ended);
  assert.equal(call.refusal?.status, 482);
});

for (const contact of [
  '<sip:+4990012345@expensive.example>',
  '<sip:103@10.0.0.66>',
  '<tel:+4990012345>',
  '*',
] as const) {
  story(`a 302 to ${contact} is not followed`, async (stage) => {
    const { alice, bob, carol, world } = stage;
    await registered(stage);
    const call = alice.dial('202');
    (await bob.rings()).reject(302, [['Contact', contact]]);
    await world.until(() => call.ended);
    assert.equal(call.refusal?.status, 480);
    assert.equal(carol.calls.length, 0);
  });
}

story(
  'call waiting off: who talks is busy to the next caller, by whatever number and whoever began',
  async (stage) => {
    const { alice, bob, carol, world } = stage;
    await registered(stage);
    const first = bob.dial('801');
    await world.until(() => first.up);
    const second = alice.dial('202');
    await world.until(() => second.ended);
    assert.equal(second.refusal?.status, 486);
    // He may begin another himself.
    const third = bob.dial('103');
    await carol.answer();
    await world.until(() => third.up);
    await first.hangup();
    await third.hangup();
    const free = alice.dial('202');
    await bob.answer();
    await world.until(() => free.up);
    await free.hangup();
  },
  people({ 102: { callWaiting: false } }),
);

story(
  'a call limit of two counts calls in both directions',
  async (stage) => {
    const { alice, bob, carol, world } = stage;
    await registered(stage);
    const first = bob.dial('801');
    await world.until(() => first.up);
    const second = alice.dial('102');
    await bob.answer();
    await world.until(() => second.up);
    const third = carol.dial('202');
    await world.until(() => third.ended);
    assert.equal(third.refusal?.status, 486);
    for (const call of [first, second]) await call.hangup();
  },
  people({ 102: { calls: 2 } }),
);

story(
  'a distinctive ring and an intercom: the phones are told how to ring',
  async (stage) => {
    const { alice, bob, world } = stage;
    await registered(stage);
    const call = alice.dial('500');
    const headers = (await bob.rings()).invite?.headers;
    assert.deepEqual(headers?.lines('Alert-Info'), [
      '<http://localhost>;info=bellcore-dr2',
      '<http://localhost>;info=alert-autoanswer',
    ]);
    assert.equal(headers?.get('Call-Info'), '<sip:10.0.0.1>;answer-after=0');
    await call.hangup();
    await world.until(() => !bob.ringing);
  },
  group('102', { alert: 'bellcore-dr2', autoAnswer: true }),
);

story(
  'no media port is left: the caller is told 480 with Q.850 cause 34, for himself and for the phone he calls',
  async (stage) => {
    const { alice, bob, carol, world } = stage;
    await registered(stage);
    const first = alice.dial('801');
    await world.until(() => first.up);
    // One pair is left: Carol's call has it, Bob's phone would need another.
    const second = carol.dial('202');
    await world.until(() => second.ended);
    await world.after('6s');
    const third = carol.dial('801');
    await world.until(() => third.up);
    const fourth = bob.dial('800');
    await world.until(() => fourth.ended);
    for (const { refusal } of [second, fourth]) {
      assert.equal(refusal?.status, 480);
      assert.match(refusal.response?.headers.get('Reason') ?? '', /^Q\.850;cause=34;/);
      assert.equal(refusal.response?.headers.has('Retry-After'), false);
    }
    for (const call of [first, third]) await call.hangup();
  },
  { exchange: { rtpPorts: { from: 20_000, to: 20_003 } } },
);

const hunt = async ({ alice, bob, carol, world }: Stage): Promise<void> => {
  for (const phone of [alice, bob, carol]) await phone.register();
  const call = alice.dial('500');
  (await bob.rings()).early();
  const ringing = await carol.rings();
  ringing.early();
  await ringing.answer();
  await world.until(() => call.up);
  await call.hangup();
};

cruel('a hunt with early media', hunt, group([{ number: '102', for: '5s' }, '103'], { strategy: 'inOrder' }));
cruel('a group with early media', hunt, group(['102', { number: '103', after: '2s' }], { earlyMedia: 'first' }));
