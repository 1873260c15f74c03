import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Action, type Event, type State, type Step, shown, stepFor, table } from './states.ts';

const states = Object.keys(table) as State[];
const events: Event[] = [
  'provisional',
  'success',
  'refused',
  'progress',
  'accept',
  'reject',
  'cancel',
  'bye',
  'cancelled',
  'acked',
  'byeReceived',
  'unacked',
  'gone',
  'byeDone',
];
const steps = states.flatMap((from) =>
  events.flatMap((event) => {
    const step = stepFor(from, event);
    return step === undefined ? [] : [{ from, event, to: step[0], actions: actionsOf(step) }];
  }),
);
const tells = (action: Action): boolean => action.startsWith('tell');
const tellsTheEnd = (action: Action): boolean => ['tellRejected', 'tellEnded', 'tellEndedNext'].includes(action);
const over = (state: State): boolean => shown[state] === 'ended';

function actionsOf([, ...actions]: Step): readonly Action[] {
  return actions;
}

/** A name for each pair, to see which one is wrong. */
function wrong(which: (step: (typeof steps)[number]) => boolean): string[] {
  return steps.filter(which).map(({ from, event }) => `${from} ${event}`);
}

describe('the table of the INVITE usage', () => {
  it('knows no event that the test does not', () => {
    const named = new Set(Object.values(table).flatMap((row) => Object.keys(row)));
    assert.deepEqual([...named].toSorted(), events.toSorted());
  });

  it('tells last, and once', () => {
    assert.deepEqual(
      wrong(({ actions }) => actions.slice(0, -1).some(tells)),
      [],
    );
  });

  it('tells the end exactly where a session ends for its owner', () => {
    assert.deepEqual(
      wrong(({ from, to, actions }) => actions.some(tellsTheEnd) !== (!over(from) && over(to))),
      [],
    );
  });

  it('never comes back from the end, and tells nothing there', () => {
    assert.deepEqual(
      wrong(({ from, to, actions }) => over(from) && (!over(to) || actions.some(tells))),
      [],
    );
  });

  it('leaves the dialogs on the way to the last state, and nowhere else', () => {
    assert.deepEqual(
      wrong(({ to, actions }) => actions.includes('forget') !== (to === 'ended')),
      [],
    );
  });

  it('leaves no timer behind when a callee’s call ends', () => {
    const ticking: State[] = ['offered', 'answered', 'leaving', 'up'];
    // An ACK or the want of one has stopped the repetition before the step is taken.
    const stopped: Event[] = ['acked', 'unacked'];
    assert.deepEqual(
      wrong(
        ({ from, event, to, actions }) =>
          ticking.includes(from) && over(to) && !stopped.includes(event) && !actions.includes('hush'),
      ),
      [],
    );
  });

  it('sends BYE only for answered calls, and by the callee only after ACK or time-out (RFC 3261 §15)', () => {
    assert.deepEqual(
      wrong(({ from, event, actions }) => {
        if (!actions.includes('sendBye')) return false;
        return from === 'answered' || from === 'leaving'
          ? event !== 'acked' && event !== 'unacked'
          : from === 'offered';
      }),
      [],
    );
  });

  it('answers the BYE of the peer wherever there is a dialog', () => {
    const deaf = states.filter((state) => !stepFor(state, 'byeReceived')?.includes('answerBye'));
    assert.deepEqual(deaf, ['ended']);
  });

  it('on every walk from either start tells the end once, and every state can be reached and left', () => {
    const seen = new Set<State>();
    fc.assert(
      fc.property(
        fc.constantFrom<State>('inviting', 'offered'),
        fc.array(fc.constantFrom(...events)),
        (start, walk) => {
          let state = start;
          let ends = 0;
          seen.add(state);
          for (const event of walk) {
            const step = stepFor(state, event);
            if (step === undefined) continue;
            ends += actionsOf(step).filter(tellsTheEnd).length;
            [state] = step;
            seen.add(state);
          }
          assert.equal(ends, over(state) ? 1 : 0);
        },
      ),
      { numRuns: 2000 },
    );
    assert.deepEqual([...seen].toSorted(), states.toSorted());
    const stuck = states.filter(
      (state) => state !== 'ended' && !steps.some(({ from, to }) => from === state && to !== state),
    );
    assert.deepEqual(stuck, []);
  });
});
