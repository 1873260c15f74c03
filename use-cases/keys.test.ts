import assert from 'node:assert/strict';
import { keysIn, type Phone, phoneOf, type Stage, story, type StoryOptions, TONES } from '../testing/index.ts';
import type { Script, Typed } from '../src/pbx/index.ts';
import { demoRules } from '../src/demo.ts';

/** Keys by all three ways (RFC 4733, SIP INFO, tones in the audio), and from one to another. */

const taken: Typed[] = [];
const fourKeys: Script = async (call) => {
  taken.push(await call.digits({ max: 4, first: '30s', within: '30s' }));
};
const numbers: StoryOptions = {
  exchange: {
    rules: (builder) => {
      demoRules(builder);
      builder.on('500', fourKeys);
    },
  },
};

function oldPhone({ world, exchange }: Stage, options: { readonly allow?: readonly string[] } = {}): Phone {
  return phoneOf(world, exchange, 'dave', {
    number: '104',
    address: '10.0.0.14',
    tone: 1800,
    events: false,
    ...options,
  });
}

/** Without INFO. */
const NO_INFO = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'UPDATE'];

story(
  'keys reach a script as telephone-events, as INFO of both kinds, and as tones in the audio',
  async (stage) => {
    const { alice, world, calm } = stage;
    const dave = oldPhone(stage);
    taken.length = 0;
    await alice.register();
    await dave.register();
    for (const [phone, press] of [
      [alice, 'press'],
      [alice, 'pressInfo'],
      [dave, 'pressTones'],
    ] as const) {
      const call = phone.dial('500');
      await world.until(() => call.up);
      await world.after('500ms');
      await call[press]('15*0');
      await call.hangup();
    }
    const call = alice.dial('500');
    await world.until(() => call.up);
    assert.deepEqual(await call.pressInfo('1', 'application/dtmf'), [200]);
    await call.pressInfo('2#', 'application/dtmf');
    await world.until(() => call.ended, '60s');
    const [event, info, tones] = taken.map(({ digits }) => digits);
    // In loss tones are spoiled; events and INFO are repeated.
    assert.deepEqual([event, info, taken[3]?.digits], ['15*0', '15*0', '12']);
    if (calm) assert.equal(tones, '15*0');
    assert.deepEqual(taken[3], { digits: '12', by: 'terminator', terminator: '#' });
  },
  numbers,
);

story('INFO that is no key: 400 for one, 415 for another kind, 200 for none', async ({ alice, world }) => {
  await alice.register();
  const call = alice.dial('801');
  await world.until(() => call.up);
  const ask = async (type: string, body: string): Promise<number | undefined> => {
    let status: number | undefined;
    const headers = type === '' ? [] : [['Content-Type', type] as const];
    call.session?.request('INFO', { headers, body: new TextEncoder().encode(body) }, (result) => {
      status = result.status;
    });
    await world.until(() => status !== undefined);
    return status;
  };
  assert.equal(await ask('', ''), 200);
  assert.equal(await ask('application/dtmf-relay', 'Signal=x'), 400);
  assert.equal(await ask('text/plain', '5'), 415);
  await call.hangup();
});

async function talk({ world }: Stage, from: Phone, to: Phone) {
  await from.register();
  await to.register();
  const out = from.dial(to.options.number);
  const back = await to.answer();
  await world.until(() => out.up && out.hearsSound() && back.hearsSound());
  return { out, back };
}

story('in a talk a key that came as INFO, or as tones, goes on as telephone-event', async (stage) => {
  const { alice, bob, world, calm } = stage;
  const { out, back } = await talk(stage, alice, bob);
  await out.pressInfo('42');
  await world.until(() => back.digits === '42');
  // The audio goes on in the same stream afterwards.
  await world.until(() => back.hearsOnly(TONES.alice));
  if (calm) assert.deepEqual([back.stream.ssrcs.length, back.stream.stepsBack, back.stream.strangers], [1, 0, 0]);
  await out.hangup();
  const dave = oldPhone(stage);
  const other = await talk(stage, dave, bob);
  await other.out.pressTones('7#');
  if (calm) await world.until(() => other.back.digits === '7#');
  await other.out.hangup();
});

story('in a talk a key goes on as INFO to a phone that knows no telephone-event, else as tones', async (stage) => {
  const { alice, world, calm } = stage;
  const dave = oldPhone(stage);
  const { out, back } = await talk(stage, alice, dave);
  await out.press('19');
  await world.until(() => back.requests.length >= 2);
  assert.deepEqual(
    back.requests.map(({ method, headers, body }) => [
      method,
      headers.get('Content-Type'),
      new TextDecoder().decode(body).split('\r\n')[0],
    ]),
    [
      ['INFO', 'application/dtmf-relay', 'Signal=1'],
      ['INFO', 'application/dtmf-relay', 'Signal=9'],
    ],
  );
  await out.hangup();
  dave.vanish();
  const plain = phoneOf(world, stage.exchange, 'plain', {
    number: '104',
    address: '10.0.0.15',
    tone: 1800,
    events: false,
    allow: NO_INFO,
  });
  const second = await talk(stage, alice, plain);
  second.back.mark();
  await second.out.press('1');
  await second.out.press('9');
  await world.after('1s');
  if (calm) assert.equal(keysIn(second.back.heard), '19');
  assert.deepEqual(second.back.requests, []);
  await second.out.hangup();
});

story('between two phones that know tones only, a key is heard once: as the tone that it is', async (stage) => {
  const { world, calm } = stage;
  const dave = oldPhone(stage, { allow: NO_INFO });
  const carol = phoneOf(world, stage.exchange, 'old carol', {
    number: '103',
    address: '10.0.0.19',
    tone: 1800,
    events: false,
    allow: NO_INFO,
  });
  const { out, back } = await talk(stage, dave, carol);
  back.mark();
  await out.pressTones('7#');
  await world.after('500ms');
  if (calm) assert.equal(keysIn(back.heard), '7#');
  await out.hangup();
});

story(
  'a key that is held for three seconds is one key of three seconds, from G.711 to Opus and back',
  async (stage) => {
    const { alice, world, exchange, calm } = stage;
    const dave = phoneOf(world, exchange, 'dave', {
      number: '104',
      address: '10.0.0.24',
      codecs: ['opus'],
      tone: 1800,
    });
    const { out, back } = await talk(stage, alice, dave);
    for (const [from, to] of [
      [out, back],
      [back, out],
    ] as const) {
      await from.press('5', 3000);
      await world.until(() => to.digits === '5');
      const ms = to.keys[0]?.ms ?? 0;
      assert.ok(Math.abs(ms - 3000) <= 20, `${ms} ms`);
      // Another one is another one.
      await from.press('5', 1500);
      await world.until(() => to.digits === '55');
      if (calm) assert.deepEqual([to.stream.ssrcs.length, to.stream.stepsBack], [1, 0]);
    }
    await world.until(() => back.hearsOnly(TONES.alice) && out.hearsOnly(1800));
    await out.hangup();
  },
);
