import assert from 'node:assert/strict';
import { test } from 'node:test';
import { after, callsIn, type Live, type LiveLeg, lampOf, type Message, NOTHING } from './live.ts';
import { newsOf } from './news.ts';

const ALICE = { name: 'Alice', number: '101' };
const BOB = { name: 'Bob', number: '102' };

const call = { id: 'c1', from: ALICE, dialed: '102', since: 1000 };
const leg = (id: string, party: LiveLeg['party'], changed: Partial<LiveLeg> = {}): LiveLeg => {
  return { id, call: 'c1', direction: 'in', state: 'new', party, held: false, place: 'script', ...changed };
};

const SNAPSHOT: Message = {
  type: 'snapshot',
  at: 'e:0',
  calls: { c1: call },
  legs: { l1: leg('l1', ALICE) },
  registrations: {
    r1: { account: '102', contact: 'sip:102@a', source: 'udp:a:1', userAgent: '', reach: 'unknown' },
  },
  conferences: {},
  quality: {},
};

const change = (value: LiveLeg | null, key = 'l2'): Message => ({
  type: 'change',
  at: 'e:1',
  topic: 'legs',
  key,
  value,
});

function told(...messages: readonly Message[]): Live {
  return messages.reduce(after, NOTHING);
}

test('a snapshot is all there is; changes put and take away; what was known before stays as it was', () => {
  const first = told(SNAPSHOT);
  const second = after(first, change(leg('l2', BOB, { direction: 'out' })));
  assert.deepEqual([first.legs.size, second.legs.size], [1, 2]);
  const [only] = callsIn(second);
  assert.deepEqual(
    only?.legs.map(({ party }) => party.name),
    ['Alice', 'Bob'],
  );
  const gone: Message = { type: 'change', at: 'e:2', topic: 'calls', key: 'c1', value: null };
  assert.deepEqual(callsIn(after(second, gone)), []);
  assert.equal(after(second, { ...SNAPSHOT, legs: {} }).legs.size, 0);
  for (const type of ['reset', 'resumed'] as const) assert.equal(after(second, { type, at: 'e:3' }), second);
});

test('the newest call is the first', () => {
  const later: Message = {
    type: 'change',
    at: 'e:1',
    topic: 'calls',
    key: 'c2',
    value: { ...call, id: 'c2', since: 2000 },
  };
  assert.deepEqual(
    callsIn(told(SNAPSHOT, later)).map(({ id }) => id),
    ['c2', 'c1'],
  );
});

test('a lamp shows the most of what an account does', () => {
  const of = (...legs: readonly LiveLeg[]) => lampOf(told(SNAPSHOT, ...legs.map((one) => change(one, one.id))), '102');
  assert.equal(of(), 'idle');
  assert.equal(lampOf(told(SNAPSHOT), '103'), 'away');
  assert.equal(lampOf(told(SNAPSHOT), '101'), 'calling');
  const ringing = leg('l2', BOB, { direction: 'out', state: 'ringing' });
  const held = leg('l3', BOB, { state: 'up', held: true });
  const talking = leg('l4', BOB, { state: 'up' });
  assert.equal(of(ringing), 'ringing');
  assert.equal(of(ringing, held), 'held');
  assert.equal(of(ringing, held, talking), 'talking');
});

test('aloud is said who calls, who rings, who answers and what has ended; nothing twice, and no snapshot', () => {
  const live = told(SNAPSHOT);
  const ringing = leg('l2', BOB, { direction: 'out', state: 'ringing' });
  assert.equal(newsOf(NOTHING, SNAPSHOT), '');
  assert.equal(
    newsOf(NOTHING, { type: 'change', at: '', topic: 'calls', key: 'c1', value: call }),
    'Alice 101 calls 102.',
  );
  assert.equal(newsOf(live, change(ringing)), 'Bob 102 rings.');
  assert.equal(newsOf(after(live, change(ringing)), change({ ...ringing, held: true })), '');
  assert.equal(newsOf(live, change({ ...ringing, state: 'up' })), 'Bob 102 has answered.');
  assert.equal(newsOf(live, change(null)), '');
  assert.equal(
    newsOf(live, { type: 'change', at: '', topic: 'calls', key: 'c1', value: null }),
    'The call from Alice 101 to 102 has ended.',
  );
});
