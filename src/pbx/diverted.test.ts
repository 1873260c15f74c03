import assert from 'node:assert/strict';
import { test } from 'node:test';
import { divertedFields, numbersBrought } from './diverted.ts';

test('nothing is said of a call that nobody sent on', () => {
  assert.deepEqual(divertedFields([], '103', 'h'), []);
});

test('RFC 5806 §7, RFC 7544 §5: Diversion has the last one first, History-Info the oldest, with the causes of RFC 4458', () => {
  const path = [
    { number: '103', reason: 'user-busy' },
    { number: '102', reason: 'unconditional' },
  ] as const;
  assert.deepEqual(divertedFields(path, '104', 'h'), [
    ['Diversion', '<sip:103@h>;reason=user-busy'],
    ['Diversion', '<sip:102@h>;reason=unconditional'],
    ['History-Info', '<sip:102@h>;index=1'],
    ['History-Info', '<sip:103@h;cause=302?Reason=SIP%3Bcause%3D486>;index=1.1;mp=1'],
    ['History-Info', '<sip:104@h;cause=486>;index=1.1.1;mp=1.1'],
  ]);
});

test('what a peer brought goes on: Diversion below ours, History-Info before ours, which goes on from its last index', () => {
  const brought = {
    diversion: ['<sip:9@far>;reason=no-answer'],
    history: ['<sip:9@far>;index=1', '<sip:102@h;cause=408>;index=1.1;mp=1'],
  };
  assert.deepEqual(divertedFields([{ number: '102', reason: 'deflection' }], '103', 'h', brought), [
    ['Diversion', '<sip:102@h>;reason=deflection'],
    ['Diversion', '<sip:9@far>;reason=no-answer'],
    ['History-Info', '<sip:9@far>;index=1'],
    ['History-Info', '<sip:102@h;cause=408>;index=1.1;mp=1'],
    ['History-Info', '<sip:103@h;cause=480>;index=1.1.1;mp=1.1'],
  ]);
  assert.deepEqual(numbersBrought(brought), ['9']);
});

test('a number with odd characters stays one URI', () => {
  const [first] = divertedFields([{ number: '1>;x@y', reason: 'unconditional' }], '2', 'h');
  assert.match(first?.[1] ?? '', /^<sip:[^<>@]+@h>;reason=unconditional$/);
});
