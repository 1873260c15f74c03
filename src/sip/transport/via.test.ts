import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseVia, type Via } from '../message/index.ts';
import { hostPort, responseHop, sentByOf, stamped } from './via.ts';

function via(value: string): Via {
  const parsed = parseVia(value);
  assert.ok(parsed !== undefined, value);
  return parsed;
}

function stamp(value: string, address: string, port: number): string {
  return stamped(value, via(value), { address, port });
}

describe('the top Via of a request that arrived', () => {
  it('gets received when sent-by is a name (RFC 3261 §18.2.1)', () => {
    assert.equal(
      stamp('SIP/2.0/UDP bobspc.biloxi.com:5060', '192.0.2.4', 5060),
      'SIP/2.0/UDP bobspc.biloxi.com:5060;received=192.0.2.4',
    );
  });

  it('gets received and rport when rport is asked for (RFC 3581 §6)', () => {
    const told = via(stamp('SIP/2.0/UDP 10.1.1.1:4540;rport;branch=z9hG4bKkjshdyff', '192.0.2.1', 9988));
    assert.equal(told.params.get('received'), '192.0.2.1');
    assert.equal(told.params.get('rport'), '9988');
    assert.equal(told.branch, 'z9hG4bKkjshdyff');
  });

  it('gets received with rport even when the addresses are the same (RFC 3581 §4)', () => {
    assert.equal(
      via(stamp('SIP/2.0/UDP 10.1.1.1;rport;branch=z9hG4bK1', '10.1.1.1', 5060)).params.get('received'),
      '10.1.1.1',
    );
  });

  it('stays as it is when it is true and asks for nothing', () => {
    for (const value of ['SIP/2.0/UDP 10.1.1.1:5060;branch=z9hG4bK1', 'SIP/2.0/UDP [2001:db8::1];branch=z9hG4bK1']) {
      assert.equal(stamp(value, value.includes('db8') ? '2001:db8::1' : '10.1.1.1', 40_000), value);
    }
  });

  it('loses what the sender claimed about itself', () => {
    const told = stamp('SIP/2.0/UDP 10.1.1.1;Received=203.0.113.5;RPORT = 53;branch=z9hG4bK1;x', '10.1.1.1', 5062);
    assert.equal(told, 'SIP/2.0/UDP 10.1.1.1;branch=z9hG4bK1;x;received=10.1.1.1;rport=5062');
    assert.equal(
      stamp('SIP/2.0/UDP 10.1.1.1;received=203.0.113.5;branch=z9hG4bK1', '10.1.1.1', 5062),
      'SIP/2.0/UDP 10.1.1.1;branch=z9hG4bK1;received=10.1.1.1',
    );
  });

  it('keeps quoted parameters as they are', () => {
    const value = 'SIP/2.0/UDP a.example.org;branch=z9hG4bK1;note="a;received=1.2.3.4\\";rport"';
    assert.equal(stamp(value, '10.1.1.1', 5060), `${value};received=10.1.1.1`);
  });
});

describe('a response over UDP goes', () => {
  const cases: readonly [value: string, address: string, port: number][] = [
    ['SIP/2.0/UDP 10.1.1.1:4540;received=192.0.2.1;rport=9988;branch=z9hG4bKkjshdyff', '192.0.2.1', 9988],
    ['SIP/2.0/UDP bobspc.biloxi.com:5070;received=192.0.2.4', '192.0.2.4', 5070],
    ['SIP/2.0/UDP bobspc.biloxi.com;received=192.0.2.4', '192.0.2.4', 5060],
    ['SIP/2.0/UDP 192.0.2.4:5071;branch=z9hG4bK1', '192.0.2.4', 5071],
    ['SIP/2.0/UDP [2001:db8::9]:5072;received=2001:db8::1', '2001:db8::1', 5072],
    ['SIP/2.0/UDP [2001:db8::9];received=[2001:db8::1];rport=6000', '2001:db8::1', 6000],
    ['SIP/2.0/UDP 192.0.2.4:5071;maddr=203.0.113.1', '192.0.2.4', 5071],
  ];
  for (const [value, address, port] of cases) {
    it(`to ${address} port ${port} for ${value}`, () => {
      assert.deepEqual(responseHop(via(value), 'udp'), { address, port });
    });
  }
});

describe('sent-by', () => {
  it('has brackets around IPv6', () => {
    assert.equal(hostPort({ address: '2001:db8::1', port: 5060 }), '[2001:db8::1]:5060');
    assert.equal(hostPort({ address: '192.0.2.1', port: 5080 }), '192.0.2.1:5080');
  });

  it('is compared with its default port and without case', () => {
    assert.equal(sentByOf(via('SIP/2.0/UDP Example.ORG'), 'udp'), 'example.org:5060');
    assert.equal(sentByOf(via('SIP/2.0/TLS [2001:DB8::1]'), 'tls'), '[2001:db8::1]:5061');
  });
});
