import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Crypto, Kernel } from '../kernel/index.ts';
import { parseUri } from '../sip/message/index.ts';
import type { Binding } from './bindings.ts';
import { intervalOf, type Pinged, Reachability, type Reach, targetsOf } from './reachability.ts';
import type { BindingRow } from './store.ts';

const NO_CRYPTO: Crypto = {
  hash: () => new Uint8Array(16),
  hmac: () => new Uint8Array(16),
  random: (count) => new Uint8Array(count),
  equal: () => false,
};

function binding(id: string, more: Partial<BindingRow> = {}): Binding {
  const contact = more.contact ?? 'sip:101@10.0.0.11';
  const uri = parseUri(contact);
  if (uri === undefined) throw new Error(contact);
  const row = {
    protocol: 'udp',
    path: '',
    sourceAddress: '10.0.0.11',
    instance: '',
    refreshedAt: 0,
    ...more,
    id,
    contact,
  };
  return { row: row as BindingRow, uri, endsAt: 0 };
}

/** Seconds at which contacts are asked in ten minutes, by id; those in `silent` do not answer. */
function asked(
  bindings: readonly Binding[],
  qualify: { every: number; behindNat: number },
  silent: readonly string[] = [],
  nat?: 'auto' | 'yes' | 'no',
) {
  let now = 0;
  const onFault = ({ error }: { error: unknown }): never => {
    throw error;
  };
  const kernel = new Kernel({ now: () => now, wall: () => now, crypto: NO_CRYPTO, arm: () => undefined, onFault });
  const times: Record<string, number[]> = {};
  const reachability = new Reachability(kernel);
  const pinged = (one: Binding): Pinged => ({
    every: () => intervalOf(one, nat, qualify),
    ping: (done) => {
      const { id } = one.row;
      (times[id] ??= []).push(now / 1000);
      kernel.house.after(silent.includes(id) ? 32_000 : 5, () => done(!silent.includes(id)));
    },
  });
  for (const one of bindings) reachability.follow(one.row.id, pinged(one), false);
  for (let due = kernel.nextDue(); due !== undefined && due <= 600_000; due = kernel.nextDue()) {
    now = due;
    kernel.runDue();
  }
  return { times, reachability, kernel, pinged };
}

test('every contact is asked, one behind a NAT more often, one behind a proxy as any', () => {
  const natted = binding('natted', { contact: 'sip:101@192.168.1.7' });
  const proxied = binding('proxied', { contact: 'sip:101@192.168.1.7', path: '<sip:p;lr>' });
  const { times } = asked([binding('near'), natted, proxied], { every: 60, behindNat: 25 });
  const gaps = (id: string): readonly number[] =>
    (times[id] ?? []).slice(1).map((at, n) => Math.round(at - (times[id]?.[n] ?? 0)));
  assert.deepEqual(
    [new Set(gaps('near')), new Set(gaps('natted')), new Set(gaps('proxied'))],
    [new Set([60]), new Set([25]), new Set([60])],
  );
});

test('an endpoint that is said to be behind a NAT is kept alive, one that is said not to be is not', () => {
  const all = [binding('near'), binding('natted', { contact: 'sip:101@192.168.1.7' })];
  const qualify = { every: 0, behindNat: 25 };
  assert.deepEqual(Object.keys(asked(all, qualify, [], 'yes').times).sort(), ['natted', 'near']);
  assert.deepEqual(asked(all, qualify, [], 'no').times, {});
  assert.deepEqual(Object.keys(asked(all, qualify, [], 'auto').times), ['natted']);
});

test('0 asks nobody; behindNat alone asks those', () => {
  const all = [binding('near'), binding('natted', { contact: 'sip:101@192.168.1.7' })];
  assert.deepEqual(asked(all, { every: 0, behindNat: 0 }).times, {});
  assert.deepEqual(Object.keys(asked(all, { every: 0, behindNat: 25 }).times), ['natted']);
});

test('silence is unreachable until something comes again; a REGISTER is word enough; what is forgotten is not asked', () => {
  const [loud, quiet] = [binding('loud'), binding('quiet')];
  const { reachability, kernel, pinged } = asked([loud, quiet], { every: 60, behindNat: 0 }, ['quiet']);
  assert.deepEqual(
    [reachability.of('loud'), reachability.of('quiet'), reachability.of('nobody')],
    ['reachable', 'unreachable', 'unknown'],
  );
  reachability.follow('quiet', pinged(quiet), false);
  assert.equal(reachability.of('quiet'), 'unreachable');
  reachability.follow('quiet', pinged(quiet), true);
  assert.equal(reachability.of('quiet'), 'reachable');
  for (const id of ['loud', 'quiet']) reachability.forget(id);
  assert.deepEqual([kernel.house.census()['timer'] ?? 0, reachability.of('quiet')], [0, 'unknown']);
});

test('one contact of each phone is rung, the one refreshed last; silent ones only where nobody answers', () => {
  const flow = (id: string, refreshedAt: number): Binding => binding(id, { instance: '<urn:1>', refreshedAt });
  const all = [flow('old', 1), flow('new', 2), binding('other')];
  const order = (reach: Readonly<Record<string, Reach>>): readonly (readonly string[])[] =>
    targetsOf(all, (id) => reach[id] ?? 'unknown').map((phone) => phone.map(({ row }) => row.id));
  assert.deepEqual(order({}), [['new', 'old'], ['other']]);
  assert.deepEqual(order({ new: 'unreachable' }), [['old', 'new'], ['other']]);
  assert.deepEqual(order({ other: 'unreachable', old: 'unreachable' }), [['new', 'old'], ['other']]);
  assert.deepEqual(order({ other: 'unreachable', new: 'reachable' }), [['new', 'old']]);
  assert.deepEqual(order({ other: 'unreachable', new: 'unreachable', old: 'unreachable' }), [
    ['new', 'old'],
    ['other'],
  ]);
});
