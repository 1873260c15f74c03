import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StrowgerError } from '../../kernel/index.ts';
import { readYaml } from './yaml.ts';

test('a number keeps what was written where it would be written otherwise', () => {
  const { value } = readYaml(
    'a: 0101\nb: 101\n0042: x\nc: +4930123\nd: 1e3\ne: 5060\nf: 4930123456789012345678\n',
    'x.yaml',
  );
  assert.deepEqual(value, {
    a: '0101',
    b: 101,
    '0042': 'x',
    c: '+4930123',
    d: '1e3',
    e: 5060,
    f: '4930123456789012345678',
  });
});

test('0101 and 101 are two numbers', () => {
  assert.deepEqual(readYaml('0101: a\n101: b\n', 'x.yaml').value, { '0101': 'a', '101': 'b' });
});

test('a key is found at its line and column, one that is missing at what should hold it', () => {
  const { where } = readYaml('realm: here\nendpoints:\n  101:\n    codecs: [PCMU, G729]\n', 'a/x.yaml');
  assert.equal(where(['endpoints', '101']), 'a/x.yaml:3:3');
  assert.equal(where(['endpoints', '101', 'codecs']), 'a/x.yaml:4:5');
  assert.equal(where(['endpoints', '101', 'codecs', 1]), 'a/x.yaml:4:20');
  assert.equal(where(['endpoints', '101', 'secret']), 'a/x.yaml:3:3');
});

test('everything that is no YAML is told at once, each at its place', () => {
  assert.throws(
    () => readYaml('a: [1\nb: 2\nc: "x\n', 'x.yaml'),
    (error: unknown) =>
      error instanceof StrowgerError && error.code === 'E_CONFIG' && /x\.yaml:\d+:\d+: /.test(error.message),
  );
  assert.throws(() => readYaml('a: 1\nb: 2\na: 3\n', 'x.yaml'), /x\.yaml:3:1: .*unique/);
});

test('an empty file is an empty configuration', () => {
  assert.equal(readYaml('', 'x.yaml').value, null);
});
