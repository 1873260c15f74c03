import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseUri, type Uri } from '../message/index.ts';
import { contactOf, type Flow, type Hop, type Protocol, reach, type Wire } from './index.ts';

const local: Hop = { address: '192.0.2.1', port: 5060 };

/** A wire with these connections; new ones are told by their remote hop. */
function wireWith(living: readonly string[]): Wire {
  const flow = (id: string, protocol: Protocol, remote: Hop): Flow => ({ id, protocol, local, remote, reliable: true });
  return {
    open: (protocol, to, _local, only) => {
      const name = `${protocol} ${to.address} ${to.port}`;
      if (living.includes(name)) return flow(`living ${name}`, protocol, to);
      return only === 'existing' ? undefined : flow(`new ${name}`, protocol, to);
    },
    send: () => undefined,
    close: () => undefined,
  };
}

function reached(protocol: Protocol, contact: string, living: readonly string[] = []): string | undefined {
  const remote = { address: contact.includes('[') ? '2001:db8::7' : '192.0.2.7', port: 40_000 };
  return reach(wireWith(living), { protocol, local, remote }, uri(contact))?.id;
}

function uri(text: string): Uri {
  const parsed = parseUri(text);
  assert.ok(parsed !== undefined);
  return parsed;
}

describe('a contact whose connection', () => {
  it('lives is reached by it', () => {
    for (const protocol of ['tcp', 'tls', 'ws', 'wss'] as const) {
      const living = `${protocol} 192.0.2.7 40000`;
      assert.equal(reached(protocol, 'sip:101@10.0.0.5:5062', [living]), `living ${living}`);
    }
  });

  it('is lost is reached by a new one at the address it came from', () => {
    assert.equal(reached('tcp', 'sip:101@192.0.2.7:5062;transport=tcp'), 'new tcp 192.0.2.7 5062');
    assert.equal(reached('tls', 'sip:101@192.0.2.7;transport=tls'), 'new tls 192.0.2.7 5061');
    assert.equal(reached('tcp', 'sip:101@[2001:DB8::7]'), 'new tcp 2001:db8::7 5060');
  });

  it('is lost is given up at once behind a NAT, over WebSocket, by name, and for outbound', () => {
    assert.equal(reached('tcp', 'sip:101@10.0.0.5:5062'), undefined);
    assert.equal(reached('ws', 'sip:101@192.0.2.7:5062'), undefined);
    assert.equal(reached('wss', 'sip:x@df7jal23ls0d.invalid;transport=ws'), undefined);
    assert.equal(reached('tcp', 'sip:101@192.0.2.7:5062;ob'), undefined);
  });
});

it('what we are reached by names the transport (RFC 3261 §19.1.1, RFC 7118 §5.2.2)', () => {
  const contacts = (['udp', 'tcp', 'tls', 'ws', 'wss'] as const).map((protocol) =>
    contactOf({ protocol }, '[::1]:5060'),
  );
  assert.deepEqual(contacts, [
    'sip:[::1]:5060',
    'sip:[::1]:5060;transport=tcp',
    'sip:[::1]:5060;transport=tls',
    'sip:[::1]:5060;transport=ws',
    'sip:[::1]:5060;transport=ws',
  ]);
});

it('who is met by sips is told a sips URI over what is secure (RFC 3261 §8.1.1.8, RFC 7118 §5.2.2)', () => {
  assert.equal(contactOf({ protocol: 'tls' }, '192.0.2.1:5061', true), 'sips:192.0.2.1:5061');
  assert.equal(contactOf({ protocol: 'wss' }, '192.0.2.1:8089', true), 'sips:192.0.2.1:8089;transport=ws');
  assert.equal(contactOf({ protocol: 'tls' }, '192.0.2.1:5061', false), 'sip:192.0.2.1:5061;transport=tls');
});
