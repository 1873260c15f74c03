import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogue, StrowgerError } from './errors.ts';

test('an error carries its code, its whole sentence and the remedy', () => {
  const cause = new Error('EADDRINUSE');
  const error = new StrowgerError(
    'E_BIND',
    { address: '127.0.0.1', port: 5060, protocol: 'udp', why: 'the port is taken' },
    { cause },
  );
  assert.equal(error.code, 'E_BIND');
  assert.equal(error.message, 'Cannot listen on 127.0.0.1 port 5060 (udp): the port is taken.');
  assert.match(error.remedy, /--sip-port/);
  assert.equal(error.cause, cause);
  assert.ok(error instanceof Error);
});

test('a fact that looks like a placeholder or a replacement pattern is left as it is', () => {
  const error = new StrowgerError('E_DATA_FOLDER', { folder: '{why}/$&', why: 'it is a file' });
  assert.equal(error.message, 'Cannot use the data folder {why}/$&: it is a file.');
});

test('every entry is a sentence with a remedy', () => {
  for (const [code, { sentence, remedy }] of Object.entries(catalogue)) {
    assert.match(code, /^E_[A-Z_]+$/);
    assert.match(sentence, /^[A-Z]/, code);
    assert.match(remedy, /\.$/, code);
  }
});

test('facts that a sentence does not name, or lacks, do not compile', () => {
  // @ts-expect-error the address is missing
  const lacking = () => new StrowgerError('E_NO_CALL', {});
  // @ts-expect-error there is no such code
  const unknown = () => new StrowgerError('E_WEATHER', {});
  assert.match(lacking().message, /\{id\}/);
  assert.throws(unknown);
});
