import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { base64, fromBase64 } from './base64.ts';
import { fromUtf8 } from './bytes.ts';

test('base64 gives the values of RFC 4648 §10', () => {
  const printed = {
    '': '',
    f: 'Zg==',
    fo: 'Zm8=',
    foo: 'Zm9v',
    foob: 'Zm9vYg==',
    fooba: 'Zm9vYmE=',
    foobar: 'Zm9vYmFy',
  };
  for (const [text, expected] of Object.entries(printed)) {
    assert.equal(base64(fromUtf8(text)), expected);
    assert.deepEqual(fromBase64(expected), fromUtf8(text));
  }
});

test('what was written is read, with its padding or without', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      assert.equal(base64(bytes), Buffer.from(bytes).toString('base64'));
      assert.deepEqual(fromBase64(base64(bytes).replaceAll('=', '')), bytes);
    }),
  );
});

test('what is no base64 is refused', () => {
  for (const text of ['A', 'AAAAA', 'A===', 'AA*A', 'AA-_', 'Zg=a', 'é'])
    assert.equal(fromBase64(text), undefined, text);
});
