import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallView, ExchangeView, RecordView } from '../pbx/view.ts';
import { operations } from './index.ts';

const call: CallView = {
  id: 'c1',
  from: { name: 'Alice', number: '101' },
  dialed: '800',
  since: 1000,
  answeredAt: undefined,
  legs: [{ id: 'l1', direction: 'in', state: 'up', party: { name: '', number: '101' }, held: false, place: 'script' }],
};

function view(ended: string[] = []): ExchangeView {
  return {
    status: () => ({
      version: '1.2.3',
      node: 'n1',
      startedAt: 1,
      accounts: 4,
      registrations: 2,
      calls: 1,
      scene: { leg: 1 },
      house: {},
      faults: 0,
    }),
    calls: () => [call],
    records: (limit) => [RECORD].slice(0, limit),
    registrations: () => [
      {
        account: '101',
        contact: '<sip:101@192.0.2.7>',
        source: 'udp:192.0.2.7:5060',
        userAgent: 'x',
        expiresAt: 9,
        reach: 'unknown',
      },
    ],
    hangup: (id) => id === 'c1' && ended.push(id) > 0,
    accounts: () => [{ number: '101', name: 'Alice' }],
  };
}

/** A call that was answered and has ended. */
const RECORD: RecordView = {
  id: 'r1',
  from: { name: 'Alice', number: '101' },
  withheld: false,
  dialed: '102',
  answeredBy: { name: 'Bob', number: '102' },
  startedAt: 1_000_000,
  answeredAt: 1_002_000,
  endedAt: 1_060_000,
  status: 200,
  reasonPhrase: 'Normal Clearing',
  q850: 16,
  legs: [],
};

function handle(method: string, path: string, input: unknown, of = view()) {
  const operation = operations.find((one) => one.method === method && one.path === path);
  assert.ok(operation !== undefined, `${method} ${path}`);
  return operation.handle(of, input);
}

test('every path answers with the shape it promises', () => {
  for (const { method, path, output } of operations) {
    const answer = handle(method, path, path.includes(':id') ? { id: 'c1' } : {});
    assert.ok(answer.ok, path);
    assert.ok(output.safeParse(JSON.parse(JSON.stringify(answer.body))).success, path);
  }
});

test('a method and path stand once, and only what changes something needs control', () => {
  const names = operations.map(({ method, path }) => `${method} ${path}`);
  assert.equal(new Set(names).size, names.length);
  for (const { method, scope, path } of operations) assert.equal(scope, method === 'GET' ? 'read' : 'control', path);
});

test('hanging up ends the call, an unknown one is 404', () => {
  const ended: string[] = [];
  assert.deepEqual(handle('DELETE', '/api/calls/:id', { id: 'c1' }, view(ended)), { ok: true, body: { ended: true } });
  assert.deepEqual(ended, ['c1']);
  const answer = handle('DELETE', '/api/calls/:id', { id: 'c9' });
  assert.ok(!answer.ok);
  assert.equal(answer.status, 404);
  assert.equal(answer.problem.code, 'E_NO_CALL');
  assert.match(answer.problem.message, /c9/);
});

test('records are the newest so many, a hundred unless said', () => {
  const asked: number[] = [];
  const counting: ExchangeView = { ...view(), records: (limit) => (asked.push(limit), []) };
  for (const input of [{}, { limit: '7' }, { limit: 1000 }]) assert.ok(handle('GET', '/api/cdr', input, counting).ok);
  assert.deepEqual(asked, [100, 7, 1000]);
  for (const input of [{ limit: 0 }, { limit: '1001' }, { limit: 'all' }, { limit: 1.5 }])
    assert.equal(handle('GET', '/api/cdr', input, counting).ok, false);
});

test('what does not fit the schema is 400 and reaches nobody', () => {
  const touched: ExchangeView = { ...view(), hangup: () => assert.fail('handled') };
  for (const input of [{}, { id: '' }, { id: 7 }, undefined, { id: 'x'.repeat(201) }]) {
    const answer = handle('DELETE', '/api/calls/:id', input, touched);
    assert.ok(!answer.ok);
    assert.equal(answer.status, 400);
    assert.equal(answer.problem.code, 'E_INPUT');
  }
});

test('what the contract does not name stays inside', () => {
  const leaking: ExchangeView = {
    ...view(),
    accounts: () => [{ number: '101', name: 'Alice', password: 'sesame' } as { number: string; name: string }],
  };
  assert.deepEqual(handle('GET', '/api/accounts', {}, leaking), { ok: true, body: [{ number: '101', name: 'Alice' }] });
});
