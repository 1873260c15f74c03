import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { say, type DialplanBuilder, type Recorded, type Script, type Speech, type Typed } from '../src/index.ts';
import { parseWav } from '../src/codec/index.ts';
import { demoRules } from '../src/demo.ts';
import {
  asHeard,
  findClip,
  hears,
  hearsNothing,
  type PhoneCall,
  type StoryOptions,
  story,
  TONES,
} from '../testing/index.ts';

/** What scripts can do besides ringing and talking: play, say, ask for keys, record. */

function numbers(scripts: Readonly<Record<string, Script>>, more: StoryOptions['exchange'] = {}): StoryOptions {
  const rules = (builder: DialplanBuilder): void => {
    demoRules(builder);
    for (const [number, script] of Object.entries(scripts)) builder.on(number, script);
  };
  return { exchange: { rules, ...more } };
}

function prompt(name: string): Int16Array {
  return asHeard(readFileSync(new URL(`../sounds/${name}.wav`, import.meta.url)));
}

/** Where each prompt began, in ms, one behind the other. */
function places(call: PhoneCall, ...names: readonly string[]): readonly number[] {
  let from = 0;
  return names.map((name) => {
    const at = findClip(call.heard.samples.subarray(from), prompt(name));
    assert.ok(at !== undefined, `${name} was not heard`);
    from += at;
    return from / 8;
  });
}

story(
  'play: prompts and what say makes follow each other without a gap',
  async ({ alice, world, calm }) => {
    await alice.register();
    const call = alice.dial('500');
    await world.until(() => call.up);
    call.mark();
    await world.until(() => call.ended, '60s');
    if (!calm) return;
    const names = ['goodbye', 'digits/40', 'digits/2', 'letters/a'];
    const found = places(call, ...names);
    for (const [at, name] of names.slice(0, -1).entries()) {
      const length = prompt(name).length / 8;
      const gap = (found[at + 1] ?? 0) - (found[at] ?? 0) - length;
      assert.ok(Math.abs(gap) < 2, `${gap} ms behind ${name}`);
    }
  },
  numbers({ '500': (call) => call.play('goodbye', say.number(42), say.spelled('a')) }),
);

story(
  'play: digits, a date and a time, each as it is said',
  async ({ alice, world, calm }) => {
    await alice.register();
    const call = alice.dial('500');
    await world.until(() => call.up);
    call.mark();
    await world.until(() => call.ended, '60s');
    const files = [say.digits('70'), say.date('2026-11-22'), say.time('09:05')].flatMap(({ files: all }) => all);
    assert.deepEqual(files.slice(0, 2), ['digits/7', 'digits/0']);
    if (calm) places(call, ...files);
  },
  numbers({ '500': (call) => call.play(say.digits('70'), say.date('2026-11-22'), say.time('09:05')) }),
);

story(
  'ring, answer, hangup: the caller’s phone rings, is answered, and is hung up; unanswered it is refused as the script says',
  async ({ alice, world, calm }) => {
    await alice.register();
    const call = alice.dial('500');
    if (calm) {
      await world.until(() => call.ringing);
      assert.deepEqual(call.display, { name: 'Desk', number: '500' });
    }
    await world.until(() => call.up);
    await world.until(() => call.ended);
    assert.equal(call.ending?.by, 'remote');
    const refused = alice.dial('501');
    await world.until(() => refused.ended);
    assert.equal(refused.refusal?.status, 486);
    assert.match(refused.refusal?.response?.headers.get('Reason') ?? '', /^Q\.850;cause=17\b/);
  },
  numbers({
    '500': async (call) => {
      call.ring({ name: 'Desk', number: '500' });
      await call.wait('2s');
      await call.answer();
      await call.wait('1s');
      await call.hangup();
    },
    '501': (call) => call.hangup({ status: 486, reasonPhrase: 'Busy Here', q850: 17 }),
  }),
);

story(
  'progress: a prompt is heard before any answer, and costs nothing',
  async ({ alice, world, calm }) => {
    await alice.register();
    const call = alice.dial('500');
    await world.until(() => call.ended, '60s');
    assert.equal(call.refusal?.status, 404);
    if (!calm) return;
    assert.ok(call.status.includes(183));
    places(call, 'no-such-number');
  },
  numbers({
    '500': async (call) => {
      call.progress();
      await call.play('no-such-number');
      await call.hangup({ status: 404, reasonPhrase: 'Not Found' });
    },
  }),
);

story(
  'volume and from: 20 dB quieter, and from its second second on',
  async ({ alice, world, calm }) => {
    await alice.register();
    const call = alice.dial('500');
    await world.until(() => call.up);
    call.mark();
    await world.until(() => call.ended, '60s');
    if (!calm) return;
    const { samples } = call.heard;
    const rest = prompt('demo/weasels').subarray(8000);
    assert.equal(findClip(samples, prompt('demo/weasels').subarray(0, 7000)), undefined);
    const at = findClip(samples, rest);
    assert.ok(at !== undefined);
    const power = (of: Int16Array): number => of.reduce((sum, sample) => sum + sample * sample, 0);
    const db = 10 * Math.log10(power(samples.subarray(at, at + rest.length)) / power(rest));
    assert.ok(Math.abs(db + 20) < 1, `${db} dB`);
  },
  numbers({ '500': (call) => call.play('demo/weasels', { volume: -20, from: '1s' }) }),
);

const speech = (spoken: string[]): Speech => ({
  speak: (text, then) => {
    spoken.push(text);
    then(text === 'fail' ? { why: 'a sore throat' } : { file: 'goodbye' });
  },
});

{
  const spoken: string[] = [];
  story(
    'say: a text is spoken; one that cannot be is silent, and the call goes on',
    async ({ alice, world, exchange, calm }) => {
      spoken.length = 0;
      await alice.register();
      const call = alice.dial('500');
      await world.until(() => call.ended, '60s');
      assert.deepEqual(spoken, ['fail', 'hello']);
      const missing = exchange.events.filter(({ event }) => event === 'sound.missing');
      assert.deepEqual(
        missing.map((event) => 'why' in event && event.why),
        ['a sore throat'],
      );
      if (calm) places(call, 'goodbye');
    },
    numbers(
      {
        '500': async (call) => {
          await call.say('fail');
          await call.say('hello');
        },
      },
      { speech: speech(spoken) },
    ),
  );
}

{
  const typed: Typed[] = [];
  story(
    'digits: what is pressed ahead counts; a prompt without barge-in is played to its end; each way of ending',
    async ({ alice, world }) => {
      typed.length = 0;
      await alice.register();
      const call = alice.dial('500');
      await world.until(() => call.up && call.hearsSound());
      await call.press('12');
      await world.until(() => typed.length === 1, '30s');
      await call.press('34#');
      await world.until(() => typed.length === 2, '30s');
      await call.press('9');
      await world.until(() => typed.length === 3, '30s');
      await world.until(() => call.ended, '60s');
      assert.deepEqual(typed, [
        { digits: '12', by: 'max' },
        { digits: '34', by: 'terminator', terminator: '#' },
        { digits: '9', by: 'timeout' },
        { digits: '', by: 'timeout' },
      ]);
    },
    numbers({
      '500': async (call) => {
        await call.play('goodbye');
        typed.push(await call.digits({ max: 2, prompt: 'demo/weasels' }));
        typed.push(await call.digits({ first: '20s', within: '20s' }));
        typed.push(await call.digits({ first: '20s', within: '3s' }));
        typed.push(await call.digits({ prompt: 'goodbye', first: '1s' }));
      },
    }),
  );
}

{
  const kept: Typed[] = [];
  story(
    'digits without barge-in: keys in the prompt do not count',
    async ({ alice, world, calm }) => {
      kept.length = 0;
      await alice.register();
      const call = alice.dial('500');
      await world.until(() => call.up && call.hearsSound());
      await call.press('1');
      await world.until(() => kept.length === 1, '60s');
      await world.until(() => call.ended, '60s');
      if (calm) assert.deepEqual(kept, [{ digits: '', by: 'timeout' }]);
    },
    numbers({
      '500': async (call) => {
        kept.push(await call.digits({ max: 1, prompt: 'demo/weasels', bargeIn: false, first: '2s' }));
      },
    }),
  );
}

{
  const results: Recorded[] = [];
  const recordings: Readonly<Record<string, Script>> = {
    '500': async (call) => {
      results.push(await call.record({ file: 'alice', max: '20s' }));
      await call.play(results.at(-1)?.file ?? '');
    },
    '501': async (call) => void results.push(await call.record({ beep: false, max: '2s' })),
    '502': async (call) => void results.push(await call.record({ beep: false, silence: '2s' })),
  };
  story(
    'record: the beep, then what the caller says until # is pressed; it can be played at once',
    async ({ alice, world, exchange, calm }) => {
      results.length = 0;
      await alice.register();
      const call = alice.dial('500');
      await world.until(() => call.up && (call.hearsOnly(880) || call.hearsNothing()));
      await world.after('3s');
      await call.press('#');
      await world.until(() => results.length === 1);
      const [result] = results;
      assert.equal(result?.file, 'recordings/alice');
      assert.equal(result.endedBy, 'terminator');
      assert.equal(result.terminator, '#');
      call.mark();
      await world.until(() => call.hearsOnly(TONES.alice));
      await world.until(() => call.ended, '60s');
      const wav = parseWav(exchange.recordings.get('recordings/alice') ?? new Uint8Array());
      assert.ok('samples' in wav);
      assert.ok(Math.abs(wav.samples.length / 8 - result.ms) < 1);
      if (calm)
        assert.ok(
          hears(wav.samples.subarray(800), TONES.alice) && result.ms > 2000 && result.ms < 4500,
          `${result.ms} ms`,
        );
    },
    numbers(recordings),
  );

  story(
    'record: ends by itself after its time, or after silence',
    async (stage) => {
      const { alice, carol, world, calm } = stage;
      results.length = 0;
      await alice.register();
      const call = alice.dial('501');
      await world.until(() => call.ended, '60s');
      const muted = carol;
      await muted.register();
      const second = muted.dial('502');
      await world.until(() => second.up);
      await world.after('3s');
      await second.say((count) => new Int16Array(count), '4s');
      await world.until(() => second.ended, '60s');
      assert.deepEqual(
        results.map(({ endedBy }) => endedBy),
        ['max', 'silence'],
      );
      assert.equal(results[0]?.ms, 2000);
      if (calm) assert.ok(Math.abs((results[1]?.ms ?? 0) - 5000) < 400, `${results[1]?.ms} ms`);
    },
    numbers(recordings),
  );
}

{
  let name = '';
  story(
    'a call is recorded in stereo: on the left what this leg says, on the right what it hears; a pause is left out',
    async ({ alice, bob, world, exchange, calm }) => {
      await alice.register();
      await bob.register();
      const call = alice.dial('500');
      const answered = await bob.answer();
      await world.until(() => call.hearsOnly(TONES.bob) && answered.hearsOnly(TONES.alice));
      await world.after('5s');
      await call.hangup();
      await world.until(() => answered.ended);
      await world.after('2s');
      const wav = exchange.recordings.get(name) ?? new Uint8Array();
      const view = new DataView(wav.buffer, wav.byteOffset, wav.byteLength);
      assert.equal(view.getUint16(22, true), 2, 'channels');
      assert.equal(view.getUint32(40, true), wav.length - 44, 'the size is true');
      const [left, right] = [0, 1].map((side) =>
        Int16Array.from({ length: (wav.length - 44) / 4 }, (_, at) => view.getInt16(44 + at * 4 + side * 2, true)),
      );
      assert.ok(left !== undefined && right !== undefined);
      // It began with a prompt, on the right.
      const talk = left.length - 8 * 4000;
      if (calm) assert.ok(hears(left.subarray(talk), TONES.alice) && !hears(left.subarray(talk), TONES.bob));
      if (calm) assert.ok(hears(right.subarray(talk), TONES.bob) && !hears(right.subarray(talk), TONES.alice));
      if (calm) assert.ok(findClip(right, prompt('goodbye')) !== undefined, 'the prompt is not on the right');
      if (calm) assert.equal(findClip(right, prompt('digits/7')), undefined, 'what was played in the pause is there');
      assert.ok(!hearsNothing(left));
    },
    numbers({
      '500': async (call) => {
        name = call.startRecording();
        await call.play('goodbye');
        call.pauseRecording();
        await call.play('digits/7');
        call.resumeRecording();
        const result = await call.dial('102');
        if (result.kind === 'answered') await call.bridge(result.leg);
      },
    }),
  );
}

{
  const scripts: Readonly<Record<string, Script>> = {
    '500': async (call) => {
      await call.answer();
      await call.dial('102', { for: '3s' });
      await call.tone('busy', { for: '2s' });
    },
  };
  story(
    'tone: ringback and busy are those of the country, of the exchange or of the endpoint',
    async ({ alice, bob, carol, world, calm }) => {
      for (const phone of [alice, bob, carol]) await phone.register();
      // France: 440 Hz; the United States: 440 and 480 Hz, busy 480 and 620 Hz (E.180).
      for (const [phone, ringback, busy] of [
        [carol, [440], [440]],
        [alice, [440, 480], [480, 620]],
      ] as const) {
        const call = phone.dial('500');
        // It rides on a 183, which may be lost.
        if (calm) await world.until(() => call.hearsOnly(...ringback));
        call.mark();
        await world.until(() => call.ended, '60s');
        if (calm) for (const hz of busy) assert.ok(call.heardSomewhere(hz), `${hz} Hz`);
      }
    },
    numbers(scripts, {
      config: { tones: 'fr' },
      accounts: [
        { number: '101', name: 'Alice', tones: 'us' },
        { number: '102', name: 'Bob' },
        { number: '103', name: 'Carol' },
      ],
    }),
  );
}

story(
  'a script that says again and again what nobody can speak does nothing else, and keeps nobody waiting',
  async ({ world, alice, bob, exchange }) => {
    for (const phone of [alice, bob]) await phone.register();
    const call = alice.dial('500');
    await world.until(() => call.up);
    const before = exchange.events.length;
    const echo = bob.dial('801');
    await world.until(() => echo.hearsOnly(TONES.bob));
    await world.after('10s');
    await call.hangup();
    await echo.hangup();
    const missing = exchange.events.slice(before).filter(({ event }) => event === 'sound.missing');
    assert.ok(missing.length >= 5 && missing.length <= 120, `${missing.length} times`);
  },
  numbers({
    500: async (call) => {
      for (;;) await call.say('hello');
    },
  }),
);
