import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type Configuration, PASSWORD, type PhoneCall, type Stage, story, TONES } from '../testing/index.ts';
import { ask, joined, memberOf, over, rooms } from './conferences.ts';

const MODERATOR = '9876#';
const configuration: Configuration = {
  endpoints: {
    '101': { name: 'Alice', secret: PASSWORD },
    '102': { name: 'Bob', secret: PASSWORD, language: 'de' },
    '103': { name: 'Carol', secret: PASSWORD },
  },
  conference: {
    '600': { moderatorPin: '9876', withoutModerator: 'waits' },
    '601': { moderatorPin: '9876', withoutModerator: 'ends' },
    '602': { language: 'fr-CA', announce: false },
  },
};

/** Who comes with a PIN of his own, or with none. */
async function comes(stage: Stage, who: 'alice' | 'bob' | 'carol', number: string, pin = '#'): Promise<PhoneCall> {
  const call = await joined(stage, stage[who], number);
  const before = rooms(stage)[0]?.members.length ?? 0;
  await call.press(pin);
  await stage.world.until(() => rooms(stage)[0]?.members.length === before + 1, '60s');
  return call;
}

function waiting(stage: Stage): boolean | undefined {
  return rooms(stage)[0]?.waiting;
}

/** None of the tones that people make, for a while. */
async function hearsMusic({ world }: Stage, ...calls: readonly PhoneCall[]): Promise<void> {
  for (const call of calls) call.mark();
  await world.until(() => calls.every((call) => call.hearsSound()));
  await world.after('2s');
  for (const call of calls) assert.ok(!Object.values(TONES).some((tone) => call.hears(tone)), 'nobody hears anybody');
}

story(
  'UC08 conference: until a moderator is in it members hear music and not each other; when he leaves they wait for the next',
  async (stage) => {
    const { world } = stage;
    const a = await comes(stage, 'alice', '600');
    const b = await comes(stage, 'bob', '600');
    assert.equal(waiting(stage), true);
    await hearsMusic(stage, a, b);
    const c = await comes(stage, 'carol', '600', MODERATOR);
    assert.equal(waiting(stage), false);
    await world.until(
      () =>
        a.hearsOnly(TONES.bob, TONES.carol) &&
        b.hearsOnly(TONES.alice, TONES.carol) &&
        c.hearsOnly(TONES.alice, TONES.bob),
    );
    await c.hangup();
    await world.until(() => waiting(stage) === true);
    await hearsMusic(stage, a, b);
    const again = await comes(stage, 'carol', '600', MODERATOR);
    await world.until(() => a.hearsOnly(TONES.bob, TONES.carol) && again.hearsOnly(TONES.alice, TONES.bob));
    await over(stage, [a, b, again]);
    for (const call of [a, b]) assert.equal(call.stream.ssrcs.length, 1, 'one stream through all of it');
  },
  { exchange: { configuration }, chaos: 'fair' },
);

story(
  'UC08 conference: with the last of its moderators it ends for all, where the room says so',
  async (stage) => {
    const { world } = stage;
    const a = await comes(stage, 'alice', '601', MODERATOR);
    const b = await comes(stage, 'bob', '601');
    await world.until(() => a.hearsOnly(TONES.bob) && b.hearsOnly(TONES.alice));
    const c = await comes(stage, 'carol', '601', MODERATOR);
    await world.until(() => c.hearsOnly(TONES.alice, TONES.bob));
    await a.hangup();
    await world.until(() => b.hearsOnly(TONES.carol) && c.hearsOnly(TONES.bob));
    await c.hangup();
    await world.until(() => b.ended, '60s');
    assert.equal(rooms(stage).length, 0);
  },
  { exchange: { configuration }, chaos: 'fair' },
);

story(
  'UC08 conference: who waits for a moderator may go, be sent away and lock nothing; the last one closes the room',
  async (stage) => {
    const { world } = stage;
    const a = await comes(stage, 'alice', '600');
    const b = await comes(stage, 'bob', '600');
    await a.press('*5');
    await world.after('1s');
    assert.equal(rooms(stage)[0]?.locked, false);
    assert.ok(ask(stage, (all) => all.kick('600', memberOf(stage, '102').id)));
    await world.until(() => b.ended, '60s');
    assert.equal(waiting(stage), true);
    await over(stage, [a]);
  },
  { exchange: { configuration } },
);

const BEEP = readFileSync(new URL('../sounds/beep.wav', import.meta.url));
const asked: string[] = [];
const load = (name: string, then: (wav?: Uint8Array) => void): void => {
  asked.push(name);
  then(name.startsWith('fr/') || name.startsWith('de/') ? BEEP : undefined);
};

story(
  'UC08 conference: what all are told is in the language of the room, what one is told in his own',
  async (stage) => {
    const { world } = stage;
    const a = await joined(stage, stage.alice, '602');
    const b = await joined(stage, stage.bob, '602');
    await world.until(() => a.hearsOnly(TONES.bob) && b.hearsOnly(TONES.alice));
    assert.ok(asked.includes('conference/alone'));
    asked.length = 0;
    await b.press('*6');
    await world.until(() => asked.length > 0);
    assert.deepEqual(asked, ['de/conference/muted']);
    await b.press('*6');
    await world.until(() => asked.length > 1);
    assert.deepEqual(asked.splice(0), ['de/conference/muted', 'de/conference/unmuted']);
    await a.press('*5');
    await world.until(() => asked.length > 0);
    assert.deepEqual(
      asked.splice(0),
      ['conference/locked-now'],
      'she has none of her own: the exchange speaks English',
    );
    ask(stage, (all) => all.change('602', { recording: true }));
    await world.until(() => asked.length > 1);
    assert.deepEqual(asked.splice(0), ['fr-CA/conference/recording', 'fr/conference/recording']);
    await over(stage, [a, b]);
  },
  { exchange: { configuration, sounds: { load, music: (then) => then([]) } }, chaos: 'none' },
);
