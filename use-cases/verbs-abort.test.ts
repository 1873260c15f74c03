import assert from 'node:assert/strict';
import { type Call, Gone, type Script, type Speech } from '../src/index.ts';
import { demoRules } from '../src/demo.ts';
import { type PhoneCall, type Stage, story } from '../testing/index.ts';

/** Whatever a script does for a caller who hangs up: the verb that it awaits ends with Gone, once, and nothing after it happens. */

const told: string[] = [];

/** Runs a verb, and tells how it ended; a later one never does. */
const until = (verb: (call: Call) => Promise<unknown>): Script => {
  return async (call) => {
    try {
      await verb(call);
      told.push('ended by itself');
    } catch (error) {
      told.push(error instanceof Gone ? 'gone' : String(error));
      void call.wait('0ms').finally(() => told.push('a verb after it ended'));
      throw error;
    }
  };
};

/** Talks to Bob. */
async function talk(call: Call): Promise<void> {
  const result = await call.dial('102');
  if (result.kind === 'answered') await call.bridge(result.leg);
}

const sayNothing: Speech = { speak: (_text, then) => then({ file: 'demo/weasels' }) };

interface Verb {
  readonly does: (call: Call) => Promise<unknown>;
  /** When the caller hangs up; left out: a second after the answer. */
  readonly when?: (stage: Stage, call: PhoneCall) => Promise<void>;
}

/** Before any answer. */
const ringing: Verb['when'] = async ({ world }, call) => {
  await world.until(() => call.status.includes(180) || call.status.includes(183) || world.now > 10_000);
};

const bobAnswers: Verb['when'] = async ({ world, bob }, call) => {
  const answered = await bob.answer();
  await world.until(() => call.up && answered.up);
};

const VERBS: Readonly<Record<string, Verb>> = {
  answer: { does: (call) => call.answer().then(() => call.wait('1m')) },
  ring: {
    does: (call) => {
      call.ring();
      return call.wait('1m');
    },
    when: ringing,
  },
  progress: {
    does: (call) => {
      call.progress();
      return call.play('demo/weasels', 'demo/weasels');
    },
    when: ringing,
  },
  play: { does: (call) => call.play('demo/weasels') },
  say: { does: (call) => call.say('hello') },
  digits: { does: (call) => call.digits({ first: '1m' }) },
  'digits in its prompt': { does: (call) => call.digits({ prompt: 'demo/weasels' }) },
  menu: { does: (call) => call.menu({ prompt: 'demo/ivr', choices: { 1: 'one' } }) },
  record: { does: (call) => call.record() },
  'record in its beep': {
    does: (call) => call.record(),
    when: ({ world }, call) => world.until(() => call.up),
  },
  dial: { does: talk, when: ({ bob }) => bob.rings().then(() => undefined) },
  bridge: { does: talk, when: bobAnswers },
  goto: { does: (call) => call.goto('802') },
  run: { does: (call) => call.run((inner, seconds: number) => inner.music(undefined, { for: `${seconds}s` }), 60) },
  park: { does: (call) => call.park() },
  send: {
    does: async (call) => {
      await call.answer();
      await call.send('hello');
    },
    when: async ({ world, alice }, call) => {
      await world.until(() => call.texts.length + alice.texts.length > 0);
    },
  },
  music: { does: (call) => call.music() },
  echo: { does: (call) => call.echo() },
  tone: { does: (call) => call.tone('busy') },
  wait: { does: (call) => call.answer().then(() => call.wait('1m')) },
  conference: { does: (call) => call.conference('600') },
};

for (const [name, { does, when }] of Object.entries(VERBS))
  story(
    `${name}: ends with Gone when the caller hangs up in the middle of it`,
    async (stage) => {
      const { world, alice, bob } = stage;
      told.length = 0;
      for (const phone of [alice, bob]) await phone.register();
      alice.texting = { status: 200, after: '5s' };
      const call = alice.dial('500');
      if (when !== undefined) await when(stage, call);
      else {
        await world.until(() => call.up);
        await world.after('1s');
      }
      await call.hangup();
      await world.until(() => told.length > 0);
      await world.after('10s');
      assert.deepEqual(told, ['gone']);
      assert.ok(bob.calls.every(({ ended }) => ended));
    },
    {
      exchange: {
        speech: sayNothing,
        rules: (builder) => {
          demoRules(builder);
          builder.on('500', until(does));
        },
      },
    },
  );

story(
  'hangup: ends the script as the caller’s own does; a verb after it never ends',
  async ({ world, alice }) => {
    told.length = 0;
    await alice.register();
    const call = alice.dial('500');
    await world.until(() => call.ended);
    assert.equal(call.refusal?.status, 486);
    await world.after('10s');
    assert.deepEqual(told, ['gone']);
  },
  {
    exchange: {
      rules: (builder) => {
        builder.on(
          '500',
          until((call) => call.hangup({ status: 486, reasonPhrase: 'Busy Here' })),
        );
      },
    },
  },
);
