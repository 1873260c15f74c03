import assert from 'node:assert/strict';
import type { Application, Call, Feature, Script } from '../src/index.ts';
import { DEMO_FEATURES, demoRules } from '../src/demo.ts';
import { PASSWORD, type Stage, type StoryOptions, story, TONES } from '../testing/index.ts';

/** Applications: parts of a dialplan that others run, by import or by name. */

interface Greeting {
  readonly prompt: string;
}

/** Says something, and asks for a key. */
const ask: Application<Greeting, string> = async (call, { prompt }) => {
  const { digits } = await call.digits({ prompt, max: 1, first: '20s' });
  return digits;
};

function numbers(scripts: Readonly<Record<string, Script>>, more: readonly Feature[] = []): StoryOptions {
  return {
    exchange: {
      features: [...DEMO_FEATURES, ...more],
      rules: (builder) => {
        demoRules(builder);
        for (const [number, script] of Object.entries(scripts)) builder.on(number, script);
      },
    },
  };
}

async function dialled({ world, alice }: Stage, number: string): Promise<NonNullable<Stage['alice']['call']>> {
  await alice.register();
  const call = alice.dial(number);
  await world.until(() => call.up);
  return call;
}

{
  const got: string[] = [];
  const before: Script = (call) => void got.push(call.dialed);
  story(
    'run: an imported application is given its options, and gives what it found out; the script goes on',
    async (stage) => {
      got.length = 0;
      const call = await dialled(stage, '500');
      await stage.world.until(() => call.hearsSound());
      await call.press('7');
      await stage.world.until(() => call.ended, '60s');
      assert.deepEqual(got, ['500', 'key 7']);
    },
    numbers({
      '500': async (call) => {
        await call.run(before);
        const key = await call.run(ask, { prompt: 'goodbye' });
        got.push(`key ${key}`);
        await call.play('goodbye');
      },
    }),
  );

  const named: Feature = { name: 'asking', applications: () => ({ ask }) };
  story(
    'run: a feature brings an application, which dialplans run by its name',
    async (stage) => {
      got.length = 0;
      const call = await dialled(stage, '500');
      await stage.world.until(() => call.hearsSound());
      await call.press('8');
      await stage.world.until(() => call.ended, '60s');
      assert.deepEqual(got, ['8']);
    },
    numbers({ '500': async (call) => void got.push(String(await call.run('ask', { prompt: 'goodbye' }))) }, [named]),
  );
}

{
  const broken: Application = () => {
    throw new Error('a broken application');
  };
  story(
    'run: one that breaks, or is not there, ends its own call with 500 and no other; a script may catch it',
    async ({ world, alice, bob, carol }) => {
      for (const phone of [alice, bob, carol]) await phone.register();
      const good = alice.dial('801');
      await world.until(() => good.hearsOnly(TONES.alice));
      for (const number of ['500', '501']) {
        const bad = carol.dial(number);
        await world.until(() => bad.ended);
        assert.equal(bad.refusal?.status, 500);
      }
      const caught = bob.dial('502');
      await world.until(() => caught.ended);
      assert.equal(caught.refusal?.status, 486);
      assert.ok(good.up && good.hearsOnly(TONES.alice));
      await good.hangup();
      assert.deepEqual(
        world.takeFaults().map(({ error }) => String(error)),
        ['Error: a broken application', "RangeError: no application is named 'nothing'"],
      );
    },
    numbers({
      '500': (call) => call.run(broken),
      '501': async (call) => void (await call.run('nothing')),
      '502': async (call) => {
        await call.run(broken).catch(() => undefined);
        await call.hangup({ status: 486, reasonPhrase: 'Busy Here' });
      },
    }),
  );
}

{
  const ended: string[] = [];
  const waits: Application<string> = async (call, name) => {
    try {
      await call.music();
    } catch (error) {
      ended.push(`${name}: ${String(error)}`);
      throw error;
    }
  };
  const scripts: Call[] = [];
  story(
    'run: who hangs up ends the application and its script, once; afterwards nothing runs any more',
    async (stage) => {
      ended.length = 0;
      scripts.length = 0;
      const call = await dialled(stage, '500');
      await stage.world.until(() => call.hearsSound());
      await call.hangup();
      let ran = false;
      void scripts[0]?.run(() => {
        ran = true;
      });
      await stage.world.after('10s');
      assert.deepEqual(ended, ['inner: Gone: the caller has gone', 'script: Gone: the caller has gone']);
      assert.equal(ran, false);
    },
    numbers({
      '500': async (call) => {
        scripts.push(call);
        await call.run(waits, 'inner').catch((error: unknown) => {
          ended.push(`script: ${String(error)}`);
          throw error;
        });
      },
    }),
  );
}

{
  const cities: unknown[] = [];
  const weather: Application<{ readonly city: string }> = async (call, options) => {
    cities.push(options);
    await call.play('goodbye');
  };
  story(
    'run in a configuration: an application of its own with its options, and the menu that everybody has',
    async (stage) => {
      const { world, alice, bob } = stage;
      cities.length = 0;
      for (const phone of [alice, bob]) await phone.register();
      const first = alice.dial('500');
      await world.until(() => first.ended, '60s');
      assert.deepEqual(cities, [{ city: 'Vienna' }]);
      const second = alice.dial('501');
      await world.until(() => second.up && second.hearsSound());
      await second.press('1');
      const rings = await bob.answer();
      await world.until(() => second.hearsOnly(TONES.bob) && rings.hearsOnly(TONES.alice));
      await second.hangup();
    },
    {
      exchange: {
        configuration: {
          endpoints: { '101': { name: 'Alice', secret: PASSWORD }, '102': { name: 'Bob', secret: PASSWORD } },
          applications: { weather },
          extensions: {
            '500': { run: 'weather', options: { city: 'Vienna' } },
            '501': { run: 'menu', options: { prompt: 'demo/ivr', choices: { 1: 102 } } },
          },
        },
      },
    },
  );
}
