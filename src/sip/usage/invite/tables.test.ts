import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Exchange, type ExchangeEvent, exchangeAfter, exchanges } from './exchange.ts';
import { type ReliableEvent, type ReliableState, reliableStep, reliableTable } from './reliable-states.ts';
import { type TimerHappening, type TimerState, timerStep, timerTable } from './timer-states.ts';

const walkOf = <E extends string>(...events: readonly E[]): fc.Arbitrary<E[]> =>
  fc.array(fc.constantFrom(...events), { maxLength: 40 });

describe('the table of offer and answer (RFC 3264 §4)', () => {
  it('has one offer out at a time, answered by the other side, on every walk', () => {
    const seen = new Set<Exchange>();
    fc.assert(
      fc.property(walkOf<ExchangeEvent>('sendOffer', 'takeOffer', 'sendAnswer', 'takeAnswer', 'drop'), (walk) => {
        let state: Exchange = 'none';
        let open: 'sendOffer' | 'takeOffer' | undefined;
        seen.add(state);
        for (const event of walk) {
          const next = exchangeAfter(state, event);
          const legal = open === undefined ? event.endsWith('Offer') : fits(open, event);
          assert.equal(next !== undefined, legal, `${event} in ${state}`);
          if (next === undefined) continue;
          open = event === 'sendOffer' || event === 'takeOffer' ? event : undefined;
          state = next;
          seen.add(state);
        }
      }),
    );
    assert.deepEqual([...seen].toSorted(), Object.keys(exchanges).toSorted());
  });
});

function fits(open: ExchangeEvent, event: ExchangeEvent): boolean {
  return event === 'drop' || event === (open === 'sendOffer' ? 'takeAnswer' : 'sendAnswer');
}

describe('the table of reliable provisional responses (RFC 3262 §3)', () => {
  it('sends none while one waits, stops when it stops waiting, and is over after a final response', () => {
    const seen = new Set<ReliableState>();
    fc.assert(
      fc.property(walkOf<ReliableEvent>('send', 'pracked', 'again', 'late', 'final'), (walk) => {
        let state: ReliableState = 'idle';
        let waiting = 0;
        let over = false;
        seen.add(state);
        for (const event of walk) {
          const step = reliableStep(state, event);
          if (step === undefined) continue;
          const [to, ...actions] = step;
          assert.ok(!over, `${event} after the end`);
          for (const action of actions) waiting += { transmit: 1, stop: -1 }[action as 'transmit'] ?? 0;
          over = event === 'final' || event === 'late';
          state = to;
          seen.add(state);
          assert.equal(waiting, state === 'sent' ? 1 : 0);
        }
      }),
    );
    assert.deepEqual([...seen].toSorted(), Object.keys(reliableTable).toSorted());
  });
});

describe('the table of the session timer (RFC 4028 §10)', () => {
  const happenings: TimerHappening[] = ['weRefresh', 'theyRefresh', 'nobody', 'half', 'refused', 'expired', 'over'];

  it('knows no happening that the test does not', () => {
    const named = new Set(Object.values(timerTable).flatMap((row) => Object.keys(row)));
    assert.deepEqual([...named].toSorted(), happenings.toSorted());
  });

  it('runs exactly while one was agreed, refreshes only when that is ours to do, and ends the session once', () => {
    const seen = new Set<TimerState>();
    fc.assert(
      fc.property(walkOf(...happenings), (walk) => {
        let state: TimerState = 'off';
        let ticking = false;
        seen.add(state);
        for (const happening of walk) {
          const step = timerStep(state, happening);
          if (step === undefined) continue;
          const [to, ...actions] = step;
          if (actions.includes('refresh')) assert.equal(state, 'ours');
          if (actions.includes('expire')) assert.equal(to, 'off');
          for (const action of actions) {
            if (action === 'stop') ticking = false;
            if (action === 'startExpiry') ticking = true;
          }
          state = to;
          seen.add(state);
          assert.equal(ticking, state !== 'off', `${happening} leads to ${state}`);
        }
      }),
    );
    assert.deepEqual([...seen].toSorted(), Object.keys(timerTable).toSorted());
  });
});
