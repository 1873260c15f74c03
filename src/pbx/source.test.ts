import assert from 'node:assert/strict';
import { BlockList } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { comesFrom } from './source.ts';

test('an address is itself, and lies in its networks', () => {
  assert.ok(comesFrom(['192.0.2.7'], '192.0.2.7'));
  assert.ok(!comesFrom(['192.0.2.7'], '192.0.2.70'));
  assert.ok(comesFrom(['10.0.0.0/8', '192.0.2.0/25'], '192.0.2.127'));
  assert.ok(!comesFrom(['192.0.2.0/25'], '192.0.2.128'));
  assert.ok(comesFrom(['2001:db8::/32'], '2001:db8:0:1::7'));
  assert.ok(comesFrom(['::1'], '0:0:0:0:0:0:0:1'));
  assert.ok(!comesFrom(['2001:db8::/32'], '2001:db9::'));
  assert.ok(!comesFrom(['0.0.0.0/0'], '::1'), 'no IPv6 address lies in an IPv4 network');
});

test('what is no address lies nowhere', () => {
  for (const odd of ['', 'localhost', '1.2.3', '256.1.1.1', '1::2::3', '12345::', ':::', '1.2.3.4.5', '::1%lo'])
    assert.ok(!comesFrom(['0.0.0.0/0', '::/0'], odd), odd);
});

test('it agrees with the machine’s own block list', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), fc.ipV4(), (network, length, address) => {
      const list = new BlockList();
      list.addSubnet(network, length, 'ipv4');
      assert.equal(comesFrom([`${network}/${length}`], address), list.check(address, 'ipv4'));
    }),
  );
  fc.assert(
    fc.property(fc.ipV6(), fc.integer({ min: 0, max: 128 }), fc.ipV6(), (network, length, address) => {
      fc.pre(!network.includes('.') && !address.includes('.'));
      const list = new BlockList();
      list.addSubnet(network, length, 'ipv6');
      assert.equal(comesFrom([`${network}/${length}`], address), list.check(address, 'ipv6'));
    }),
  );
});
