import assert from 'node:assert/strict';
import { test } from 'node:test';
import { owner, scene } from './kit.test.ts';
import { CAUSES } from './party.ts';

test('in a bridge each hears the other; a held one gives the other music; un-hold takes it back', () => {
  const { board, leg, hears } = scene();
  const [alice, bob] = [leg('Alice', 'in'), leg('Bob', 'out')];
  board.answer(alice);
  board.answered(bob);
  board.bridge(alice, bob);
  assert.deepEqual(hears.get(alice), { kind: 'session', session: 'media of Bob' });
  assert.deepEqual(hears.get(bob), { kind: 'session', session: 'media of Alice' });
  board.hold(alice, true);
  assert.deepEqual(hears.get(bob), { kind: 'music' });
  board.hold(alice, false);
  assert.deepEqual(hears.get(bob), { kind: 'session', session: 'media of Alice' });
});

test('who is left in a bridge goes back to its owner, and ends if it has none', () => {
  const { board, leg, acts, hears } = scene();
  const told: string[] = [];
  const [alice, bob, carol] = [leg('Alice', 'in'), leg('Bob', 'out'), leg('Carol', 'out')];
  board.place(alice, { in: 'script', script: 's' }, owner(told));
  board.answer(alice);
  board.answered(bob);
  board.bridge(alice, bob);
  board.gone(bob, CAUSES.normal);
  assert.deepEqual(told, ['Bob gone']);
  assert.equal(alice.place.in, 'limbo');
  assert.deepEqual(hears.get(alice), { kind: 'nothing' });
  board.answered(carol);
  board.bridge(alice, carol);
  board.gone(alice, CAUSES.normal);
  assert.equal(carol.state, 'gone');
  assert.deepEqual(acts.slice(-1), ['Carol ends 200 Normal Clearing']);
  assert.deepEqual(board.legs, []);
});

test('a leg ends once, and its owner is told once', () => {
  const { board, leg, kernel } = scene();
  const told: string[] = [];
  const alice = leg('Alice', 'in');
  board.place(alice, { in: 'script', script: 's' }, owner(told));
  board.end(alice, CAUSES.busy);
  board.end(alice, CAUSES.normal);
  board.gone(alice, CAUSES.normal);
  assert.deepEqual(told, ['Alice gone']);
  assert.deepEqual(kernel.scene.census(), {});
});

test('displays follow places once the step has ended: only what changed is told, and what was parted again never', () => {
  const { board, leg, acts, kernel } = scene();
  const [alice, bob, carol] = [leg('Alice', 'in'), leg('Bob', 'out'), leg('Carol', 'out')];
  for (const one of [alice, bob, carol]) board.place(one, { in: 'script', script: 's' }, owner([]));
  board.answer(alice, bob.party);
  bob.shows = alice.party;
  for (const one of [bob, carol]) board.answered(one);
  acts.length = 0;
  kernel.input('join', () => board.bridge(alice, bob));
  assert.deepEqual(acts, []);
  kernel.input('join another by way of the first', () => {
    board.bridge(alice, carol);
    board.bridge(bob, carol);
    board.bridge(alice, carol);
    assert.deepEqual(acts, []);
  });
  assert.deepEqual(acts, ['Alice sees Carol', 'Carol sees Alice']);
});

test('a leg that is gone, or the same one twice, is in no bridge', () => {
  const { board, leg } = scene();
  const [alice, bob] = [leg('Alice', 'in'), leg('Bob', 'out')];
  board.end(bob);
  assert.equal(board.bridge(alice, bob), false);
  assert.equal(board.bridge(alice, alice), false);
  assert.equal(alice.place.in, 'limbo');
});
