import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Kernel } from '../kernel/index.ts';
import type { Hears } from '../media/protocol.ts';
import { dial } from './dial.ts';
import type { LegDriver } from './driver.ts';
import type { Leg, LegOwner } from './leg.ts';
import type { Outcome } from './outcome.ts';
import { CAUSES } from './party.ts';
import { Switchboard } from './switchboard.ts';

interface Scene {
  readonly board: Switchboard;
  readonly kernel: Kernel;
  /** What was done to legs, in words. */
  readonly acts: string[];
  readonly hears: Map<Leg, Hears>;
  readonly leg: (name: string, direction: 'in' | 'out') => Leg;
  readonly go: (ms: number) => void;
}

function scene(): Scene {
  let now = 0;
  let octet = 0;
  const kernel = new Kernel({
    now: () => now,
    wall: () => now,
    arm: () => undefined,
    onFault: ({ error }) => {
      throw error;
    },
    crypto: {
      hash: () => new Uint8Array(),
      hmac: () => new Uint8Array(),
      random: (count) => new Uint8Array(count).fill((octet += 1)),
      equal: () => true,
    },
  });
  const acts: string[] = [];
  const hears = new Map<Leg, Hears>();
  const driver: LegDriver = {
    ring: (leg, shows) => void acts.push(`${leg.party.name} hears ringing of ${shows?.name}`),
    answer: (leg, shows) => void acts.push(`${leg.party.name} is answered by ${shows?.name}`),
    end: (leg, cause) => void acts.push(`${leg.party.name} ends ${cause.status} ${cause.reasonPhrase}`),
    hear: (leg, what) => void hears.set(leg, what),
    sessionOf: (leg) => `media of ${leg.party.name}`,
  };
  const board = new Switchboard(kernel, driver, () => undefined);
  return {
    board,
    kernel,
    acts,
    hears,
    leg: (name, direction) => board.add({ direction, call: 'c', account: name, party: { name, number: name } }),
    go: (ms) => {
      const until = now + ms;
      for (let due = kernel.nextDue(); due !== undefined && due <= until; due = kernel.nextDue()) {
        now = due;
        kernel.runDue();
      }
      now = until;
    },
  };
}

function owner(told: string[]): LegOwner {
  return {
    ringing: () => undefined,
    answered: () => undefined,
    digit: (_leg, digit) => void told.push(digit),
    played: () => undefined,
    gone: (leg) => void told.push(`${leg.party.name} gone`),
  };
}

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

function dialing(
  set: Scene,
  names: readonly string[],
  ringing = 20_000,
): { legs: Leg[]; outcomes: Outcome[]; caller: Leg } {
  const caller = set.leg('Alice', 'in');
  const legs: Leg[] = [];
  const outcomes: Outcome[] = [];
  const ringers = names.map((name) => () => {
    const leg = set.leg(name, 'out');
    legs.push(leg);
    return leg;
  });
  const shows = { name: 'Bob', number: '102' };
  dial(set.kernel, set.board, { caller, ringers, for: ringing, shows }, (outcome) => outcomes.push(outcome));
  return { legs, outcomes, caller };
}

test('the first phone to answer wins; the others hear that it was answered elsewhere', () => {
  const set = scene();
  const { legs, outcomes } = dialing(set, ['desk', 'mobile']);
  const [desk, mobile] = legs;
  assert.ok(desk !== undefined && mobile !== undefined);
  set.board.ringing(desk);
  set.board.ringing(mobile);
  set.board.answered(mobile);
  assert.deepEqual(outcomes, [{ kind: 'answered', leg: mobile }]);
  assert.deepEqual(set.acts, ['Alice hears ringing of Bob', 'desk ends 200 Call completed elsewhere']);
  set.go(60_000);
  assert.equal(outcomes.length, 1);
  assert.equal(set.kernel.scene.census()['timer'], undefined);
});

test('when all refuse, busy speaks before unavailable, and 6xx at once for all', () => {
  const set = scene();
  const { legs, outcomes } = dialing(set, ['desk', 'mobile']);
  set.board.gone(legs[0] as Leg, CAUSES.unavailable);
  assert.equal(outcomes.length, 0);
  set.board.gone(legs[1] as Leg, CAUSES.busy);
  assert.equal(outcomes[0]?.kind, 'busy');
  const other = dialing(set, ['desk', 'mobile']);
  set.board.gone(other.legs[0] as Leg, { status: 603, reasonPhrase: 'Decline' });
  assert.deepEqual(other.outcomes, [{ kind: 'rejected', status: 603, reasonPhrase: 'Decline' }]);
  assert.equal(other.legs[1]?.state, 'gone');
});

test('nobody answers in time: the phones stop ringing, and the caller is told 480', () => {
  const set = scene();
  const { legs, outcomes } = dialing(set, ['desk']);
  set.board.ringing(legs[0] as Leg);
  set.go(19_999);
  assert.equal(outcomes.length, 0);
  set.go(1);
  assert.equal(outcomes[0]?.kind, 'noAnswer');
  assert.equal(legs[0]?.state, 'gone');
});

test('a contact that says nothing for four seconds does not delay the others', () => {
  const set = scene();
  const { legs, outcomes } = dialing(set, ['silent', 'busy']);
  set.board.gone(legs[1] as Leg, CAUSES.busy);
  set.go(3999);
  assert.equal(outcomes.length, 0);
  set.go(1);
  assert.equal(outcomes[0]?.kind, 'busy');
});

test('a phone that answers 503 makes the caller hear 500, never 503', () => {
  const set = scene();
  const { legs, outcomes } = dialing(set, ['desk']);
  set.board.gone(legs[0] as Leg, { status: 503, reasonPhrase: 'Service Unavailable' });
  assert.equal(outcomes[0]?.kind === 'rejected' && outcomes[0].status, 500);
});

test('with nowhere to ring the dial still answers in a step of its own', () => {
  const set = scene();
  const { outcomes } = dialing(set, []);
  assert.equal(outcomes.length, 0);
  set.go(0);
  assert.equal(outcomes[0]?.kind, 'unavailable');
});
