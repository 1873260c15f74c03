import assert from 'node:assert/strict';
import {
  type Act,
  cruel,
  PASSWORD,
  type Phone,
  phoneOf,
  type Stage,
  type StoryOptions,
  story,
  TONES,
} from '../testing/index.ts';
import { ALICE, BOB, CAROL, hearsMusic, ROLES, same, talking, together } from './transfers.ts';

type PhoneCall = NonNullable<Phone['call']>;

const PEOPLE = {
  101: { name: 'Alice', secret: PASSWORD },
  102: { name: 'Bob', secret: PASSWORD },
};

const WITH_KEYS: StoryOptions = {
  exchange: { config: { keys: { blind: '##', attended: '*2', park: '*3', record: '*1' } } },
};

/** Presses a code, hears the dial tone, and dials. */
async function keys({ world }: Stage, call: PhoneCall, code: string, number?: string): Promise<void> {
  await call.press(code);
  if (number === undefined) return;
  call.mark();
  await world.until(() => call.hearsOnly(425));
  await call.press(number);
}

for (const role of ROLES) {
  const blind: Act = async (stage) => {
    const { world, carol } = stage;
    const { his, call, tone, party } = await talking(stage, role);
    await keys(stage, his, '##');
    await world.until(() => hearsMusic(call));
    await his.press('103#');
    const rings = await carol.rings();
    if (stage.calm) await world.until(() => same(rings.display, party.transferee));
    await rings.answer();
    await together(stage, [call, tone.transferee, party.transferee], [rings, TONES.carol, CAROL]);
    await world.until(() => his.ended);
    await call.hangup();
    await world.until(() => rings.ended);
  };
  story(`blind transfer by keys, by ${role}: ##, a number, and the party goes there`, blind, WITH_KEYS);
  cruel(`blind transfer by keys, by ${role}`, blind, WITH_KEYS);

  const attended: Act = async (stage) => {
    const { world, carol } = stage;
    const { his, call, tone, party } = await talking(stage, role);
    await keys(stage, his, '*2');
    await world.until(() => hearsMusic(call));
    await his.press('103#');
    const rings = await carol.answer();
    await together(stage, [his, tone.transferor, party.transferor], [rings, TONES.carol, CAROL]);
    assert.ok(hearsMusic(call));
    await his.hangup();
    await together(stage, [call, tone.transferee, party.transferee], [rings, TONES.carol, CAROL]);
    await call.hangup();
    await world.until(() => rings.ended);
  };
  story(
    `attended transfer by keys, by ${role}: *2, he talks to Carol, hangs up, and they are joined`,
    attended,
    WITH_KEYS,
  );
  cruel(`attended transfer by keys, by ${role}`, attended, WITH_KEYS);
}

story(
  'attended by keys, hung up while Carol still rings: Alice hears her ring, and gets her',
  async (stage) => {
    const { world, carol } = stage;
    const { his, call } = await talking(stage, 'Bob');
    await keys(stage, his, '*2', '103#');
    const rings = await carol.rings();
    await his.hangup();
    call.mark();
    await world.until(() => call.hears(425));
    if (stage.calm) await world.until(() => same(rings.display, ALICE));
    await rings.answer();
    await together(stage, [call, TONES.alice, ALICE], [rings, TONES.carol, CAROL]);
    await call.hangup();
    await world.until(() => rings.ended);
  },
  WITH_KEYS,
);

story(
  'attended by keys, hung up while Carol rings, who does not answer: Alice hears congestion, and is released',
  async (stage) => {
    const { world, carol } = stage;
    const { his, call } = await talking(stage, 'Bob');
    await keys(stage, his, '*2', '203#');
    const rings = await carol.rings();
    await his.hangup();
    await world.until(() => rings.ended, '60s');
    call.mark();
    await world.after('1s');
    assert.ok(call.heardSomewhere(425));
    await world.until(() => call.ended, '30s');
  },
  WITH_KEYS,
);

story(
  'attended by keys to somebody busy: he hears so, and is back',
  async (stage) => {
    const { world, carol } = stage;
    const { his, call } = await talking(stage, 'Bob');
    carol.busy = true;
    await keys(stage, his, '*2', '203#');
    await world.until(() => carol.incoming?.ended === true);
    await together(stage, [call, TONES.alice, ALICE], [his, TONES.bob, BOB]);
    await call.hangup();
    await world.until(() => his.ended);
  },
  WITH_KEYS,
);

story(
  'attended by keys: the code again, or Carol’s hanging up, and he is back',
  async (stage) => {
    const { world, carol } = stage;
    const { his, call } = await talking(stage, 'Bob');
    await keys(stage, his, '*2', '203#');
    const first = await carol.rings();
    await keys(stage, his, '*2');
    await world.until(() => first.ended);
    await together(stage, [call, TONES.alice, ALICE], [his, TONES.bob, BOB]);
    await keys(stage, his, '*2', '203#');
    const second = await carol.answer();
    await together(stage, [his, TONES.bob, BOB], [second, TONES.carol, CAROL]);
    await second.hangup();
    await together(stage, [call, TONES.alice, ALICE], [his, TONES.bob, BOB]);
    await his.hangup();
    await world.until(() => call.ended);
  },
  WITH_KEYS,
);

story(
  'attended by keys, and Alice hangs up meanwhile: Bob and Carol go on',
  async (stage) => {
    const { world, carol } = stage;
    const { his, call } = await talking(stage, 'Bob');
    await keys(stage, his, '*2', '203#');
    const rings = await carol.answer();
    await world.until(() => his.hearsOnly(TONES.carol));
    await call.hangup();
    await world.after('1s');
    await together(stage, [his, TONES.bob, BOB], [rings, TONES.carol, CAROL]);
    await his.hangup();
    await world.until(() => rings.ended);
  },
  WITH_KEYS,
);

story(
  'a number that does not exist, and none at all: he is back with Alice',
  async (stage) => {
    const { world } = stage;
    const { his, call } = await talking(stage, 'Bob');
    for (const [code, number] of [
      ['##', '999#'],
      ['*2', '999#'],
      ['##', '#'],
    ] as const) {
      await keys(stage, his, code, number);
      await together(stage, [call, TONES.alice, ALICE], [his, TONES.bob, BOB]);
    }
    await keys(stage, his, '##');
    await world.until(() => hearsMusic(call));
    await together(stage, [call, TONES.alice, ALICE], [his, TONES.bob, BOB]);
    await call.hangup();
    await world.until(() => his.ended);
  },
  WITH_KEYS,
);

story(
  'either hangs up while Bob dials: the other is hung up',
  async (stage) => {
    const { world } = stage;
    for (const who of ['his', 'call'] as const) {
      const cast = await talking(stage, 'Bob', false);
      await keys(stage, cast.his, '##');
      await world.until(() => hearsMusic(cast.call));
      await cast[who].hangup();
      await world.until(() => cast.his.ended && cast.call.ended);
    }
  },
  WITH_KEYS,
);

story(
  'park by a key: Bob hears where, and Carol takes Alice back',
  async (stage) => {
    const { world, carol, calm } = stage;
    const { his, call } = await talking(stage, 'Bob');
    await keys(stage, his, '*3');
    if (calm) await world.until(() => same(his.display, { name: 'Parked', number: '701' }));
    await world.until(() => his.ended && hearsMusic(call));
    const taken = carol.dial('701');
    await together(stage, [call, TONES.alice, ALICE], [taken, TONES.carol, CAROL]);
    await taken.hangup();
    await world.until(() => call.ended);
  },
  WITH_KEYS,
);

story(
  'record by a key, and end it by the same',
  async (stage) => {
    const { world, exchange } = stage;
    const { his, call } = await talking(stage, 'Bob');
    await keys(stage, his, '*1');
    await world.after('2s');
    await keys(stage, his, '*1');
    await world.until(() => exchange.recordings.size === 1);
    await call.hangup();
    await world.until(() => his.ended);
  },
  WITH_KEYS,
);

story(
  'keys that are not a code, too slow, or of a phone without codes, do nothing',
  async (stage) => {
    const { world, carol } = stage;
    const { his, call } = await talking(stage, 'Bob');
    await his.press('#');
    await world.after('3s');
    await his.press('#');
    await his.press('12#3*');
    await call.press('##');
    await together(stage, [call, TONES.alice, ALICE], [his, TONES.bob, BOB]);
    assert.equal(carol.incoming, undefined);
    await call.hangup();
    await world.until(() => his.ended);
  },
  {
    exchange: {
      accounts: [
        { number: '101', name: 'Alice' },
        { number: '102', name: 'Bob', keys: { blind: '##' } },
        { number: '103', name: 'Carol' },
      ],
    },
  },
);

story(
  'of a code that is one, by event or by INFO, the other party gets no key',
  async (stage) => {
    const { world, carol, calm } = stage;
    const { his, call } = await talking(stage, 'Bob');
    // An INFO that is lost comes again, but too late for the code that it was part of.
    for (const press of calm ? (['press', 'pressInfo'] as const) : (['press'] as const)) {
      await his[press]('*1');
      await his[press]('*1');
      await keys(stage, his, '*2');
      await world.until(() => hearsMusic(call));
      await his[press]('203#');
      const rings = await carol.answer();
      await world.until(() => his.hearsOnly(TONES.carol));
      await his[press]('*2');
      await world.until(() => rings.ended);
      assert.equal(rings.digits, '');
      await together(stage, [call, TONES.alice, ALICE], [his, TONES.bob, BOB]);
    }
    await world.after('3s');
    assert.equal(call.digits, '');
    await call.hangup();
    await world.until(() => his.ended);
  },
  WITH_KEYS,
);

/** Keys, and for how long each is down (ms). */
const NO_CODE = [
  ['1', 100],
  ['*', 240],
  ['9', 100],
  ['#', 180],
  ['5', 400],
  ['*', 100],
  ['*', 100],
  ['#', 120],
] as const;

for (const codec of ['PCMU', 'G722'] as const) {
  story(
    `of what is no code it gets each key, in order and as long as it was (${codec})`,
    async ({ world, exchange, bob, calm }) => {
      const dave = phoneOf(world, exchange, 'dave', {
        number: '104',
        address: '10.0.0.24',
        codecs: [codec],
        tone: TONES.alice,
      });
      for (const phone of [dave, bob]) await phone.register();
      const his = dave.dial('102');
      const other = await bob.answer();
      await world.until(() => his.hearsOnly(TONES.bob) && other.hearsOnly(TONES.alice));
      for (const [digit, ms] of NO_CODE) await his.press(digit, ms);
      const last = world.now;
      await world.until(() => other.digits.length === NO_CODE.length);
      assert.equal(other.digits, NO_CODE.map(([digit]) => digit).join(''));
      assert.ok(world.now - last >= 2000, 'the last one could have begun a code');
      if (calm)
        for (const [at, { ms }] of other.keys.entries())
          assert.ok(Math.abs(ms - (NO_CODE[at]?.[1] ?? 0)) <= 20, `${ms} ms`);
      await world.until(() => other.hearsOnly(TONES.alice));
      if (calm) assert.deepEqual([other.stream.ssrcs.length, other.stream.stepsBack], [1, 0]);
      await his.hangup();
      await world.until(() => other.ended);
    },
    WITH_KEYS,
  );
}

story(
  'keys that came as INFO wait for each other too; those of a phone without codes go over as they are',
  async (stage) => {
    const { world, calm } = stage;
    const { his, call } = await talking(stage, 'Bob');
    await his.pressInfo('#4*7');
    await world.until(() => call.digits === '#4*7');
    await call.press('#', 1000);
    await world.after('100ms');
    if (calm) assert.equal(his.digits, '#', 'its packets went over while it was down');
    await call.hangup();
    await world.until(() => his.ended);
  },
  {
    exchange: {
      accounts: [
        { number: '101', name: 'Alice' },
        { number: '102', name: 'Bob', keys: { blind: '##', record: '*1' } },
        { number: '103', name: 'Carol' },
      ],
    },
  },
);

for (const [what, before, after] of [
  ['with codes, and without', { blind: '##' }, {}],
  ['without codes, and with', {}, { blind: '##' }],
] as const)
  story(
    `A reload during a talk ${what}: each key is still heard by the other once`,
    async (stage) => {
      const { world, exchange, alice, bob } = stage;
      for (const phone of [alice, bob]) await phone.register();
      const call = alice.dial('102');
      const heard = await bob.answer();
      await world.until(() => call.hearsOnly(TONES.bob) && heard.hearsOnly(TONES.alice));
      await call.press('12');
      await world.until(() => heard.digits === '12');
      exchange.reload({ endpoints: PEOPLE, keys: after });
      await call.press('345');
      await world.after('4s');
      assert.equal(heard.digits, '12345');
      await call.hangup();
      await world.until(() => heard.ended);
    },
    { exchange: { configuration: { endpoints: PEOPLE, keys: before } }, chaos: 'none' },
  );
