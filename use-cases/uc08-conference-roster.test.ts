import assert from 'node:assert/strict';
import { phoneOf, story } from '../testing/index.ts';
import { muted } from '../testing/ear.ts';
import { joined, over, rooms } from './conferences.ts';
import { Roster } from './roster.ts';

/** Reads all that a subscription was told. */
function read({ bodies }: { readonly bodies: readonly string[] }): Roster {
  const roster = new Roster();
  for (const body of bodies) assert.ok(roster.read(body), 'no version is missing');
  return roster;
}

story(
  'UC08 conference: its focus says so in Contact, and whoever subscribes is told who is in it (RFC 4575, RFC 4579)',
  async (stage) => {
    const { world, alice, bob, carol } = stage;
    await carol.register();
    const a = await joined(stage, alice);
    const answer = world.transcript.messages.find(
      ({ firstLine, cseq }) => firstLine.startsWith('SIP/2.0 200') && cseq.endsWith('INVITE'),
    );
    assert.match(answer?.text ?? '', /^Contact: <sip:[^>]*>;isfocus\r$/m, 'RFC 4579 §5.1');
    await world.until(() => rooms(stage).length === 1);
    const watch = carol.subscribe('600', 'conference', 600);
    await world.until(() => watch.status === 200 && watch.notifies.length > 0);
    assert.equal(watch.notifies[0]?.headers.get('Content-Type'), 'application/conference-info+xml');
    assert.equal(read(watch).text, '1\nAlice moderator connected sendrecv');
    const b = await joined(stage, bob);
    await b.press('*6');
    await world.until(
      () => read(watch).text === '2\nAlice moderator connected sendrecv\nBob moderator connected recvonly',
      '60s',
    );
    await over(stage, [a, b]);
    await world.until(() => read(watch).text === '0', '60s');
    const { states, versions } = read(watch);
    assert.deepEqual(new Set(states), new Set(['full']), 'who does not ask for parts gets none');
    assert.deepEqual(
      versions,
      versions.map((_, at) => at),
      'RFC 4575 §5.2: one more each time, from 0',
    );
    const nowhere = carol.subscribe('699', 'conference', 600);
    await world.until(() => nowhere.status === 404);
    watch.subscribe(0);
    await world.until(() => watch.over);
  },
);

story(
  'UC08 conference: who asks for parts is told of each change alone, and knows the same (RFC 4575 §4.4, §4.6)',
  async (stage) => {
    const { world, alice, bob, carol, exchange, calm } = stage;
    const dave = phoneOf(world, exchange, 'dave', { number: '104', address: '10.0.0.24' });
    await Promise.all([carol.register(), dave.register()]);
    const a = await joined(stage, alice);
    await world.until(() => rooms(stage).length === 1);
    const whole = carol.subscribe('600', 'conference', 600);
    const parts = dave.subscribe('600', 'conference;state=partial', 600);
    await world.until(() => whole.notifies.length > 0 && parts.notifies.length > 0, '60s');
    const b = await joined(stage, bob);
    const agree = (text: string): Promise<void> =>
      world.until(() => read(parts).text === text && read(whole).text === text, '90s');
    await agree('2\nAlice moderator connected sendrecv\nBob moderator connected sendrecv');
    await b.press('*6');
    await agree('2\nAlice moderator connected sendrecv\nBob moderator connected recvonly');
    await a.hold();
    await agree('2\nAlice moderator on-hold sendrecv\nBob moderator connected recvonly');
    await a.hangup();
    await agree('1\nBob moderator connected recvonly');
    assert.deepEqual(read(parts).known, read(whole).known);
    const [first, ...later] = read(parts).states;
    assert.equal(first, 'full', 'who subscribes is told all');
    assert.deepEqual(new Set(later), new Set(['partial']));
    const change = parts.bodies.find((body) => body.includes('recvonly')) ?? '';
    assert.doesNotMatch(change, /Alice|conference-description|conference-state/, 'what has not changed is not told');
    assert.match(
      parts.bodies.find((body) => body.includes('deleted')) ?? '',
      /<user entity="[^"]*" state="deleted"\/>/,
    );

    const before = parts.notifies.length;
    parts.subscribe(600);
    await world.until(() => parts.notifies.length > before, '60s');
    if (calm) {
      assert.equal(read(parts).states.at(-1), 'full', 'who refreshes is told all again');
      const { versions } = read(parts);
      assert.deepEqual(
        versions,
        versions.map((_, at) => at),
        'one more each time',
      );
    }
    await over(stage, [b]);
    await world.until(() => read(parts).text === '0', '60s');
    for (const watch of [whole, parts]) watch.subscribe(0);
    await world.until(() => whole.over && parts.over);
  },
  { chaos: 'fair' },
);

story(
  'UC08 conference: who talks is no change of the roster; it is told every five seconds at most (RFC 4575 §3.9)',
  async (stage) => {
    const { world, alice, bob, carol } = stage;
    await carol.register();
    const a = await joined(stage, alice);
    const b = await joined(stage, bob);
    await world.until(() => rooms(stage)[0]?.members.filter(({ talking }) => talking).length === 2);
    const watch = carol.subscribe('600', 'conference', 600);
    await world.until(() => watch.notifies.length > 0);
    await world.after('6s');
    const seen = watch.notifies.length;
    const heard = (): number => rooms(stage)[0]?.members.filter(({ talking }) => talking).length ?? 0;
    await a.say(muted(), '2s');
    assert.equal(heard(), 1);
    await world.until(() => heard() === 2);
    await world.after('6s');
    assert.equal(watch.notifies.length, seen, 'nothing in it has changed');
    for (let times = 0; times < 4; times += 1) {
      await b.press('*6');
      await world.after('1s');
    }
    await world.after('6s');
    assert.ok(watch.notifies.length > seen && watch.notifies.length <= seen + 2, `${watch.notifies.length - seen}`);
    await over(stage, [a, b]);
    watch.subscribe(0);
    await world.until(() => watch.over);
  },
  { chaos: 'none' },
);
