import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Action, type Event, type State, stepFor, table } from './transfer-states.ts';

const STATES = Object.keys(table) as State[];
const EVENTS: readonly Event[] = [
  'reached',
  'refused',
  'refusedHeld',
  'resumed',
  'left',
  'lost',
  'joined',
  'unjoined',
  'taken',
  'timeUp',
];

/** Every way through the table from the beginning. */
function ways(): readonly { readonly states: readonly State[]; readonly actions: readonly Action[] }[] {
  const ended: { states: State[]; actions: Action[] }[] = [];
  const walk = (state: State, states: State[], actions: Action[]): void => {
    const next = EVENTS.flatMap((event) => stepFor(state, event) ?? []).length;
    if (next === 0) ended.push({ states, actions });
    for (const event of EVENTS) {
      const step = stepFor(state, event);
      if (step === undefined) continue;
      const [to, ...doing] = step;
      walk(to, [...states, to], [...actions, ...doing]);
    }
  };
  walk('asking', ['asking'], []);
  return ended;
}

describe('the states of a transfer', () => {
  it('lead from every state to the end', () => {
    for (const state of STATES) assert.ok(state === 'over' || EVENTS.some((event) => stepFor(state, event)), state);
    assert.ok(ways().every(({ states }) => states.at(-1) === 'over'));
    assert.ok(ways().length > 10);
  });

  it('report one final status on every way, and nothing after the pair has parted', () => {
    for (const { states, actions } of ways())
      assert.equal(actions.filter((action) => action === 'report').length, 1, states.join(' '));
  });

  it('never leave anybody alone: whoever hears us is joined, dismissed, released, or was the one to go', () => {
    for (const state of ['waiting', 'returning', 'sorry', 'rejoined', 'asking', 'alone'] as const)
      assert.ok(stepFor(state, 'lost'), `${state} knows that the transferee may go`);
    for (const state of ['asking', 'waiting', 'rejoined', 'parting'] as const)
      assert.ok(stepFor(state, 'left'), `${state} knows that the transferor may go`);
  });
});
