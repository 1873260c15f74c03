import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyIn } from './keys.ts';

test('dtmf-relay: the signal and its duration, whatever the spaces and the order', () => {
  assert.deepEqual(keyIn('Signal=5\r\nDuration=160\r\n', true), { digit: '5', ms: 160 });
  assert.deepEqual(keyIn('Signal= 5\nDuration= 250\n', true), { digit: '5', ms: 250 });
  assert.deepEqual(keyIn('Duration=160\r\nSignal=#', true), { digit: '#', ms: 160 });
  assert.deepEqual(keyIn('signal=a', true), { digit: 'A', ms: 100 });
});

test('star and hash also come as the numbers of their events (RFC 4733 §3.2)', () => {
  assert.equal(keyIn('Signal=10\r\n', true)?.digit, '*');
  assert.equal(keyIn('Signal=11\r\n', true)?.digit, '#');
  assert.equal(keyIn('16', false)?.digit, '!');
});

test('the plain kind is the key alone; some phones write the other into it', () => {
  assert.deepEqual(keyIn('7', false), { digit: '7', ms: 100 });
  assert.deepEqual(keyIn('*\r\n', false), { digit: '*', ms: 100 });
  assert.deepEqual(keyIn('Signal=3\r\nDuration=99999', false), { digit: '3', ms: 5000 });
});

test('what is no key is none; times that nobody means are cut', () => {
  for (const body of ['', 'Signal=', 'Signal=x', 'Signal=17', 'Signal=12345', 'hello', '\u0000'])
    assert.equal(keyIn(body, true), undefined, body);
  assert.equal(keyIn('Signal=1\r\nDuration=1', true)?.ms, 40);
  assert.equal(keyIn('Signal=1\r\nDuration=-5', true)?.ms, 100);
});
