import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readMessage } from './messages.ts';

test('what a program may say', () => {
  const said = (message: object): object => readMessage(JSON.stringify(message));
  assert.deepEqual(said({ type: 'mark', name: 'a' }), { type: 'mark', name: 'a' });
  assert.deepEqual(said({ type: 'flush', more: 1 }), { type: 'flush' });
  assert.deepEqual(said({ type: 'hangup' }), { type: 'hangup' });
  assert.deepEqual(said({ type: 'transfer', number: '+4912' }), { type: 'transfer', number: '+4912' });
  assert.deepEqual(said({ type: 'goto', number: '102' }), { type: 'goto', number: '102' });
  assert.deepEqual(said({ type: 'digits', digits: '12#' }), { type: 'digits', digits: '12#' });
});

test('anything else is malformed, and never an exception', () => {
  const wrong = [
    '',
    '{',
    'null',
    '[]',
    '1',
    '{}',
    '{"type":"Flush"}',
    '{"type":"mark"}',
    '{"type":"mark","name":7}',
    '{"type":"goto"}',
    '{"type":"goto","number":"a b"}',
    '{"type":"digits","digits":""}',
    '{"type":"digits","digits":"x"}',
    `{"type":"mark","name":"${'x'.repeat(5000)}"}`,
  ];
  for (const text of wrong) assert.ok('malformed' in readMessage(text), text);
  fc.assert(fc.property(fc.string(), (text) => void readMessage(text)));
  fc.assert(fc.property(fc.json(), (text) => void readMessage(text)));
});
