import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { utf8 } from '../../kernel/index.ts';
import type { ConferenceView } from '../../pbx/index.ts';
import { child, readXml, Roster } from '../../../use-cases/roster.ts';
import { alike, full, type Info, infoOf, partial } from './conference-info.ts';

type Member = ConferenceView['members'][number];

const ENTITY = 'sip:600@pbx.example;x="&';

function member(id: string, party: Member['party'], more: Partial<Member> = {}): Member {
  const how = { moderator: false, muted: false, deaf: false, talking: false, raised: false, held: false };
  return { id, call: 'c', leg: `leg of ${id}`, party, since: 0, ...how, ...more };
}

function room(members: readonly Member[], more: Partial<ConferenceView> = {}): ConferenceView {
  const how = { locked: false, waiting: false, recording: undefined };
  return { number: '600', name: 'Monday', since: 0, ...how, members, ...more };
}

function info(view: ConferenceView | undefined, name = 'Monday'): Info {
  return infoOf(ENTITY, name, true, view);
}

const ALICE = { name: 'Alice', number: '101' };

test('who takes part by two phones is one user with two endpoints (RFC 4575 §5.6)', () => {
  const all = room([member('a', ALICE), member('b', ALICE, { moderator: true, held: true })]);
  const roster = new Roster();
  roster.read(utf8(full(info(all), 0)));
  assert.equal(roster.text, '2\nAlice moderator connected sendrecv on-hold sendrecv');
});

test('who withheld his number is a user of his own at .invalid (RFC 4575 §5.6)', () => {
  const hidden = { name: 'Anonymous', number: '' };
  const users = child(readXml(utf8(full(info(room([member('a', hidden), member('b', hidden)])), 0))), 'users');
  const entities = users?.children.map(({ attributes }) => attributes.get('entity'));
  assert.deepEqual(entities, ['sip:a@anonymous.invalid', 'sip:b@anonymous.invalid']);
});

test('who waits for a moderator hears music, and is on hold (RFC 4575 §5.7.3)', () => {
  const roster = new Roster();
  roster.read(utf8(full(info(room([member('a', ALICE)], { waiting: true })), 0)));
  assert.equal(roster.text, '1\nAlice participant on-hold sendrecv');
});

test('a change of the state is told with none of the users, and one of nothing with nothing', () => {
  const [before, now] = [room([member('a', ALICE)]), room([member('a', ALICE)], { locked: true })];
  const locked = readXml(utf8(partial(info(before), info(now), 1)));
  assert.deepEqual(
    locked.children.map(({ name }) => name),
    ['conference-state'],
  );
  assert.equal(child(child(locked, 'conference-state'), 'locked')?.text, 'true');
  assert.deepEqual(readXml(utf8(partial(info(now), info(now), 2))).children, []);
});

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('<&>"\'', ']]>', 'Jürgen'));
const members = fc.array(
  fc.record({
    id: fc.integer({ min: 0, max: 5 }),
    name: text,
    number: fc.constantFrom('', '101', '102', '+1 "&'),
    on: fc.boolean(),
  }),
  { maxLength: 6 },
);
const views = fc.record({ all: members, locked: fc.boolean(), name: text }).map(({ all, locked, name }) => ({
  name,
  view: room(
    all.map(({ id, number, on, ...one }, at) =>
      member(`m${id}-${at}`, { name: one.name, number }, { muted: on, moderator: !on, held: id === 0 }),
    ),
    { locked },
  ),
}));

test('whoever puts the parts together knows what the whole says, whatever happens in the room (RFC 4575 §4.6)', () => {
  fc.assert(
    fc.property(fc.array(views, { minLength: 2, maxLength: 5 }), (states) => {
      const infos = states.map(({ view, name }) => info(view, name));
      const follower = new Roster();
      for (const [at, now] of infos.entries()) {
        const before = infos[at - 1];
        assert.ok(follower.read(utf8(before === undefined ? full(now, 7) : partial(before, now, 7 + at))));
        const newcomer = new Roster();
        newcomer.read(utf8(full(now, 0)));
        assert.deepEqual(follower.known, newcomer.known);
        if (before !== undefined && alike(before, now))
          assert.equal(readXml(utf8(partial(before, now, 1))).children.length, 0);
      }
    }),
    { numRuns: 200 },
  );
});
