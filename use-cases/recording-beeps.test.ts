import assert from 'node:assert/strict';
import { type CodecName, parseWav } from '../src/codec/index.ts';
import type { RecordingOptions, Script } from '../src/index.ts';
import { demoRules } from '../src/demo.ts';
import { hears, type PhoneCall, phoneOf, type Stage, type StoryOptions, story, TONES } from '../testing/index.ts';

/** A beep tells those who talk that they are recorded: 1400 Hz for a fifth of a second (47 CFR 64.501). */
const BEEP = 1400;
const WINDOW = 400;
/** A loss, or the ear's window, may hide so much of where a beep begins (ms). */
const ABOUT = 120;

/** When each beep began, ms from the mark. */
function beeps(call: PhoneCall): readonly number[] {
  const { samples } = call.heard;
  const found: number[] = [];
  let quiet = 10;
  for (let at = 0; at + WINDOW <= samples.length; at += WINDOW) {
    const sounds = hears(samples.subarray(at, at + WINDOW), BEEP);
    if (sounds && quiet >= 4) found.push(at / 8);
    quiet = sounds ? 0 : quiet + 1;
  }
  return found;
}

function isEvery(call: PhoneCall, ms: number, times: number): void {
  const all = beeps(call);
  assert.equal(all.length, times, `beeps at ${all.join()} ms`);
  for (const [index, at] of all.slice(1).entries())
    assert.ok(Math.abs(at - (all[index] ?? 0) - ms) < ABOUT, `beeps at ${all.join()} ms`);
}

/** Bob is dialled, and the talk is recorded from its beginning on. */
function recorded(options: RecordingOptions, then?: (call: Parameters<Script>[0]) => void): StoryOptions {
  const script: Script = async (call) => {
    const result = await call.dial('102');
    if (result.kind !== 'answered') return;
    const talk = call.bridge(result.leg);
    call.startRecording({ file: 'talk', ...options });
    then?.(call);
    await talk;
  };
  return {
    exchange: {
      rules: (builder) => {
        demoRules(builder);
        builder.on('500', script);
      },
    },
  };
}

async function talking({ world, alice, bob }: Stage, number = '500'): Promise<readonly [PhoneCall, PhoneCall]> {
  for (const phone of [alice, bob]) await phone.register();
  const call = alice.dial(number);
  const answered = await bob.answer();
  await world.until(() => call.up && answered.up);
  return [call, answered];
}

story(
  'startRecording with a beep every 5 s: both hear each of them through the other’s voice; the file has none',
  async (stage) => {
    const { world, exchange, calm } = stage;
    const both = await talking(stage);
    await world.until(() => both[0].hears(TONES.bob, BEEP) || beeps(both[0]).length > 0);
    await world.after('16s');
    if (calm) for (const call of both) isEvery(call, 5000, 4);
    else for (const call of both) assert.ok(beeps(call).length >= 3, 'beeps were heard');
    await world.until(() => both[0].hearsOnly(TONES.bob) && both[1].hearsOnly(TONES.alice));
    for (const call of both) assert.equal(call.stream.stepsBack, 0);
    await both[0].hangup();
    await world.until(() => both[1].ended);
    await world.after('2s');
    const wav = exchange.recordings.get('recordings/talk') ?? new Uint8Array();
    const samples = new Int16Array(wav.slice(44).buffer);
    assert.ok(samples.length > 8000 * 2 * 10);
    const side = (which: 0 | 1): Int16Array => samples.filter((_, at) => at % 2 === which);
    if (calm) {
      assert.ok(hears(side(0), TONES.alice) && hears(side(1), TONES.bob));
      for (const one of [side(0), side(1)])
        for (let at = 0; at + WINDOW <= one.length; at += WINDOW)
          assert.ok(!hears(one.subarray(at, at + WINDOW), BEEP), `a beep at ${at / 8} ms of the file`);
    }
  },
  recorded({ beep: { every: '5s' } }),
);

story(
  'startRecording with a beep: every 15 s, unless it is said',
  async (stage) => {
    const both = await talking(stage);
    await stage.world.after('32s');
    if (stage.calm) for (const call of both) isEvery(call, 15_000, 3);
    else for (const call of both) assert.ok(beeps(call).length >= 2);
    await both[0].hangup();
    await stage.world.until(() => both[1].ended);
  },
  recorded({ beep: true }),
);

for (const [how, options] of [
  ['nothing is said of a beep', {}],
  ['there is to be none', { beep: false }],
] as const)
  story(
    `startRecording where ${how}: nobody hears one`,
    async (stage) => {
      const both = await talking(stage);
      await stage.world.after('32s');
      for (const call of both) assert.deepEqual(beeps(call), []);
      await both[0].hangup();
      await stage.world.until(() => both[1].ended);
    },
    recorded(options),
  );

{
  let script: Parameters<Script>[0] | undefined;
  story(
    'while the recording is paused, and when it has ended, nothing beeps; when it goes on there is a beep at once',
    async (stage) => {
      const { world } = stage;
      const both = await talking(stage);
      await world.after('3s');
      script?.pauseRecording();
      await world.after('1s');
      for (const call of both) call.mark();
      await world.after('8s');
      for (const call of both) assert.deepEqual(beeps(call), []);
      script?.resumeRecording();
      await world.after('3s');
      for (const call of both) assert.equal(beeps(call).length, 1);
      script?.stopRecording();
      for (const call of both) call.mark();
      await world.after('8s');
      for (const call of both) assert.deepEqual(beeps(call), []);
      await both[0].hangup();
      await world.until(() => both[1].ended);
    },
    recorded({ beep: { every: '5s' } }, (call) => {
      script = call;
    }),
  );
}

for (const [one, other] of [
  ['PCMA', 'PCMU'],
  ['G722', 'G722'],
  ['opus', 'PCMA'],
] as const satisfies readonly (readonly [CodecName, CodecName])[])
  story(
    `the beep of ${one} and ${other}: each hears it in his own`,
    async (stage) => {
      const { world, exchange, calm } = stage;
      const alice = phoneOf(world, exchange, 'anna', {
        number: '101',
        address: '10.0.0.21',
        tone: TONES.alice,
        codecs: [one],
      });
      const bob = phoneOf(world, exchange, 'bert', {
        number: '102',
        address: '10.0.0.22',
        tone: TONES.bob,
        codecs: [other],
      });
      const both = await talking({ ...stage, alice, bob });
      await world.after('11s');
      if (calm) for (const call of both) isEvery(call, 5000, 3);
      await world.until(() => both[0].hearsOnly(TONES.bob) && both[1].hearsOnly(TONES.alice));
      for (const call of both) assert.deepEqual([call.stream.ssrcs.length, call.stream.stepsBack], [1, 0]);
      await both[0].hangup();
      await world.until(() => both[1].ended);
    },
    recorded({ beep: { every: '5s' } }),
  );

for (const [how, recordBeep] of [
  ['with a beep every 5 s', '5s'],
  ['without one', undefined],
] as const)
  story(
    `a talk recorded by *1 ${how}`,
    async (stage) => {
      const { world } = stage;
      const both = await talking(stage, '202');
      await world.until(() => both[1].hearsOnly(TONES.alice) && both[0].hearsOnly(TONES.bob));
      for (const call of both) call.mark();
      await both[1].press('*1');
      await world.after('11s');
      const times = recordBeep === undefined ? 0 : 3;
      if (stage.calm || times === 0) for (const call of both) isEvery(call, 5000, times);
      await both[1].press('*1');
      await world.after('1s');
      for (const call of both) call.mark();
      await world.after('8s');
      if (stage.calm) for (const call of both) assert.deepEqual(beeps(call), []);
      await both[0].hangup();
      await world.until(() => both[1].ended);
    },
    { exchange: { config: { keys: { record: '*1', ...(recordBeep && { recordBeep }) } } } },
  );

story(
  'who records his talk by a key, and transfers his party away, takes the recording and its beeps with him',
  async (stage) => {
    const { world, carol } = stage;
    await carol.register();
    const [call, his] = await talking(stage, '202');
    await his.press('*1');
    await world.after('2s');
    const referral = his.refer('203');
    const rings = await carol.answer();
    await world.until(() => referral.over && his.ended);
    await world.until(() => call.hears(TONES.carol) && rings.hears(TONES.alice));
    for (const one of [call, rings]) one.mark();
    await world.after('11s');
    // What Alice hears of Carol lies too close to the beep.
    assert.deepEqual(beeps(rings), []);
    await call.hangup();
    await world.until(() => rings.ended);
  },
  { exchange: { config: { keys: { record: '*1', recordBeep: '5s' } } } },
);

{
  const results: number[] = [];
  story(
    'record with a beep that comes again: the caller hears it, and has none of it in his recording',
    async ({ alice, world, exchange, calm }) => {
      results.length = 0;
      await alice.register();
      const call = alice.dial('500');
      await world.until(() => results.length === 1, '60s');
      await world.until(() => call.ended);
      if (calm) assert.equal(beeps(call).length, 3);
      const wav = parseWav(exchange.recordings.get('recordings/note') ?? new Uint8Array());
      assert.ok('samples' in wav && !hears(wav.samples, BEEP));
    },
    {
      exchange: {
        rules: (builder) => {
          builder.on('500', async (call) => {
            const { ms } = await call.record({ file: 'note', max: '10s', beep: { every: '3s' } });
            results.push(ms);
          });
        },
      },
    },
  );
}

story(
  'record with a beep that comes again, a second time: the one before was ended by its time, and takes none away',
  async ({ alice, world, calm }) => {
    await alice.register();
    const call = alice.dial('500');
    await world.until(() => call.ended, '60s');
    if (calm) assert.equal(beeps(call).length, 2);
    else assert.ok(beeps(call).length >= 1);
  },
  {
    exchange: {
      rules: (builder) => {
        builder.on('500', async (call) => {
          for (let times = 0; times < 2; times += 1) await call.record({ max: '4s', beep: { every: '3s' } });
        });
      },
    },
  },
);

{
  const law = recorded({ file: 'law', beep: { every: '5s' } });
  story(
    'who records by *1 a talk that his dialplan records ends neither recording, nor its beeps',
    async (stage) => {
      const { world, exchange, calm } = stage;
      const [call, his] = await talking(stage);
      await world.after('2s');
      await call.press('*1');
      await world.after('3s');
      await call.press('*1');
      for (const one of [call, his]) one.mark();
      await world.after('12s');
      if (calm) for (const one of [call, his]) assert.ok(beeps(one).length >= 2, 'it beeps on');
      await his.hangup();
      await world.until(() => call.ended);
      await world.until(() => exchange.recordings.size === 2);
      await world.after('2s');
      const seconds = [...exchange.recordings].map(([name, wav]) => [name, (wav.length - 44) / 4 / 8000] as const);
      const length = (ours: boolean): number =>
        seconds.find(([name]) => (name === 'recordings/law') === ours)?.[1] ?? 0;
      assert.ok(length(true) > 15, `the dialplan's: ${length(true)} s`);
      assert.ok(length(false) > 1 && length(false) < 7, `that by the key: ${length(false)} s`);
    },
    { exchange: { ...law.exchange, config: { keys: { record: '*1' } } } },
  );
}
