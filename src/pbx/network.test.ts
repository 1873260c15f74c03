import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressFor } from './network.ts';

const network = { external: '203.0.113.1', local: ['10.0.0.0/8', '192.168.7.9', 'fd00::/8'] };

test('peers inside are told the address inside, peers outside the one outside', () => {
  assert.equal(addressFor(network, '10.0.0.1', '10.3.2.1'), '10.0.0.1');
  assert.equal(addressFor(network, '10.0.0.1', '192.168.7.9'), '10.0.0.1');
  assert.equal(addressFor(network, '10.0.0.1', '192.168.7.8'), '203.0.113.1');
  assert.equal(addressFor(network, '10.0.0.1', '198.51.100.7'), '203.0.113.1');
});

test('this machine and its link are inside, said or not', () => {
  for (const peer of ['127.0.0.1', '169.254.3.4']) assert.equal(addressFor(network, '10.0.0.1', peer), '10.0.0.1');
});

test('a socket that is outside itself, or of the other family, is reached by its own address', () => {
  assert.equal(addressFor(network, '198.51.100.1', '203.0.113.77'), '198.51.100.1');
  assert.equal(addressFor(network, 'fd00::1', '2001:db8::7'), 'fd00::1');
  assert.equal(addressFor({ ...network, external: '2001:db8::1' }, 'fd00::1', '2001:db8::7'), '2001:db8::1');
});

test('without a network every peer is told the address of the socket', () => {
  assert.equal(addressFor(undefined, '10.0.0.1', '198.51.100.7'), '10.0.0.1');
});
