import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { createHmacs } from './hmac.ts';

const hmac = createHmacs();
const octet = (value: number, count: number): Uint8Array => new Uint8Array(count).fill(value);

test('the examples of RFC 2202 and RFC 4231', () => {
  const told = (name: 'md5' | 'sha1' | 'sha256', key: Uint8Array, data: string): string =>
    Buffer.from(hmac(name, key, data)).toString('hex');
  const jefe = Buffer.from('Jefe');
  const wants = 'what do ya want for nothing?';
  assert.equal(told('md5', jefe, wants), '750c783e6ab0b503eaa86e310a5db738');
  assert.equal(told('sha1', jefe, wants), 'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79');
  assert.equal(told('sha256', jefe, wants), '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
  const long = 'Test Using Larger Than Block-Size Key - Hash Key First';
  assert.equal(
    told('sha256', octet(0xaa, 131), long),
    '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  );
});

test('whatever key and text: as OpenSSL has it, one after another', () => {
  const names = fc.constantFrom('md5', 'sha1', 'sha256', 'sha512-256');
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.uint8Array(),
    fc.uint8Array({ minLength: 1000, maxLength: 1100 }),
  );
  fc.assert(
    fc.property(names, fc.uint8Array({ maxLength: 200 }), fc.array(text, { maxLength: 4 }), (name, key, texts) => {
      for (const one of texts) {
        const right = createHmac(name, key).update(one).digest();
        assert.deepEqual(Buffer.from(hmac(name, key, one)), right);
      }
    }),
  );
});
