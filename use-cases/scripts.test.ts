import assert from 'node:assert/strict';
import type { Call, DialplanBuilder, Script } from '../src/pbx/index.ts';
import { demoRules } from '../src/demo.ts';
import type { Leg, Outcome } from '../src/call/index.ts';
import { type Stage, type StoryOptions, story, TONES } from '../testing/index.ts';

/** What dialplans must not be able to do, and what may happen to them at any moment. */
function numbers(scripts: Readonly<Record<string, Script>>): StoryOptions {
  const rules = (builder: DialplanBuilder): void => {
    demoRules(builder);
    for (const [number, script] of Object.entries(scripts)) builder.on(number, script);
  };
  return { exchange: { rules } };
}

async function registered({ alice, bob, carol }: Stage): Promise<void> {
  for (const phone of [alice, bob, carol]) await phone.register();
}

{
  let after = 0;
  story(
    'the caller hangs up between the answer and the bridge: the phone that answered is not left alone',
    async (stage) => {
      const { alice, bob, world, calm } = stage;
      await registered(stage);
      after = 0;
      const call = alice.dial('500');
      const answered = await bob.answer();
      await world.after('1s');
      await call.hangup();
      await world.until(() => answered.ended);
      await world.after('5s');
      if (calm) assert.equal(after, 0);
    },
    numbers({
      '500': async (call) => {
        const result = await call.dial('102');
        await call.wait('3s');
        after += 1;
        if (result.kind === 'answered') await call.bridge(result.leg);
      },
    }),
  );
}

story(
  'the phone that answered hangs up before the bridge: the prompt is heard to its end, and the bridge is over at once',
  async (stage) => {
    const { alice, bob, world } = stage;
    await registered(stage);
    const call = alice.dial('500');
    const answered = await bob.answer();
    await world.until(() => call.up);
    await world.after('500ms');
    await answered.hangup();
    await world.until(() => call.ended, '60s');
    assert.equal(call.ending?.by, 'remote');
  },
  numbers({
    '500': async (call) => {
      const result = await call.dial('102');
      await call.play('demo/weasels');
      if (result.kind === 'answered') await call.bridge(result.leg);
    },
  }),
);

story(
  'after the other one has hung up, the script goes on with the caller',
  async (stage) => {
    const { alice, bob, carol, world } = stage;
    await registered(stage);
    const call = alice.dial('500');
    const atBob = await bob.answer();
    await world.until(() => call.up && call.hearsOnly(TONES.bob));
    await atBob.hangup();
    const atCarol = await carol.answer();
    await world.until(() => call.hearsOnly(TONES.carol) && atCarol.hearsOnly(TONES.alice));
    // Her display follows, though she was answered long ago.
    await world.until(() => call.display.number === '103');
    assert.deepEqual(call.display, { name: 'Carol', number: '103' });
    assert.deepEqual(
      call.displays.map(({ number }) => number).filter((number) => number !== '500'),
      ['102', '103'],
    );
    await call.hangup();
  },
  numbers({
    '500': async (call) => {
      for (const number of ['102', '103']) {
        const result = await call.dial(number);
        if (result.kind === 'answered') await call.bridge(result.leg);
      }
    },
  }),
);

{
  let loops = 0;
  story(
    'a script that swallows Gone ends all the same',
    async (stage) => {
      const { alice, world } = stage;
      await registered(stage);
      loops = 0;
      const call = alice.dial('500');
      await world.until(() => call.up);
      await call.hangup();
      await world.after('60s');
      assert.equal(loops, 1);
    },
    numbers({
      '500': async (call) => {
        for (;;) {
          await call.music().catch(() => undefined);
          loops += 1;
          await call.goto('500').catch(() => undefined);
        }
      },
    }),
  );
}

{
  const scripts: Call[] = [];
  let settled = 0;
  story(
    'whatever a script does for a caller who has gone does nothing, a dial least of all',
    async (stage) => {
      const { alice, bob, world } = stage;
      await registered(stage);
      scripts.length = 0;
      settled = 0;
      const call = alice.dial('500');
      await world.until(() => call.up);
      await call.hangup();
      for (const script of scripts) {
        script.ring();
        script.withhold();
        for (const verb of [
          script.dial('102'),
          script.answer(),
          script.goto('102'),
          script.hangup(),
          script.wait('1s'),
        ])
          void verb.finally(() => (settled += 1));
      }
      await world.after('10s');
      assert.equal(settled, 0);
      assert.equal(bob.calls.length, 0);
    },
    numbers({
      '500': async (call) => {
        scripts.push(call);
        await call.music();
      },
    }),
  );
}

story(
  'numbers that lead to each other in a circle end the call (482); one who chooses from a menu may come back for ever',
  async (stage) => {
    const { alice, world } = stage;
    await registered(stage);
    for (const number of ['500', '502']) {
      const call = alice.dial(number);
      await world.until(() => call.ended);
      assert.equal(call.refusal?.status, 482);
    }
    const patient = alice.dial('503');
    await world.until(() => patient.up);
    await world.after('60s');
    assert.equal(patient.up, true);
    await patient.hangup();
  },
  numbers({
    '500': (call) => call.goto('501'),
    '501': (call) => call.goto('500'),
    '502': async (call) => {
      await call.dial('199');
      await call.goto('502');
    },
    '503': async (call) => {
      await call.answer();
      await call.wait('1s');
      await call.goto('503');
    },
  }),
);

story(
  'inside goto the number is the one that was gone to, and after it again the one before',
  async (stage) => {
    const { alice, bob, world } = stage;
    await registered(stage);
    bob.busy = true;
    const call = alice.dial('500');
    await world.until(() => call.ended);
    assert.equal(call.refusal?.status, 501);
  },
  numbers({
    '500': async (call) => {
      await call.goto('510');
      await call.hangup({ status: 1 + Number(call.dialed), reasonPhrase: 'Test' });
    },
    '51X': async (call) => {
      const result: Outcome = await call.dial(`10${Number(call.dialed) - 508}`);
      assert.equal(result.kind, 'busy');
    },
  }),
);

{
  let foreign: Leg | undefined;
  const kept: Script = async (call) => {
    const result = await call.dial('102');
    if (result.kind !== 'answered') return;
    foreign = result.leg;
    await call.bridge(result.leg);
  };
  const stolen: Script = async (call) => {
    if (foreign !== undefined) await call.bridge(foreign);
  };
  const twoAtOnce: Script = async (call) => {
    await Promise.all([call.music(), call.wait('1s')]);
  };
  const noRing: Script = async (call) => {
    await call.dial('102', { alert: 'x\r\nX-Evil: 1' });
  };
  const noStatus: Script = (call) => call.hangup({ status: 1000, reasonPhrase: 'Odd' });
  story(
    'mistakes of a dialplan end its own call with 500 and no other: another’s leg, two verbs at once, a header broken open',
    async (stage) => {
      const { alice, bob, carol, world } = stage;
      await registered(stage);
      const good = alice.dial('500');
      const answered = await bob.answer();
      await world.until(() => good.up);
      for (const number of ['501', '503', '504']) {
        const bad = carol.dial(number);
        await world.until(() => bad.ended);
        assert.equal(bad.refusal?.status, 500);
      }
      const both = carol.dial('502');
      await world.until(() => both.ended);
      await world.until(() => good.hearsOnly(TONES.bob) && answered.hearsOnly(TONES.alice));
      await good.hangup();
      await world.until(() => answered.ended);
      assert.deepEqual(
        world.takeFaults().map(({ error }) => String(error)),
        [
          'Error: a script bridges only what its own dial got',
          "RangeError: 'x\r\nX-Evil: 1' names no way to ring",
          'RangeError: 1000 is no final status',
          'Error: a script awaits one verb of its leg at a time',
        ],
      );
    },
    numbers({ '500': kept, '501': stolen, '502': twoAtOnce, '503': noRing, '504': noStatus }),
  );
}
