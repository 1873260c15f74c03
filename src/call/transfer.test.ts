import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { scene } from './kit.test.ts';
import type { Errand, Leg } from './leg.ts';
import { CAUSES } from './party.ts';
import { Transfer } from './transfer.ts';
import { type Action, type Event, type State, stepFor, table } from './transfer-states.ts';

const STATES = Object.keys(table) as State[];
const EVENTS: readonly Event[] = [
  'reached',
  'refused',
  'refusedHeld',
  'refusedBlond',
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
    for (const state of ['waiting', 'offered', 'returning', 'sorry', 'rejoined', 'asking', 'alone'] as const)
      assert.ok(stepFor(state, 'lost'), `${state} knows that the transferee may go`);
    for (const state of ['asking', 'waiting', 'offered', 'rejoined', 'parting'] as const)
      assert.ok(stepFor(state, 'left'), `${state} knows that the transferor may go`);
  });
});

describe('every state and every event', () => {
  /** The transferor's call is his, or has become nobody's. */
  const HAS_CALL: readonly State[] = ['asking', 'rejoined', 'waiting', 'offered', 'parting'];
  /** The transferee is ours to end or to give back: nobody else is responsible for it. */
  const OURS: readonly State[] = ['asking', 'alone', 'rejoined', 'waiting', 'offered', 'returning', 'sorry'];
  const DECIDED: readonly State[] = ['rejoined', 'waiting', 'offered', 'returning', 'sorry', 'parting', 'over'];

  for (const state of STATES)
    for (const event of EVENTS) {
      const step = stepFor(state, event);
      it(`${state} × ${event}: ${step === undefined ? 'nothing' : step.join(', ')}`, () => {
        if (event === 'left')
          assert.equal(step !== undefined, HAS_CALL.includes(state), 'a transferor that has a call may leave');
        if (event === 'lost')
          assert.equal(step !== undefined, OURS.includes(state), 'a transferee that is ours may leave');
        if (event === 'lost' && step !== undefined) assert.equal(step[0], 'over', 'nobody is left to do anything for');
        if (state === 'over') assert.equal(step, undefined);
        if (step === undefined) return;
        const [to, ...actions]: readonly string[] = step;
        const tells = !DECIDED.includes(state) && DECIDED.includes(to as State);
        assert.equal(actions.includes('report'), tells, 'told once: when it is decided');
        if (to === 'returning') assert.ok(actions.includes('goBack'));
        if (to === 'rejoined') assert.ok(actions.includes('rejoin') && actions.includes('waitParting'));
        if (to === 'sorry' && state !== 'offered') assert.ok(actions.includes('congest'), 'he hears so from now on');
        if (to === 'sorry') assert.ok(actions.includes('waitSorry'));
        if (event === 'lost' && HAS_CALL.includes(state))
          assert.ok(actions.includes('dismiss'), 'who is left alone is hung up');
      });
    }
});

/** What may happen to a transfer, in any order. */
const ACTS = [
  'rings',
  'answers',
  'refuses',
  'transferor holds',
  'transferor resumes',
  'transferor hangs up',
  'transferee hangs up',
  'target hangs up',
  'told',
  'back answers',
  'back refuses',
  'a second',
  'a minute',
] as const;
type Act = (typeof ACTS)[number];

/** Bob sends Alice to Carol; whatever happens, in whatever order, nobody stays in a place that nobody looks after. */
class Play {
  readonly stage = scene();
  readonly alice = this.stage.leg('Alice', 'in');
  readonly bob = this.stage.leg('Bob', 'out');
  readonly carol = this.stage.leg('Carol', 'out');
  readonly back = this.stage.leg('Bob again', 'out');
  readonly reports: number[] = [];
  #told: (() => void)[] = [];
  #errand: Errand | undefined;
  #then: ((reached: Leg | boolean) => void) | undefined;

  constructor(goesBack: boolean) {
    const { board, kernel } = this.stage;
    board.answer(this.alice);
    board.answered(this.bob);
    board.bridge(this.alice, this.bob);
    const transfer = new Transfer(
      {
        kernel,
        board,
        report: (status, _reason, told) => {
          this.reports.push(status);
          if (told !== undefined) this.#told.push(told);
        },
        goBack: goesBack ? (_leg, then) => ({ cancel: this.#back(then) }) : undefined,
        parting: 2000,
        sorry: 15_000,
      },
      this.bob,
      this.alice,
    );
    transfer.blind((_leg, errand) => {
      this.#errand = errand;
      return { cancel: () => this.#cancelled() };
    });
  }

  act(act: Act): void {
    const { board } = this.stage;
    switch (act) {
      case 'rings':
        return this.#errand?.heard(180);
      case 'answers':
        return this.#answers();
      case 'refuses':
        return this.#settle((errand) => {
          board.end(this.carol);
          errand.refused(CAUSES.busy);
        });
      case 'transferor holds':
        return board.hold(this.bob, true);
      case 'transferor resumes':
        return board.hold(this.bob, false);
      case 'transferor hangs up':
        return this.#hangsUp(this.bob);
      case 'transferee hangs up':
        return this.#hangsUp(this.alice);
      case 'target hangs up':
        return this.carol.state === 'up' ? this.#hangsUp(this.carol) : undefined;
      case 'told':
        for (const told of this.#told.splice(0)) told();
        return undefined;
      case 'back answers':
        return this.#returns(true);
      case 'back refuses':
        return this.#returns(false);
      case 'a second':
        return this.stage.go(1000);
      case 'a minute':
        return this.stage.go(60_000);
    }
  }

  /** Nobody does anything any more but what times and phones decide: a target gives up, a phone that holds is switched off. */
  finish(): void {
    const { board } = this.stage;
    for (const act of ['refuses', 'told', 'a minute', 'back refuses', 'a minute'] as const) this.act(act);
    if (board.peerOf(this.bob) === undefined) this.act('transferor hangs up');
    for (const act of ['back refuses', 'told', 'a minute'] as const) this.act(act);
    if (this.back.state === 'new') board.end(this.back);
  }

  get legs(): readonly Leg[] {
    return [this.alice, this.bob, this.carol, this.back].filter(({ state }) => state !== 'gone');
  }

  #answers(): void {
    this.#settle((errand) => {
      const { board } = this.stage;
      board.answered(this.carol);
      board.bridge(this.alice, this.carol);
      for (const leg of [this.alice, this.carol]) board.disown(leg);
      errand.reached();
    });
  }

  /** The target's final status comes once. */
  #settle(act: (errand: Errand) => void): void {
    const errand = this.#errand;
    this.#errand = undefined;
    if (errand !== undefined) act(errand);
  }

  #cancelled(): void {
    this.#errand = undefined;
    this.stage.board.end(this.carol);
  }

  #hangsUp(leg: Leg): void {
    const { board } = this.stage;
    if (leg.state !== 'gone') board.gone(leg, CAUSES.normal);
  }

  #back(then: (reached: Leg | boolean) => void): () => void {
    this.#then = then;
    return () => {
      this.#then = undefined;
      this.stage.board.end(this.back);
    };
  }

  #returns(answers: boolean): void {
    const then = this.#then;
    this.#then = undefined;
    if (then === undefined) return;
    if (answers) this.stage.board.answered(this.back);
    else this.stage.board.end(this.back);
    then(answers ? this.back : false);
  }
}

describe('a transfer in which anything happens at any moment', () => {
  it('ends with nobody alone, nothing under way, and one final status', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(fc.constantFrom(...ACTS), { maxLength: 14 }), (goesBack, acts) => {
        const play = new Play(goesBack);
        for (const act of acts) play.act(act);
        play.finish();
        const { stage, legs, reports } = play;
        assert.equal(reports.filter((status) => status >= 200).length, 1, 'one final status');
        assert.ok((reports.at(-1) ?? 0) >= 200, 'and nothing after it');
        for (const leg of legs) {
          assert.equal(leg.place.in, 'bridge', `${leg.party.name} talks`);
          const peer = stage.board.peerOf(leg);
          assert.ok(peer !== undefined && peer.state === 'up', `${leg.party.name} talks to somebody`);
        }
        // And who talks hangs up on the other.
        const [first] = legs;
        if (first !== undefined) stage.board.gone(first, CAUSES.normal);
        assert.deepEqual(play.legs, []);
        assert.equal(stage.kernel.nextDue(), undefined, 'no clock runs');
      }),
      { numRuns: 2000 },
    );
  });
});
