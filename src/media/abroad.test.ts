import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Abroad, type LinkMessage } from './abroad.ts';

const PACKET = Uint8Array.of(1, 2, 3);

function carried(abroad: Abroad): (peer: number) => LinkMessage[] {
  const said = new Map<number, LinkMessage[]>();
  return (peer) => {
    const known = said.get(peer);
    if (known !== undefined) return known.splice(0);
    const messages: LinkMessage[] = [];
    said.set(peer, messages);
    abroad.link(peer, (message) => messages.push(message));
    return messages.splice(0);
  };
}

test('a session wanted is asked for once of every host, and given up once', () => {
  const abroad = new Abroad();
  const at = carried(abroad);
  at(1);
  abroad.want('x', true);
  abroad.want('x', true);
  assert.deepEqual(at(1), [{ say: 'want', session: 'x', on: true }]);
  assert.deepEqual(at(2), [{ say: 'want', session: 'x', on: true }], 'a host that comes later is asked too');
  abroad.want('x', false);
  abroad.want('x', false);
  assert.deepEqual(at(1), [{ say: 'want', session: 'x', on: false }]);
});

test('packets go to the hosts that want them, each a copy, until they no longer do', () => {
  const abroad = new Abroad();
  const at = carried(abroad);
  at(1);
  at(2);
  abroad.listen(1, 'a', true);
  abroad.carry('a', PACKET, 'PCMU');
  abroad.carry('b', PACKET, 'PCMU');
  const [message, ...more] = at(1);
  assert.deepEqual(message, { say: 'packet', session: 'a', kind: 'PCMU', bytes: PACKET });
  assert.ok(message?.say === 'packet' && message.bytes !== PACKET);
  assert.deepEqual([more, at(2)], [[], []]);
  abroad.listen(1, 'a', false);
  abroad.carry('a', PACKET, 'PCMU');
  assert.deepEqual(at(1), []);
});

test('a host that takes the place of a dead one has none of its wishes', () => {
  const abroad = new Abroad();
  abroad.link(1, () => undefined);
  abroad.listen(1, 'a', true);
  const said: LinkMessage[] = [];
  abroad.link(1, (message) => said.push(message));
  abroad.carry('a', PACKET, 'PCMU');
  assert.deepEqual(said, []);
});
