import assert from 'node:assert/strict';
import type { NetworkInterfaceInfo } from 'node:os';
import { test } from 'node:test';
import { bindAddresses, type Interfaces, isLoopback, isPrivate, reachable } from './addresses.ts';

const machine: Interfaces = {
  lo: [v4('127.0.0.1'), v6('::1')],
  eth0: [v4('192.168.1.20'), v4('203.0.113.9'), v6('2001:db8::9'), v6('fe80::1')],
  wlan0: [v4('10.0.0.7'), v4('192.168.1.20')],
  gone: undefined,
};

test('nothing asked for: loopback and the private addresses, never a public one', () => {
  assert.deepEqual(bindAddresses([], machine), ['127.0.0.1', '192.168.1.20', '10.0.0.7']);
});

test('a public address when told, each address once', () => {
  assert.deepEqual(bindAddresses(['203.0.113.9', '127.0.0.1', '203.0.113.9'], machine), ['203.0.113.9', '127.0.0.1']);
});

test('a wildcard is every address of its family, without those that need a scope', () => {
  assert.deepEqual(bindAddresses(['0.0.0.0'], machine), ['127.0.0.1', '192.168.1.20', '203.0.113.9', '10.0.0.7']);
  assert.deepEqual(bindAddresses(['::', '10.0.0.7'], machine), ['::1', '2001:db8::9', '10.0.0.7']);
});

test('what stands for no address is refused with its name', () => {
  assert.throws(() => bindAddresses(['localhost'], machine), { code: 'E_NO_ADDRESS', message: /localhost/ });
  assert.throws(() => bindAddresses(['::'], { lo: [v4('127.0.0.1')] }), { code: 'E_NO_ADDRESS' });
  assert.throws(() => bindAddresses([], { eth0: [v4('203.0.113.9')] }), { code: 'E_NO_ADDRESS' });
});

test('private is RFC 1918 to its edges', () => {
  for (const address of ['10.0.0.0', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1']) {
    assert.ok(isPrivate(address), address);
  }
  for (const address of ['9.255.255.255', '11.0.0.0', '172.15.0.1', '172.32.0.1', '192.169.0.1', '10', 'fc00::1']) {
    assert.ok(!isPrivate(address), address);
  }
});

test('phones elsewhere cannot use loopback', () => {
  assert.deepEqual(reachable(['127.0.0.1', '::1', '192.168.1.20']), ['192.168.1.20']);
  assert.ok(isLoopback('127.9.9.9'));
  assert.ok(!isLoopback('127.example.org'));
});

function v4(address: string): NetworkInterfaceInfo {
  return { address, family: 'IPv4', netmask: '255.255.255.0', mac: '', internal: false, cidr: null };
}

function v6(address: string): NetworkInterfaceInfo {
  return { address, family: 'IPv6', netmask: 'ffff::', mac: '', internal: false, cidr: null, scopeid: 0 };
}
