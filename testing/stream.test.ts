import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { WireListener } from '../src/sip/transport/types.ts';
import type { Host } from './host.ts';
import { World } from './world.ts';

const hop = { address: '10.0.0.2', port: 5060 };

/** A wire on a host, and what it was told. */
function plugged(host: Host) {
  const told: string[] = [];
  let text = '';
  const listener: WireListener = {
    opened: ({ remote }) => told.push(`opened ${remote.address}`),
    received: (_, bytes) => {
      text += String.fromCharCode(...bytes);
      told.push('received');
    },
    failed: (_, why) => told.push(why),
    drained: () => undefined,
  };
  return { wire: host.wire(listener), told, text: () => text };
}

const octets = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

describe('a connection in the world', () => {
  test('brings all octets in order, in pieces, and is one flow at each end', async () => {
    const world = new World();
    world.network.weather({ loss: 1 });
    const [a, b] = [plugged(world.host('10.0.0.1')), plugged(world.host('10.0.0.2'))];
    const flow = a.wire.open('tcp', hop);
    assert.ok(flow !== undefined && flow.reliable);
    assert.equal(a.wire.open('tcp', hop), flow);
    const text = Array.from({ length: 500 }, (_, at) => `${at};`).join('');
    a.wire.send(flow, octets(text.slice(0, 100)));
    a.wire.send(flow, octets(text.slice(100)));
    assert.deepEqual([a.told, b.told], [[], []], 'nothing within open or send');
    await world.after(10);
    assert.equal(b.text(), text);
    assert.ok(b.told.length > 3, 'pieces');
    assert.deepEqual([a.told, b.told[0]], [['opened 10.0.0.2'], 'opened 10.0.0.1']);
  });

  test('is refused where nobody listens or nobody is', async () => {
    const world = new World();
    const a = plugged(world.host('10.0.0.1'));
    world.host('10.0.0.2');
    a.wire.open('tcp', hop);
    a.wire.open('tcp', { address: '10.0.0.9', port: 5060 });
    assert.equal(a.wire.open('tcp', { address: '10.0.0.7', port: 1 }, undefined, 'existing'), undefined);
    await world.after(10);
    assert.deepEqual(a.told, ['connection refused', 'connection refused']);
  });

  test('ends for both when it breaks, for the other when one closes it', async () => {
    const world = new World();
    const [a, b] = [plugged(world.host('10.0.0.1')), plugged(world.host('10.0.0.2'))];
    a.wire.open('tcp', hop);
    await world.after(5);
    world.host('10.0.0.1').breakConnections();
    await world.after(5);
    assert.deepEqual([a.told.at(-1), b.told.at(-1)], ['the connection broke', 'the connection broke']);
    const again = a.wire.open('tcp', hop);
    assert.ok(again !== undefined);
    await world.after(5);
    a.wire.close(again);
    await world.after(5);
    assert.deepEqual([a.told.at(-1), b.told.at(-1)], ['opened 10.0.0.2', 'closed by the peer']);
    a.wire.send(again, octets('x'));
    await world.after(5);
    assert.equal(a.told.at(-1), 'the connection is gone');
  });
});
