import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseUri } from '../sip/message/index.ts';
import type { Flow, Hop, Protocol, Wire } from '../sip/transport/types.ts';
import { destinationOf } from './destination.ts';
import type { BindingRow } from './store.ts';

/** A wire that opens anything it is not told to refuse, and what it was asked for. */
function wireOf(refuses: (only: 'existing' | undefined) => boolean = () => false): Wire & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    open: (protocol: Protocol, to: Hop, local?: Hop, only?: 'existing'): Flow | undefined => {
      asked.push(`${protocol} ${to.address}:${to.port}${only === undefined ? '' : ` ${only}`}`);
      if (refuses(only)) return undefined;
      const from = local ?? { address: '10.0.0.1', port: 5060 };
      return { id: 'flow', protocol, local: from, remote: to, reliable: protocol !== 'udp' };
    },
    send: () => undefined,
    close: () => undefined,
  };
}

function way(more: Partial<BindingRow>, wire: Wire) {
  const contact = more.contact ?? 'sip:101@192.168.1.7:5060';
  const uri = parseUri(contact);
  if (uri === undefined) throw new Error(contact);
  const met = {
    protocol: 'udp',
    localAddress: '10.0.0.1',
    localPort: 5060,
    sourceAddress: '203.0.113.7',
    sourcePort: 40_001,
  };
  const row = { ...met, path: '', regId: 0, ...more, contact };
  return destinationOf(wire, { row: row as BindingRow, uri, endsAt: 0 });
}

test('a contact is reached where its REGISTER came from, whatever address it names', () => {
  const to = way({}, wireOf());
  assert.deepEqual(to?.flow.remote, { address: '203.0.113.7', port: 40_001 });
  assert.deepEqual([to?.requestUri, to?.route], ['sip:101@192.168.1.7:5060', []]);
});

test('with a Path to its first proxy, the others on the way (RFC 3327 §5.4)', () => {
  const to = way({ path: '<sip:198.51.100.3:5070;lr>\n<sip:p1.example.net;lr;ob>' }, wireOf());
  assert.deepEqual(to?.flow.remote, { address: '198.51.100.3', port: 5070 });
  assert.deepEqual(to?.route, ['<sip:198.51.100.3:5070;lr>', '<sip:p1.example.net;lr;ob>']);
  const named = way({ path: '<sip:p3.example.org;lr>' }, wireOf());
  assert.deepEqual(named?.flow.remote, { address: '203.0.113.7', port: 40_001 }, 'where the REGISTER came from');
});

test('neither method nor headers stand in the Request-URI (RFC 3261 §19.1.1)', () => {
  const to = way({ contact: 'sip:101@192.168.1.7;method=INVITE;ob?Route=%3Csip:evil%3E' }, wireOf());
  assert.equal(to?.requestUri, 'sip:101@192.168.1.7;ob');
});

test('a lost connection is made again where the contact names where it came from, but not for a flow (RFC 5626 §5.3)', () => {
  const lost = (only: 'existing' | undefined): boolean => only === 'existing';
  const row = { protocol: 'tcp', contact: 'sip:101@203.0.113.7:5062;transport=tcp' };
  assert.deepEqual(way(row, wireOf(lost))?.flow.remote, { address: '203.0.113.7', port: 5062 });
  assert.equal(way({ ...row, regId: 1 }, wireOf(lost)), undefined);
  assert.equal(way({ ...row, contact: 'sip:101@192.168.1.7;transport=tcp' }, wireOf(lost)), undefined);
});
