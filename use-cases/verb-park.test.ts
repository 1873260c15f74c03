import assert from 'node:assert/strict';
import { Gone, type Parked, type Script } from '../src/index.ts';
import { DEMO_FEATURES, demoRules } from '../src/demo.ts';
import { parking } from '../src/features/index.ts';
import { asHeard, findClip, type Stage, type StoryOptions, story, TONES } from '../testing/index.ts';
import { readFileSync } from 'node:fs';
import { ALICE, BOB, CAROL, hearsMusic, same, together } from './transfers.ts';

/** Parking by a script, which is told what became of it. */

type PhoneCall = NonNullable<Stage['alice']['call']>;

const became: (Parked | 'gone')[] = [];

function numbers(scripts: Readonly<Record<string, Script>>, lot = true): StoryOptions {
  const others = DEMO_FEATURES.filter(({ name }) => name !== 'parking');
  const own = parking({ spaces: [701, 703], entrance: '721', timeout: '10s', ring: '5s', rounds: 1 });
  return {
    exchange: {
      features: lot ? [...others, own] : others,
      rules: (builder) => {
        demoRules(builder);
        for (const [number, script] of Object.entries(scripts)) builder.on(number, script);
      },
    },
  };
}

/** Keeps what became of it, and goes on with a prompt. */
const parks =
  (...how: Parameters<Parameters<Script>[0]['park']>): Script =>
  async (call) => {
    try {
      became.push(await call.park(...how));
    } catch (error) {
      if (error instanceof Gone) became.push('gone');
      throw error;
    }
    await call.play('goodbye');
  };

async function parked({ world, alice, exchange }: Stage, number: string, space: string): Promise<PhoneCall> {
  became.length = 0;
  await alice.register();
  const call = alice.dial(number);
  await world.until(() => exchange.events.some((one) => one.event === 'parking.parked' && one.space === space));
  await world.until(() => hearsMusic(call));
  return call;
}

story(
  'park: the first free space is said; whoever dials it talks, and the script has lost its caller',
  async (stage) => {
    const { world, carol, calm } = stage;
    await carol.register();
    const call = await parked(stage, '500', '701');
    const said = asHeard(readFileSync(new URL('../sounds/parking/parked.wav', import.meta.url)));
    if (calm) assert.ok(findClip(call.heard.samples, said) !== undefined, 'she hears that she is parked');
    const taken = carol.dial('701');
    await together(stage, [call, TONES.alice, ALICE], [taken, TONES.carol, CAROL]);
    assert.deepEqual(became, ['gone']);
    await taken.hangup();
    await world.until(() => call.ended);
  },
  numbers({ '500': parks() }),
);

story(
  'park: in a space of its choice, without a word; nobody comes, the account that is named is rung and talks: returned',
  async (stage) => {
    const { world, bob, calm } = stage;
    await bob.register();
    const call = await parked(stage, '500', '702');
    const rings = await bob.rings('60s');
    assert.ok(same(rings.display, { name: 'Alice (parked 702 returned)', number: '101' }));
    if (calm) assert.ok(hearsMusic(call));
    await rings.answer();
    await together(stage, [call, TONES.alice, ALICE], [rings, TONES.bob, BOB]);
    call.mark();
    await rings.hangup();
    await world.until(() => call.ended, '60s');
    assert.deepEqual(became, [{ kind: 'returned', space: '702' }]);
  },
  numbers({ '500': parks('702', { by: '102', announce: false }) }),
);

story(
  'park: nobody comes at all: unclaimed, and the script goes on with its caller, whose space is free again',
  async (stage) => {
    const { world, exchange } = stage;
    const call = await parked(stage, '500', '701');
    await world.until(() => became.length === 1, '60s');
    assert.deepEqual(became, [{ kind: 'unclaimed', space: '701' }]);
    assert.equal(exchange.exchange.view.parked().length, 0);
    assert.ok(call.up);
    await world.until(() => call.ended, '60s');
  },
  numbers({ '500': parks() }),
);

story(
  'park: who hangs up leaves the space, and his script ends',
  async (stage) => {
    const { world, exchange } = stage;
    const call = await parked(stage, '500', '701');
    await call.hangup();
    await world.until(() => exchange.exchange.view.parked().length === 0 && became.length === 1);
    assert.deepEqual(became, ['gone']);
  },
  numbers({ '500': parks() }),
);

story(
  'park: a space that is taken, one that is none, and all taken: refused, and the script goes on',
  async (stage) => {
    const { world, bob, carol } = stage;
    for (const phone of [bob, carol]) await phone.register();
    const first = await parked(stage, '501', '701');
    became.length = 0;
    for (const number of ['501', '502']) {
      const call = carol.dial(number);
      await world.until(() => call.ended, '60s');
    }
    assert.deepEqual(became, [
      { kind: 'refused', why: 'busy' },
      { kind: 'refused', why: 'unknown' },
    ]);
    await first.hangup();
  },
  numbers({ '501': parks('701', { announce: false }), '502': parks('799') }),
);

story(
  'park where there is no parking: refused',
  async ({ world, alice }) => {
    became.length = 0;
    await alice.register();
    const call = alice.dial('500');
    await world.until(() => call.ended, '60s');
    assert.deepEqual(became, [{ kind: 'refused', why: 'none' }]);
  },
  numbers({ '500': parks() }, false),
);
