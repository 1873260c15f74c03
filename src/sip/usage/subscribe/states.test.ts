import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Action, type Event, type State, type Step, stepFor, table } from './states.ts';

const states = Object.keys(table) as State[];
const events: readonly Event[] = ['changed', 'subscribed', 'over', 'delivered', 'failed'];
const steps = states.flatMap((from) =>
  events.flatMap((event) => {
    const step = stepFor(from, event);
    return step === undefined ? [] : [{ from, event, to: step[0], actions: actionsOf(step) }];
  }),
);
function actionsOf([, ...actions]: Step): readonly Action[] {
  return actions;
}

const underWay = (state: State): boolean => ['sending', 'stale', 'leaving', 'ending'].includes(state);

test('one NOTIFY at a time: none is sent while one is under way, and then none is without an answer', () => {
  for (const { from, event, to, actions } of steps) {
    const sends = actions.some((action) => action.startsWith('send'));
    if (sends) assert.ok(!underWay(from) || event === 'delivered', `${from} ${event}`);
    if (sends) assert.ok(underWay(to), `${from} ${event}`);
    if (event === 'delivered') assert.ok(underWay(from), from);
  }
  for (const state of states) assert.equal(stepFor(state, 'failed') !== undefined, underWay(state), state);
});

test('every state comes to an end, told once and last', () => {
  for (const { from, event, to, actions } of steps) {
    assert.equal(actions.at(-1) === 'tellEnded', to === 'ended', `${from} ${event}`);
    assert.equal(actions.includes('forget'), to === 'ended', `${from} ${event}`);
  }
  assert.deepEqual(
    steps.filter(({ from }) => from === 'ended'),
    [],
  );
  for (const state of states) if (state !== 'ended') assert.ok(endsFrom(state), state);
});

test('what ends says so in its last NOTIFY, unless a NOTIFY failed', () => {
  for (const { from, event, to } of steps) if (to === 'ended') assert.ok(from === 'ending' || event === 'failed', from);
  for (const { from, to, actions } of steps) assert.equal(actions.includes('sendLast'), from !== to && to === 'ending');
});

function endsFrom(state: State, seen: readonly State[] = []): boolean {
  if (state === 'ended') return true;
  return steps.some(({ from, to }) => from === state && !seen.includes(to) && endsFrom(to, [...seen, state]));
}
