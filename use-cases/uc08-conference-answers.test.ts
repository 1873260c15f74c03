import assert from 'node:assert/strict';
import { octetsOf, ToneGenerator, wavHeader } from '../src/codec/index.ts';
import { type Configuration, PASSWORD, type PhoneCall, type Stage, story } from '../testing/index.ts';
import { ask, joined, over, rooms } from './conferences.ts';

const [MUSIC, WORDS] = [440, 1200];
const RATE = 8000;

function sound(hz: number, seconds: number): Uint8Array {
  const samples = new Int16Array(seconds * RATE);
  // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- no array: it writes into the samples
  new ToneGenerator({ hz: [hz], cadence: [] }, RATE, -12).fill(samples, samples.length);
  const octets = octetsOf(samples);
  return Uint8Array.of(...wavHeader('PCM16', RATE, octets.length), ...octets);
}

const files = { music: sound(MUSIC, 4), words: sound(WORDS, 1) };
const asked: string[] = [];
const sounds = {
  load: (name: string, then: (wav?: Uint8Array) => void): void => {
    asked.push(name);
    then(name === 'music/one' ? files.music : files.words);
  },
  music: (then: (names: readonly string[]) => void): void => then(['music/one']),
};

const configuration: Configuration = {
  endpoints: {
    '101': { name: 'Alice', secret: PASSWORD },
    '102': { name: 'Bob', secret: PASSWORD },
  },
  conference: { '600': { moderatorPin: '9876', withoutModerator: 'waits' }, '601': {} },
};

/** Presses a command, and hears its answer through the music, which then goes on. */
async function answers({ world }: Stage, call: PhoneCall, keys: string): Promise<void> {
  await world.until(() => call.hearsOnly(MUSIC));
  await call.press(keys);
  await world.until(() => call.hearsOnly(WORDS));
  await world.until(() => call.hearsOnly(MUSIC));
}

story(
  'UC08 conference: who is alone in it hears what his keys came to, and then his music',
  async (stage) => {
    const a = await joined(stage, stage.alice, '601');
    await answers(stage, a, '*6');
    assert.equal(rooms(stage)[0]?.members[0]?.muted, true);
    await answers(stage, a, '*4');
    assert.ok(rooms(stage)[0]?.recording !== undefined);
    await over(stage, [a]);
  },
  { exchange: { configuration, sounds }, chaos: 'fair' },
);

story(
  'UC08 conference: who waits for a moderator hears what his keys came to; another who waits hears his music',
  async (stage) => {
    const { world } = stage;
    const a = await joined(stage, stage.alice, '600');
    await a.press('#');
    const b = await joined(stage, stage.bob, '600');
    await b.press('#');
    await world.until(() => rooms(stage)[0]?.members.length === 2 && b.hearsOnly(MUSIC), '60s');
    b.mark();
    await answers(stage, a, '*5');
    assert.equal(asked.at(-1), 'conference/moderators-only');
    assert.ok(!b.hears(WORDS), 'it was not said to him');
    ask(stage, (all) => all.change('600', { recording: true }));
    await world.until(() => a.hearsOnly(WORDS) && b.hearsOnly(WORDS));
    await world.until(() => a.hearsOnly(MUSIC) && b.hearsOnly(MUSIC));
    await over(stage, [a, b]);
  },
  { exchange: { configuration, sounds }, chaos: 'fair' },
);
