import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alertFields } from './alert.ts';

test('a ring by its name, a ring by its URI, and a phone that picks up', () => {
  assert.deepEqual(alertFields({}, 'pbx'), []);
  assert.deepEqual(alertFields({ ring: 'External' }, 'pbx'), [['Alert-Info', '<http://localhost>;info=External']]);
  assert.deepEqual(alertFields({ ring: 'urn:alert:source:external' }, 'pbx'), [
    ['Alert-Info', '<urn:alert:source:external>'],
  ]);
  assert.deepEqual(alertFields({ answers: true }, 'pbx'), [
    ['Call-Info', '<sip:pbx>;answer-after=0'],
    ['Alert-Info', '<http://localhost>;info=alert-autoanswer'],
  ]);
});

test('a name that would break its header open is a mistake of the dialplan', () => {
  for (const ring of ['', 'a b', 'x>', '<x', 'x\r\nEvil: 1', 'a"b', 'ä'])
    assert.throws(() => alertFields({ ring }, 'pbx'), RangeError, ring);
});
