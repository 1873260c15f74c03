import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallRecord, Placed } from '../src/api/contract.ts';
import { further, lost, watched } from './placed.ts';
import { cameTo, lasting, named, soundOf, stepOf, until } from './words.ts';

const BOB = { name: 'Bob', number: '102' };

test('parties, lengths and times as people read them', () => {
  assert.deepEqual([BOB, { name: '', number: '102' }, { name: '', number: '' }].map(named), [
    'Bob 102',
    '102',
    'somebody',
  ]);
  assert.deepEqual([0, 7900, 754_000, 3_723_000, -5].map(lasting), ['0:00', '0:07', '12:34', '1:02:03', '0:00']);
  assert.deepEqual(
    [0, 60_000, 600_000, 7_200_000].map((then) => until(then, 0)),
    ['now', 'in 60 s', 'in 10 min', 'in 2 h'],
  );
});

test('each step of a placed call is a sentence, the last with who ended it and the status as it came', () => {
  const steps: readonly (readonly [Placed, string])[] = [
    [{ state: 'calling' }, 'Calling'],
    [{ state: 'ringing', at: BOB }, 'Bob 102 rings'],
    [{ state: 'answered', at: BOB }, 'Bob 102 has answered'],
    [
      { state: 'ended', outcome: 'answered', status: 200, reasonPhrase: 'Normal Clearing', by: BOB },
      'Bob 102 hung up (200 Normal Clearing)',
    ],
    [
      { state: 'ended', outcome: 'answered', status: 200, reasonPhrase: 'Normal Clearing' },
      'The exchange ended it (200 Normal Clearing)',
    ],
    [{ state: 'ended', outcome: 'busy', status: 486, reasonPhrase: 'Busy Here' }, 'Busy (486 Busy Here)'],
    [{ state: 'ended', outcome: 'noAnswer', status: 480, reasonPhrase: '' }, 'No answer (480)'],
  ];
  for (const [placed, says] of steps) assert.equal(stepOf(placed), says);
});

test('a placed call only goes forward, whatever the order in which it is told', () => {
  const call = { id: 'c1', from: BOB, dialed: '800', placed: { state: 'ringing', at: BOB } as const };
  const begun = further(watched(call, 1), call, 1);
  const says = ({ steps }: typeof begun) => steps.map((step) => step.says);
  assert.deepEqual(says(begun), ['Calling', 'Bob 102 rings']);
  assert.equal(further(begun, { placed: { state: 'calling' } }, 2), begun);
  const over = further(begun, { placed: { state: 'ended', outcome: 'busy', status: 486 } }, 3);
  assert.deepEqual(says(over), ['Calling', 'Bob 102 rings', 'Busy (486)']);
  assert.equal(lost(over, 4), over);
  assert.equal(further(over, { placed: { state: 'answered', at: BOB } }, 5), over);
  const gone = lost(begun, 6);
  assert.match(says(gone).at(-1) ?? '', /started again/);
  assert.equal(further(gone, { placed: { state: 'answered', at: BOB } }, 7), gone);
});

const leg = (changed: Partial<CallRecord['legs'][number]>): CallRecord['legs'][number] => ({
  direction: 'out',
  party: BOB,
  startedAt: 0,
  endedAt: 9,
  status: 200,
  reasonPhrase: 'Normal Clearing',
  ...changed,
});

function record(changed: Partial<CallRecord>): CallRecord {
  const from = { name: 'Alice', number: '101' };
  const facts = { id: 'c1', origin: 'phone', from, withheld: false, dialed: '102', startedAt: 0, endedAt: 9 } as const;
  return { ...facts, status: 200, reasonPhrase: 'Normal Clearing', legs: [], ...changed };
}

test('a record says who hung up, who gave up, or what was told', () => {
  const alice = leg({ direction: 'in', party: { name: 'Alice', number: '101' } });
  assert.equal(
    cameTo(record({ answeredAt: 2, legs: [alice, leg({ left: true })] })),
    'Bob 102 hung up (200 Normal Clearing)',
  );
  const refused = { status: 486, reasonPhrase: 'Busy Here' };
  assert.equal(cameTo(record({ ...refused, legs: [alice, leg({ ...refused, left: true })] })), '486 Busy Here');
  assert.equal(cameTo(record({ answeredAt: 2, legs: [alice] })), '200 Normal Clearing');
  const cancelled = { status: 487, reasonPhrase: 'Request Terminated' };
  assert.equal(
    cameTo(record({ ...cancelled, legs: [{ ...alice, ...cancelled, left: true }] })),
    'Alice 101 gave up (487 Request Terminated)',
  );
});

test('how it sounded is the worst that anybody heard', () => {
  const heard = { packets: 9, lost: 0, jitter: 1, mos: 4.4 };
  const legs = [
    leg({ quality: { codec: 'opus', received: heard, sent: { ...heard, mos: 3.21 } } }),
    leg({ quality: { codec: 'PCMU', received: heard } }),
  ];
  assert.equal(soundOf(legs), 'opus / PCMU, MOS 3.2');
  assert.equal(soundOf([leg({})]), '');
});
