import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConferenceOwner } from './bridge.ts';
import { owner, scene } from './kit.test.ts';
import type { Leg } from './leg.ts';

const ROOM = { name: 'Conference 600', number: '600' };

function room() {
  const made = scene();
  const told: string[] = [];
  const asked: ConferenceOwner = {
    talking: (leg, talking) => void told.push(`${leg.party.name} ${talking ? 'talks' : 'is silent'}`),
    recorded: () => undefined,
    replaced: (old, fresh) => void told.push(`${fresh.party.name} for ${old.party.name}`),
    left: (leg) => void told.push(`${leg.party.name} left`),
  };
  const { board, kernel } = made;
  const act = <T>(what: () => T): T => {
    let value: T | undefined;
    kernel.input('test', () => {
      value = what();
    });
    made.go(1);
    return value as T;
  };
  const conference = act(() => board.conference(ROOM, asked));
  const member = (name: string): Leg =>
    act(() => {
      const leg = made.leg(name, 'in');
      board.place(leg, { in: 'script', script: name }, owner(told));
      board.answer(leg);
      board.join(leg, conference);
      return leg;
    });
  const heard = (leg: Leg): unknown => made.hears.get(leg);
  return { ...made, told, act, conference, member, heard };
}

test('who is alone hears music, two hear the mix, and displays name the conference', () => {
  const { member, heard, board, act, acts, conference } = room();
  const a = member('a');
  assert.deepEqual(heard(a), { kind: 'music' });
  const b = member('b');
  const mix = { kind: 'mix', mixer: conference };
  assert.deepEqual([heard(a), heard(b)], [mix, mix]);
  assert.ok(acts.includes('a sees Conference 600') && acts.includes('b sees Conference 600'));
  assert.equal(board.peerOf(a), undefined, 'nobody is the party of a conference');
  act(() => board.end(b));
  assert.deepEqual(heard(a), { kind: 'music' });
});

test('the mixer is told who may be heard: not who is muted, nor who holds; who is deaf hears nothing', () => {
  const { member, heard, board, act, mixes, conference } = room();
  const [a, b, c] = [member('a'), member('b'), member('c')];
  const talkers = (): readonly string[] => mixes.get(conference)?.members ?? [];
  assert.deepEqual(talkers(), ['media of a', 'media of b', 'media of c']);
  act(() => board.role(a, { muted: true, deaf: false }));
  assert.deepEqual(talkers(), ['media of b', 'media of c']);
  act(() => board.hold(b, true));
  assert.deepEqual(talkers(), ['media of c']);
  act(() => {
    board.hold(b, false);
    board.role(c, { muted: false, deaf: true });
  });
  assert.deepEqual(talkers(), ['media of b', 'media of c']);
  assert.deepEqual(heard(c), { kind: 'nothing' });
});

test('the last one closes it, and its owner is told of each who left', () => {
  const { member, told, board, act, mixes, conference } = room();
  const [a, b] = [member('a'), member('b')];
  act(() => board.end(a));
  act(() => board.place(b, { in: 'script', script: 'b' }, undefined));
  assert.deepEqual(told, ['a gone', 'a left', 'b left']);
  assert.equal(mixes.has(conference), false);
  assert.equal(
    act(() => board.join(b, conference)),
    false,
  );
});

test('a leg that takes the place of a member has its role, and the conference goes on', () => {
  const { member, leg, told, board, act, mixes, conference } = room();
  const [a, b] = [member('a'), member('b')];
  act(() => board.role(a, { muted: true, deaf: false }));
  const fresh = act(() => {
    const one = leg('c', 'in');
    board.answer(one);
    board.replace(a, one);
    return one;
  });
  assert.deepEqual(fresh.place, { in: 'bridge', bridge: conference });
  assert.deepEqual(mixes.get(conference)?.members, ['media of b'], 'still muted');
  assert.ok(told.includes('c for a'));
  act(() => board.talking(b, true));
  assert.ok(told.includes('b talks'));
});
