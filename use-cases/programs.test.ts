import assert from 'node:assert/strict';
import { CAUSES } from '../src/call/index.ts';
import { demoRules } from '../src/demo.ts';
import type { Call, Connected, ConnectOptions } from '../src/pbx/index.ts';
import {
  type Act,
  dominant,
  hears,
  hearsNothing,
  hearsOnly,
  type ProgramLine,
  type ProgramManners,
  type Stage,
  story,
  type StoryOptions,
  TONES,
} from '../testing/index.ts';

/** A plain call leg to a program: audio both ways over a WebSocket, marks, flushes, and how it ends. */

const URL = 'wss://agent.example.net/talk';
const RATE = 16_000;

/** A tone of so many ms, as a program says it. */
function spoken(hz: number, ms: number): Int16Array {
  return Int16Array.from({ length: (RATE * ms) / 1000 }, (_, at) =>
    Math.round(9000 * Math.sin((2 * Math.PI * hz * at) / RATE)),
  );
}

/** How much of what it heard is that tone, 0 to 1. */
function share(samples: Int16Array, hz: number): number {
  let [real, imaginary, power] = [0, 0, 0];
  for (const [at, sample] of samples.entries()) {
    real += sample * Math.cos((2 * Math.PI * hz * at) / RATE);
    imaginary += sample * Math.sin((2 * Math.PI * hz * at) / RATE);
    power += sample * sample;
  }
  return power === 0 ? 0 : (2 * (real * real + imaginary * imaginary)) / (samples.length * power);
}

/** 850 is connected with the program; what came of it, and then a farewell, so that one hears that the script goes on. */
function program(
  name: string,
  manners: ProgramManners | 'silent',
  act: (stage: Stage, results: Connected[]) => Promise<void>,
  options: ConnectOptions = {},
): void {
  const results: Connected[] = [];
  const script = async (call: Call): Promise<void> => {
    results.push(await call.connect(URL, options));
    await call.play('goodbye');
  };
  const exchange: StoryOptions['exchange'] = {
    rules: (builder) => {
      demoRules(builder);
      builder.on('850', script);
    },
  };
  const told: Act = async (stage) => {
    results.length = 0;
    stage.exchange.programs.at(URL, manners);
    await stage.alice.register();
    await act(stage, results);
  };
  story(name, told, { chaos: 'fair', exchange });
}

async function connected({
  alice,
  world,
  exchange,
}: Stage): Promise<{ line: ProgramLine; call: ReturnType<typeof alice.dial> }> {
  const call = alice.dial('850');
  await world.until(() => exchange.programs.lines.at(-1)?.told('start').length === 1);
  await world.until(() => call.up);
  const line = exchange.programs.lines.at(-1);
  assert.ok(line !== undefined);
  return { line, call };
}

const echo: ProgramManners = { audio: (line, pcm) => line.say(pcm) };

program(
  'a program that gives back what it hears: each hears the tone, and it knows who calls',
  echo,
  async (stage) => {
    const { world, calm } = stage;
    const { line, call } = await connected(stage);
    assert.equal(line.protocol, 'strowger.audio.v1');
    assert.equal(line.headers['Authorization'], 'Bearer opensesame');
    const { call: id, leg, ...start } = line.messages[0] ?? { type: '' };
    assert.ok(typeof id === 'string' && typeof leg === 'string');
    assert.deepEqual(start, {
      type: 'start',
      from: { name: 'Alice', number: '101' },
      dialed: '850',
      metadata: { tenant: 7, tags: ['a'] },
      rate: 16_000,
      format: 's16le',
    });
    await world.after('1s');
    call.mark();
    const frames = line.frames;
    await world.after('2s');
    assert.equal(line.frames - frames, 100);
    if (calm) {
      assert.ok(hearsOnly(call.heard, TONES.alice), dominant(call.heard.samples));
      assert.ok(share(line.heard.subarray(-RATE), TONES.alice) > 0.99);
    } else assert.ok(hears(call.heard, TONES.alice));
    await call.hangup();
    await world.until(() => line.closed !== undefined);
    assert.deepEqual(line.messages.at(-1), { type: 'stop' });
    assert.deepEqual(line.closed, { code: 1000, why: '' });
  },
  { headers: { Authorization: 'Bearer opensesame' }, metadata: { tenant: 7, tags: ['a'] } },
);

program(
  'what a program says in pieces is heard without a gap, and its marks tell when it was heard',
  {},
  async (stage, results) => {
    const { world, calm } = stage;
    const { line, call } = await connected(stage);
    await world.after('1s');
    call.mark();
    const from = world.now;
    const speech = spoken(700, 2000);
    for (let at = 0; at < speech.length; at += 1111) line.say(speech.subarray(at, at + 1111));
    line.send({ type: 'mark', name: 'first' });
    line.say(spoken(1100, 1000));
    line.send({ type: 'mark', name: 'second' });
    await world.until(() => line.told('mark').length === 1);
    const first = world.now - from;
    await world.until(() => line.told('mark').length === 2);
    const second = world.now - from;
    assert.deepEqual(
      line.told('mark').map(({ name }) => name),
      ['first', 'second'],
    );
    assert.ok(first >= 2000 && first < 2100, `${first} ms`);
    assert.ok(second >= 3000 && second < 3100, `${second} ms`);
    if (calm) {
      const { samples } = call.heard;
      assert.ok(hearsOnly(samples.subarray(800, 15_200), 700), dominant(samples));
      assert.ok(hearsOnly(samples.subarray(17_600, 23_200), 1100));
    }
    // What was said before it closed is played to its end.
    line.say(spoken(700, 1000));
    line.close(1000, 'all said');
    const closed = world.now;
    await world.until(() => results.length === 1);
    assert.ok(world.now - closed >= 1000);
    assert.deepEqual(results, [{ endedBy: 'program', why: 'closed: 1000 all said', dropped: 0 }]);
    await world.until(() => call.ended, '60s');
  },
);

program('barge-in: a flush drops what is queued, and says how much and which marks', {}, async (stage) => {
  const { world, calm } = stage;
  const { line, call } = await connected(stage);
  await world.after('1s');
  line.say(spoken(700, 10_000));
  line.send({ type: 'mark', name: 'never heard' });
  await world.after('1s');
  line.send({ type: 'flush' });
  line.send({ type: 'mark', name: 'after' });
  await world.until(() => line.told('mark').length === 1);
  const [flushed] = line.told('flushed');
  assert.deepEqual(flushed?.['marks'], ['never heard']);
  const ms = Number(flushed?.['ms']);
  assert.ok(ms > 8900 && ms < 9100, `${ms} ms`);
  assert.equal(line.told('mark')[0]?.['name'], 'after');
  await world.after('300ms');
  call.mark();
  await world.after('500ms');
  if (calm) assert.ok(hearsNothing(call.heard));
  line.say(spoken(1100, 1000));
  call.mark();
  await world.after('1s');
  assert.ok(hears(call.heard, 1100));
  await call.hangup();
  await world.until(() => call.ended);
});

program(
  'keys reach the program, by telephone-event and INFO, and what it presses reaches the phone',
  {},
  async (stage, results) => {
    const { world, calm } = stage;
    const { line, call } = await connected(stage);
    await world.after('500ms');
    await call.press('4#');
    await call.pressInfo('7');
    await world.until(() => line.told('digit').length === 3);
    assert.deepEqual(
      line.told('digit').map(({ digit }) => digit),
      ['4', '#', '7'],
    );
    assert.ok(Number(line.told('digit')[0]?.['ms']) >= 40);
    line.send({ type: 'digits', digits: '19' });
    await world.until(() => call.digits === '19' || !calm, '10s');
    line.send({ type: 'goto', number: '102' });
    await world.until(() => results.length === 1);
    assert.deepEqual(results, [{ endedBy: 'goto', number: '102', dropped: 0 }]);
    await call.hangup().catch(() => undefined);
    await world.until(() => call.ended, '60s');
  },
);

program(
  'a program that reads nothing for two seconds loses the oldest, counted, and hears on',
  {},
  async (stage, results) => {
    const { world } = stage;
    const { line, call } = await connected(stage);
    await world.after('1s');
    line.stall(true);
    await world.after('2s');
    const [frames, sent] = [line.frames, world.now];
    line.stall(false);
    await world.after('1s');
    const [dropped] = line.told('dropped');
    const lost = Number(dropped?.['frames']);
    // All but the 200 ms that it may be behind, and what was under way.
    assert.ok(lost >= 88 && lost <= 91, `${lost} frames`);
    assert.equal(line.told('dropped').length, 1);
    const expected = (world.now - sent) / 20 + 2000 / 20 - lost;
    assert.ok(Math.abs(line.frames - frames - expected) <= 3, `${line.frames - frames} of ${expected}`);
    line.send({ type: 'hangup' });
    await world.until(() => results.length === 1);
    assert.deepEqual(results, [{ endedBy: 'hangup', dropped: lost }]);
    await world.until(() => call.ended, '60s');
  },
);

program('a program that answers nothing any more has failed; the call goes on', {}, async (stage, results) => {
  const { world } = stage;
  const { line, call } = await connected(stage);
  line.stall(true);
  await world.until(() => results.length === 1, '20s');
  assert.equal(results[0]?.endedBy, 'failed');
  assert.match(JSON.stringify(results[0]), /has not answered for 10 s/);
  await world.until(() => call.ended, '60s');
});

for (const [what, say, why] of [
  ['text that is no JSON', (line: ProgramLine) => line.text('hello'), /malformed/],
  ['a message that nobody knows', (line: ProgramLine) => line.send({ type: 'Flush' }), /malformed.*Flush/],
  ['half a sample', (line: ProgramLine) => line.octets(new Uint8Array(641)), /malformed.*641/],
  ['more than may wait', (line: ProgramLine) => line.say(spoken(700, 60_001)), /more than 60 s/],
  ['a broken connection', (line: ProgramLine) => line.close(1006), /1006/],
] as const)
  program(`${what}: the talk has failed, the program is told, the call goes on`, {}, async (stage, results) => {
    const { world, calm } = stage;
    const { line, call } = await connected(stage);
    say(line);
    await world.until(() => results.length === 1);
    assert.equal(results[0]?.endedBy, 'failed');
    assert.match(JSON.stringify(results[0]), why);
    await world.until(() => line.closed !== undefined);
    assert.ok(line.closed?.code === 1008 || line.closed?.code === 1006);
    call.mark();
    await world.until(() => call.ended, '60s');
    if (calm) assert.ok(!hearsNothing(call.heard));
  });

program(
  'a program that does not answer the handshake has failed in time',
  'silent',
  async ({ world, alice }, results) => {
    const call = alice.dial('850');
    await world.until(() => call.up);
    const from = world.now;
    await world.until(() => results.length === 1);
    assert.deepEqual(results, [{ endedBy: 'failed', why: 'it did not answer in time', dropped: 0 }]);
    assert.ok(world.now - from < 2100);
    await world.until(() => call.ended, '60s');
  },
  { within: '2s' },
);

story(
  'nobody there: the script goes on with a value, and says so',
  async ({ alice, world }) => {
    await alice.register();
    const call = alice.dial('850');
    await world.until(() => call.ended, '30s');
  },
  {
    chaos: 'fair',
    exchange: {
      rules: (builder) => {
        demoRules(builder);
        builder.on('850', async (call) => {
          assert.deepEqual(await call.connect('ws://127.0.0.1:1'), {
            endedBy: 'failed',
            why: 'connection refused',
            dropped: 0,
          });
          await call.hangup(CAUSES.unavailable);
        });
      },
    },
  },
);

story(
  'what its author cannot mean is a RangeError: other schemes, fields of the handshake, line ends, long queues',
  async ({ alice, world }) => {
    await alice.register();
    const call = alice.dial('850');
    await world.until(() => call.ended, '30s');
    assert.equal(call.refusal?.status, 603);
  },
  {
    exchange: {
      rules: (builder) => {
        demoRules(builder);
        builder.on('850', async (call) => {
          await assert.rejects(call.connect('http://127.0.0.1:9000'), RangeError);
          await assert.rejects(call.connect('ws://'), RangeError);
          await assert.rejects(call.connect(URL, { headers: { Host: 'x' } }), RangeError);
          await assert.rejects(call.connect(URL, { headers: { 'X-A': 'a\r\nb' } }), RangeError);
          await assert.rejects(call.connect(URL, { queue: '11m' }), RangeError);
          await assert.rejects(call.connect(URL, { metadata: { long: 'x'.repeat(20_000) } }), RangeError);
          await call.hangup({ status: 603, reasonPhrase: 'Decline' });
        });
      },
    },
  },
);

{
  let file = '';
  const exchange: StoryOptions['exchange'] = {
    rules: (builder) => {
      demoRules(builder);
      builder.on('850', async (call) => {
        file = call.startRecording({ file: 'talk' });
        await call.connect(URL);
      });
    },
  };
  story(
    'a recording of the call has what the program says on its right; holding and taking back break nothing',
    async (stage) => {
      const { world, exchange: here, alice, calm } = stage;
      here.programs.at(URL);
      await alice.register();
      const { line, call } = await connected(stage);
      await world.after('500ms');
      line.say(spoken(700, 2000));
      await world.after('2500ms');
      await call.hold();
      line.say(spoken(1100, 500));
      line.send({ type: 'mark', name: 'in the hold' });
      await world.until(() => line.told('mark').length === 1);
      await call.resume();
      line.say(spoken(1300, 1000));
      call.mark();
      await world.after('1s');
      assert.ok(hears(call.heard, 1300));
      await call.hangup();
      await world.until(() => line.told('stop').length === 1);
      await world.until(() => here.recordings.get(file) !== undefined);
      await world.after('1s');
      if (!calm) return;
      const wav = here.recordings.get(file) ?? new Uint8Array(0);
      const samples = new Int16Array(wav.slice(44).buffer);
      const rate = new DataView(wav.buffer, wav.byteOffset).getUint32(24, true);
      const right = Int16Array.from({ length: samples.length / 2 }, (_, at) => samples[at * 2 + 1] ?? 0);
      const [from, to] = [1.2 * rate, 2.2 * rate];
      assert.ok(share(right.subarray(from, to), (700 * RATE) / rate) > 0.98);
    },
    { chaos: 'fair', exchange },
  );
}

story(
  'by configuration: what the program asks for is done, a failure is told to observers and hangs up',
  async (stage) => {
    const { alice, world, exchange } = stage;
    exchange.programs.at('ws://127.0.0.1:9000');
    await alice.register();
    const { line, call } = await connected(stage);
    assert.equal(line.headers['Authorization'], 'Bearer lark');
    line.send({ type: 'transfer', number: '800' });
    await world.until(() => line.closed !== undefined);
    call.mark();
    await world.after('2s');
    assert.ok(!hearsNothing(call.heard));
    await call.hangup();
    const vain = alice.dial('851');
    await world.until(() => vain.ended, '30s');
    assert.deepEqual(
      exchange.events.filter(({ event }) => event === 'program.failed').map((event) => 'why' in event && event.why),
      ['connection refused'],
    );
  },
  {
    chaos: 'fair',
    exchange: {
      configuration: {
        realm: 'strowger.test',
        algorithms: ['MD5'],
        endpoints: { 101: { name: 'Alice', secret: 'sesame' } },
        extensions: {
          800: { play: 'demo/weasels' },
          850: { connect: { url: 'ws://127.0.0.1:9000', headers: { Authorization: 'Bearer lark' } } },
          851: { connect: 'ws://127.0.0.1:9001' },
        },
      },
    },
  },
);
