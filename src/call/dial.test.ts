import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { best } from './aggregate.ts';
import { type DialRequest, dial } from './dial.ts';
import { scene, type Scene } from './kit.test.ts';
import type { Leg } from './leg.ts';
import type { Outcome } from './outcome.ts';
import { CAUSES, type Cause } from './party.ts';
import type { Ringer, Target } from './target.ts';

/** Phones by the names of their owners: `['Bob', 'Bob']` are two phones of Bob's. */
type Phones = readonly string[];

interface Dialled {
  readonly legs: Leg[];
  readonly outcomes: Outcome[];
  readonly caller: Leg;
  readonly cancel: (cause: Cause) => void;
}

function dialing(
  set: Scene,
  phones: Phones,
  options: Partial<DialRequest> & { readonly times?: Partial<Target>[] } = {},
): Dialled {
  const caller = set.leg('Alice', 'in');
  set.board.place(caller, { in: 'script', script: 's' }, undefined);
  const legs: Leg[] = [];
  const outcomes: Outcome[] = [];
  const ringer =
    (name: string): Ringer =>
    () => {
      const leg = set.leg(name, 'out');
      legs.push(leg);
      return { leg };
    };
  const targets = [...new Set(phones)].map(
    (name, index): Target => ({
      ringers: () => phones.filter((one) => one === name).map(ringer),
      after: 0,
      for: undefined,
      ...options.times?.[index],
    }),
  );
  const request: DialRequest = {
    caller,
    targets,
    inTurn: false,
    for: 20_000,
    shows: { name: 'Sales', number: '500' },
    earlyMedia: 'alone',
    declineEnds: 'dial',
    ...options,
  };
  const dialled = dial(set.kernel, set.board, request, (outcome) => outcomes.push(outcome));
  return { legs, outcomes, caller, cancel: (cause) => dialled.cancel(cause) };
}

function at(legs: readonly Leg[], index: number): Leg {
  const leg = legs[index];
  assert.ok(leg !== undefined, `there is no leg ${index}`);
  return leg;
}

function status(outcomes: readonly Outcome[]): number | string | undefined {
  const [first] = outcomes;
  assert.ok(outcomes.length < 2);
  return first?.kind === 'answered' ? 'answered' : first?.status;
}

const DECLINED = { status: 603, reasonPhrase: 'Decline' };

test('the first phone to answer wins; the others hear that it was answered elsewhere', () => {
  const set = scene();
  const { legs, outcomes } = dialing(set, ['Bob', 'Bob']);
  set.board.ringing(at(legs, 0));
  set.board.ringing(at(legs, 1));
  set.board.answered(at(legs, 1));
  assert.deepEqual(outcomes, [{ kind: 'answered', leg: legs[1] }]);
  assert.deepEqual(set.acts, ['Alice hears ringing of Bob', 'Bob ends 200 Call completed elsewhere']);
  set.go(60_000);
  assert.equal(outcomes.length, 1);
  assert.equal(set.kernel.scene.census()['timer'], undefined);
});

test('when all refuse, busy speaks before unavailable', () => {
  const set = scene();
  const { legs, outcomes } = dialing(set, ['Bob', 'Bob']);
  set.board.gone(at(legs, 0), CAUSES.unavailable);
  assert.equal(outcomes.length, 0);
  set.board.gone(at(legs, 1), CAUSES.busy);
  assert.equal(outcomes[0]?.kind, 'busy');
});

test('a 6xx ends the dial at once (RFC 3261 §16.7), unless it is to spare the other targets', () => {
  const set = scene();
  const strict = dialing(set, ['Bob', 'Bob', 'Carol']);
  set.board.gone(at(strict.legs, 0), DECLINED);
  assert.deepEqual(strict.outcomes, [{ kind: 'rejected', ...DECLINED }]);
  assert.ok(strict.legs.every(({ state }) => state === 'gone'));
  const mild = dialing(set, ['Bob', 'Bob', 'Carol'], { declineEnds: 'target' });
  set.board.gone(at(mild.legs, 0), DECLINED);
  assert.deepEqual(
    mild.legs.map(({ state }) => state),
    ['gone', 'gone', 'new'],
  );
  set.board.answered(at(mild.legs, 2));
  assert.equal(status(mild.outcomes), 'answered');
});

test('nobody answers in time: the phones stop ringing, and the caller is told 480', () => {
  const set = scene();
  const { legs, outcomes } = dialing(set, ['Bob']);
  set.board.ringing(at(legs, 0));
  set.go(19_999);
  assert.equal(outcomes.length, 0);
  set.go(1);
  assert.deepEqual(outcomes, [{ kind: 'noAnswer', ...CAUSES.noAnswer }]);
  assert.equal(legs[0]?.state, 'gone');
});

test('a contact that says nothing for four seconds does not delay the others, of its own account or of another', () => {
  for (const phones of [
    ['Bob', 'Bob'],
    ['Bob', 'Carol'],
  ]) {
    const set = scene();
    const { legs, outcomes } = dialing(set, phones);
    set.board.gone(at(legs, 1), CAUSES.busy);
    set.go(3999);
    assert.equal(outcomes.length, 0);
    set.go(1);
    assert.equal(status(outcomes), 486);
    assert.equal(legs[0]?.state, 'gone');
  }
});

test('one that rings is waited for, silent ones beside it or not', () => {
  const set = scene();
  const { legs, outcomes } = dialing(set, ['Bob', 'Bob', 'Carol']);
  set.board.ringing(at(legs, 0));
  set.board.gone(at(legs, 2), CAUSES.busy);
  set.go(10_000);
  assert.equal(outcomes.length, 0);
  set.board.answered(at(legs, 0));
  assert.equal(status(outcomes), 'answered');
});

test('a phone that answers 503 makes the caller hear 500, never 503', () => {
  const set = scene();
  const { legs, outcomes } = dialing(set, ['Bob']);
  set.board.gone(at(legs, 0), { status: 503, reasonPhrase: 'Service Unavailable' });
  assert.equal(status(outcomes), 500);
});

test('with nowhere to ring the dial still answers, in a step of its own', () => {
  const set = scene();
  const nobody = dialing(set, []);
  const nowhere = dialing(set, ['Bob'], { times: [{ ringers: () => CAUSES.noSuchNumber }] });
  const noPort = dialing(set, ['Bob'], { times: [{ ringers: () => [() => ({ refused: CAUSES.noCircuit })] }] });
  for (const { outcomes } of [nobody, nowhere, noPort]) assert.equal(outcomes.length, 0);
  set.go(0);
  assert.deepEqual(
    [nobody, nowhere, noPort].map(({ outcomes }) => status(outcomes)),
    [480, 404, 480],
  );
  assert.deepEqual(noPort.outcomes, [{ kind: 'unavailable', ...CAUSES.noCircuit }]);
});

test('in turn: the next is rung when the one before has refused or rung out, and the caller sees who rings', () => {
  const set = scene();
  const { legs, outcomes } = dialing(set, ['Bob', 'Carol', 'Dave'], {
    inTurn: true,
    for: 10_000,
    times: [{}, { for: 5000 }],
  });
  assert.equal(legs.length, 1);
  set.board.gone(at(legs, 0), CAUSES.busy);
  set.board.ringing(at(legs, 1));
  set.go(4999);
  assert.equal(legs.length, 2);
  set.go(1);
  assert.equal(legs[1]?.state, 'gone');
  set.board.ringing(at(legs, 2));
  assert.deepEqual(
    set.acts.filter((act) => act.startsWith('Alice')),
    ['Alice hears ringing of Carol', 'Alice hears ringing of Dave'],
  );
  set.go(10_000);
  assert.equal(status(outcomes), 486);
  assert.equal(set.kernel.scene.census()['timer'], undefined);
});

test('in turn: a phone that says nothing for four seconds is passed over, the last and only one is not', () => {
  const set = scene();
  const { legs } = dialing(set, ['Bob', 'Carol'], { inTurn: true });
  set.go(4000);
  assert.deepEqual([legs[0]?.state, legs[1]?.state], ['gone', 'new']);
  const alone = dialing(set, ['Bob'], { inTurn: true });
  set.go(19_999);
  assert.equal(alone.outcomes.length, 0);
  set.go(1);
  assert.equal(status(alone.outcomes), 480);
});

test('with delays: each is rung after its own, earlier when nobody else rings', () => {
  const set = scene();
  const times = [{}, { after: 5000 }, { after: 9000 }];
  const { legs, outcomes } = dialing(set, ['Bob', 'Carol', 'Dave'], { times });
  set.board.ringing(at(legs, 0));
  set.go(5000);
  assert.equal(legs.length, 2);
  set.board.ringing(at(legs, 1));
  set.board.gone(at(legs, 0), CAUSES.busy);
  set.board.gone(at(legs, 1), CAUSES.busy);
  assert.equal(legs.length, 3);
  set.board.gone(at(legs, 2), CAUSES.unavailable);
  assert.equal(status(outcomes), 486);
});

test('a phone that rings alone is heard before it answers, and hears the caller', () => {
  const set = scene();
  const { legs, caller, outcomes } = dialing(set, ['Bob']);
  set.board.earlyMedia(at(legs, 0));
  assert.deepEqual(set.acts, ['Alice listens to Bob']);
  assert.equal(caller.state, 'early');
  assert.deepEqual(set.hears.get(caller), { kind: 'session', session: 'media of Bob' });
  assert.deepEqual(set.hears.get(at(legs, 0)), { kind: 'session', session: 'media of Alice' });
  set.board.ringing(at(legs, 0));
  set.board.answered(at(legs, 0));
  assert.equal(status(outcomes), 'answered');
  assert.deepEqual(set.acts, ['Alice listens to Bob']);
  set.board.answer(caller);
  set.board.bridge(caller, at(legs, 0));
  assert.deepEqual(set.hears.get(caller), { kind: 'session', session: 'media of Bob' });
});

test('of several that ring none is heard, until one is left; the policies first and never do as they say', () => {
  const set = scene();
  const { legs, caller } = dialing(set, ['Bob', 'Carol']);
  set.board.earlyMedia(at(legs, 0));
  set.board.earlyMedia(at(legs, 1));
  assert.deepEqual(set.acts, ['Alice hears ringing of Sales']);
  set.board.gone(at(legs, 0), CAUSES.busy);
  assert.deepEqual(set.hears.get(caller), { kind: 'session', session: 'media of Carol' });
  const first = dialing(set, ['Bob', 'Carol'], { earlyMedia: 'first' });
  set.board.earlyMedia(at(first.legs, 1));
  set.board.earlyMedia(at(first.legs, 0));
  assert.deepEqual(set.hears.get(first.caller), { kind: 'session', session: 'media of Carol' });
  const never = dialing(set, ['Bob'], { earlyMedia: 'never' });
  set.board.earlyMedia(at(never.legs, 0));
  assert.equal(never.caller.state, 'ringing');
});

test('who was heard goes: the caller, whose phone rings no more by itself, hears us ring at the next', () => {
  const set = scene();
  const { legs, caller, outcomes } = dialing(set, ['Bob', 'Carol'], { inTurn: true });
  set.board.earlyMedia(at(legs, 0));
  set.board.gone(at(legs, 0), CAUSES.busy);
  assert.deepEqual(set.hears.get(caller), { kind: 'nothing' });
  set.board.ringing(at(legs, 1));
  assert.equal(set.hears.get(caller)?.kind, 'tone');
  assert.deepEqual(caller.shows, { name: 'Carol', number: 'Carol' });
  set.board.answered(at(legs, 1));
  assert.equal(status(outcomes), 'answered');
  assert.deepEqual(set.hears.get(caller), { kind: 'nothing' });
});

test('a phone that sends the call on: the others are rung in its place, the caller hears of it (181)', () => {
  const set = scene();
  const carol: Leg[] = [];
  const ringer = (): ReturnType<Ringer> => {
    carol.push(set.leg('Carol', 'out'));
    return { leg: at(carol, 0) };
  };
  const bob = set.leg('Bob', 'out');
  const { outcomes, caller } = dialing(set, ['Bob'], {
    times: [{ ringers: () => [() => ({ leg: bob, moved: () => [ringer] })] }],
  });
  set.go(6000);
  set.board.gone(bob, { ...CAUSES.unavailable, movedTo: [{ number: '103', host: 'here' }] });
  assert.deepEqual(set.acts, ['Alice hears of 181']);
  set.go(100);
  assert.equal(outcomes.length, 0);
  set.board.ringing(at(carol, 0));
  assert.deepEqual(caller.shows, { name: 'Carol', number: 'Carol' });
  set.board.gone(at(carol, 0), { ...CAUSES.unavailable, movedTo: [{ number: '102', host: 'here' }] });
  assert.equal(status(outcomes), 480);
});

test('a dial that is given up tells no outcome and leaves nothing, wherever it stands', () => {
  const set = scene();
  const { cancel, outcomes, legs, caller } = dialing(set, ['Bob', 'Carol'], { times: [{}, { after: 1000 }] });
  set.board.earlyMedia(at(legs, 0));
  cancel(CAUSES.cancelled);
  cancel(CAUSES.cancelled);
  set.go(60_000);
  assert.equal(outcomes.length, 0);
  assert.equal(legs[0]?.state, 'gone');
  assert.deepEqual(set.hears.get(caller), { kind: 'nothing' });
  assert.equal(set.kernel.scene.census()['timer'], undefined);
});

test('what is told for several refusals is one of them, a 6xx if there is one, never 503', () => {
  const cause = fc.integer({ min: 400, max: 699 }).map((code): Cause => ({ status: code, reasonPhrase: 'No' }));
  fc.assert(
    fc.property(fc.array(cause, { minLength: 1 }), (causes) => {
      const told = best(causes).status;
      assert.notEqual(told, 503);
      assert.ok(causes.some(({ status: one }) => one === told || (one === 503 && told === 500)));
      assert.equal(
        told >= 600,
        causes.some(({ status: one }) => one >= 600),
      );
    }),
  );
});

type Event = {
  readonly phone: number;
  readonly does: 'ring' | 'early' | 'answer' | 'busy' | 'decline' | 'wait' | 'hangup';
};

test('whatever phones and caller do in whatever order: one outcome at most, and nothing is left', () => {
  const event = fc.record({
    phone: fc.nat(5),
    does: fc.constantFrom('ring', 'early', 'answer', 'busy', 'decline', 'wait', 'hangup'),
  }) as fc.Arbitrary<Event>;
  const options = fc.record({
    inTurn: fc.boolean(),
    earlyMedia: fc.constantFrom<DialRequest['earlyMedia'][]>('alone', 'first', 'never'),
    declineEnds: fc.constantFrom<DialRequest['declineEnds'][]>('dial', 'target'),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 20 }), options, (events, how) => {
      const set = scene();
      const dialled = dialing(set, ['Bob', 'Bob', 'Carol', 'Dave'], {
        ...how,
        times: [{}, { after: 3000 }, { for: 7000 }],
      });
      for (const one of events) happens(set, dialled, one);
      set.go(100_000);
      const gaveUp = events.some(({ does }) => does === 'hangup');
      assert.ok(dialled.outcomes.length === 1 || (gaveUp && dialled.outcomes.length === 0));
      const winner = dialled.outcomes[0]?.kind === 'answered' ? dialled.outcomes[0].leg : undefined;
      for (const leg of dialled.legs) if (leg !== winner) assert.equal(leg.state, 'gone');
      assert.equal(set.kernel.scene.census()['timer'], undefined);
    }),
  );
});

function happens({ board, go }: Scene, { legs, cancel }: Dialled, { phone, does }: Event): void {
  const leg = legs[phone];
  if (does === 'wait') return go(1500);
  if (does === 'hangup') return cancel(CAUSES.cancelled);
  if (leg === undefined || leg.state === 'gone' || leg.state === 'up') return;
  switch (does) {
    case 'ring':
      return board.ringing(leg);
    case 'early':
      return board.earlyMedia(leg);
    case 'answer':
      return board.answered(leg);
    case 'busy':
      return board.gone(leg, CAUSES.busy);
    case 'decline':
      return board.gone(leg, DECLINED);
  }
}
