import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operations } from '../../api/index.ts';
import type { CallView, ExchangeView, RecordView, RegistrationView } from '../../pbx/view.ts';

/** An exchange that only shows itself, for tests of what is shown; `ended` collects the calls hung up. */
export function shown(changed: Partial<ExchangeView> = {}, ended: string[] = []): ExchangeView {
  return {
    status: () => ({
      version: '1.2.3',
      node: 'n1',
      startedAt: 1_000_000,
      accounts: 2,
      registrations: 1,
      calls: 1,
      scene: { leg: 1, timer: 2 },
      house: {},
      faults: 0,
    }),
    calls: () => [call],
    records: (limit) => [RECORD].slice(0, limit),
    registrations: () => [registration],
    hangup: (id) => call.id.startsWith(id) && ended.push(id) > 0,
    accounts: () => [
      { number: '101', name: 'Alice' },
      { number: '102', name: 'Bob' },
    ],
    ...changed,
  };
}

export const call: CallView = {
  id: 'c0ffee',
  from: { name: 'Alice', number: '101' },
  dialed: '800',
  since: 1_060_000,
  answeredAt: 1_061_000,
  legs: [
    {
      id: 'l1',
      direction: 'in',
      state: 'up',
      party: { name: 'Alice', number: '101' },
      held: true,
      place: 'script',
    },
  ],
};

export const registration: RegistrationView = {
  account: '101',
  contact: '<sip:101@192.0.2.7:5060>',
  source: 'udp:192.0.2.7:5060',
  userAgent: 'Phone/1.0',
  expiresAt: 1_180_000,
  reach: 'reachable',
};

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

test('what it shows is what an exchange may show', () => {
  for (const { path, handle } of operations) assert.ok(handle(shown(), { id: call.id }).ok, path);
});
