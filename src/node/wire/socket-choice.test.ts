import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseLocal } from './socket-choice.ts';

const home = { address: '127.0.0.1', port: 5060 };
const lan = { address: '192.168.1.20', port: 5060 };
const vpn = { address: '10.8.0.1', port: 5060 };
const six = { address: '2001:db8:1::9', port: 5060 };
const otherSix = { address: '2001:db8:2::9', port: 5060 };
const homeSix = { address: '::1', port: 5060 };
const all = [home, lan, vpn, six, otherSix, homeSix];

test('loopback is reached from loopback, everything else from elsewhere, in its own family', () => {
  assert.equal(chooseLocal(all, '127.0.0.9'), home);
  assert.equal(chooseLocal(all, '::1'), homeSix);
  assert.equal(chooseLocal([home, homeSix], '192.168.1.7'), undefined);
  assert.equal(chooseLocal([lan, vpn], '127.0.0.1'), undefined);
  assert.equal(chooseLocal([home, lan], '2001:db8::1'), undefined);
  assert.equal(chooseLocal([six], '192.168.1.7'), undefined);
});

test('of several the one on the destination’s network', () => {
  assert.equal(chooseLocal(all, '192.168.1.77'), lan);
  assert.equal(chooseLocal(all, '10.8.3.3'), vpn);
  assert.equal(chooseLocal(all, '2001:db8:2::77'), otherSix);
  assert.equal(chooseLocal(all, '2001:db8:1:0:5::'), six);
});

test('the one asked for wins where it can reach, else it is a wish', () => {
  assert.equal(chooseLocal(all, '192.168.1.77', vpn), vpn);
  assert.equal(chooseLocal(all, '192.168.1.77', { address: '10.8.0.1', port: 9 }), vpn);
  assert.equal(chooseLocal(all, '192.168.1.77', home), lan);
  assert.equal(chooseLocal(all, '192.168.1.77', { address: '10.9.9.9', port: 5060 }), lan);
});

test('what is no address, or IPv4 in the clothes of IPv6, is out of reach', () => {
  for (const address of ['', 'localhost', '300.1.1.1', '::ffff:192.168.1.7']) {
    assert.equal(chooseLocal(all, address), undefined, address);
  }
});
