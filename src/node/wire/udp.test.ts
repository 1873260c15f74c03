import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { fromUtf8, utf8 } from '../../kernel/index.ts';
import type { Flow, Hop, WireListener } from '../../sip/transport/types.ts';
import { createLiveKernel } from '../clock.ts';
import { eventually } from '../eventually.test.ts';
import { FlowCache } from './flow-cache.ts';
import { createUdpWire } from './udp.ts';

interface Heard {
  readonly flow: Flow;
  readonly text: string;
}

async function bound(t: TestContext, binds: readonly Hop[], received?: WireListener['received']) {
  const faults: string[] = [];
  const kernel = createLiveKernel({ onFault: (fault) => faults.push(String(fault.error)) });
  const heard: Heard[] = [];
  const listener: WireListener = {
    received: received ?? ((flow, bytes) => heard.push({ flow, text: utf8(bytes) })),
    opened: () => undefined,
    failed: (flow, why) => assert.fail(`${flow.id}: ${why}`),
    drained: () => undefined,
  };
  const udp = await createUdpWire({ kernel, binds, listener });
  let open = true;
  const close = async (): Promise<void> => {
    if (open) await udp.close();
    open = false;
  };
  t.after(close);
  return { ...udp, close, kernel, heard, faults };
}

async function phone(t: TestContext): Promise<{ socket: Socket; hop: Hop; heard: string[] }> {
  const socket = createSocket('udp4');
  const heard: string[] = [];
  socket.on('message', (bytes) => heard.push(bytes.toString()));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.after(() => socket.close());
  return { socket, hop: { address: '127.0.0.1', port: socket.address().port }, heard };
}

const anyPort = { address: '127.0.0.1', port: 0 };

test('a datagram arrives on the flow of its pair of hops, and answers go back to it', async (t) => {
  const udp = await bound(t, [anyPort]);
  const [local] = udp.locals;
  assert.ok(local !== undefined && local.port > 0);
  const alice = await phone(t);
  alice.socket.send('one', local.port, local.address);
  alice.socket.send('two', local.port, local.address);
  await eventually(() => udp.heard.length === 2);
  const [first, second] = udp.heard;
  assert.equal(first?.text, 'one');
  assert.equal(first?.flow, second?.flow);
  assert.equal(first?.flow.id, `udp:127.0.0.1:${local.port}>127.0.0.1:${alice.hop.port}`);
  assert.deepEqual(first?.flow.remote, alice.hop);
  assert.equal(udp.wire.open('udp', alice.hop), first?.flow);
  if (first !== undefined) udp.wire.send(first.flow, fromUtf8('answer'));
  await eventually(() => alice.heard.length === 1);
  assert.deepEqual(alice.heard, ['answer']);
  assert.equal(udp.counts.errors, 0);
});

test('nothing is delivered within send', async (t) => {
  const udp = await bound(t, [anyPort]);
  const [local] = udp.locals;
  const self = udp.wire.open('udp', local ?? anyPort);
  assert.ok(self !== undefined);
  udp.wire.send(self, fromUtf8('to myself'));
  assert.equal(udp.heard.length, 0);
  await eventually(() => udp.heard.length === 1);
});

test('a listener that throws is contained: the next datagram is heard', async (t) => {
  let calls = 0;
  const udp = await bound(t, [anyPort], () => {
    calls += 1;
    throw new Error('our mistake');
  });
  const alice = await phone(t);
  for (const text of ['a', 'b']) alice.socket.send(text, udp.locals[0]?.port ?? 0, '127.0.0.1');
  await eventually(() => calls === 2);
  assert.deepEqual(udp.faults, ['Error: our mistake', 'Error: our mistake']);
});

test('what cannot be reached has no flow', async (t) => {
  const { wire } = await bound(t, [anyPort]);
  assert.equal(wire.open('tcp', { address: '127.0.0.1', port: 5060 }), undefined);
  assert.equal(wire.open('udp', { address: '192.0.2.7', port: 5060 }), undefined);
  assert.equal(wire.open('udp', { address: 'example.org', port: 5060 }), undefined);
  for (const port of [0, 65536, -1]) assert.equal(wire.open('udp', { address: '127.0.0.1', port }), undefined);
});

test('a datagram that cannot be sent is counted and otherwise lost', async (t) => {
  const udp = await bound(t, [anyPort]);
  const flow = udp.wire.open('udp', { address: '127.0.0.1', port: 9 });
  assert.ok(flow !== undefined);
  udp.wire.send(flow, new Uint8Array(70_000));
  await eventually(() => udp.counts.errors === 1);
  await udp.close();
  udp.wire.send(flow, fromUtf8('too late'));
  assert.equal(udp.counts.errors, 2);
});

test('a port that is taken is E_BIND, and nothing stays open', async (t) => {
  const taken = await phone(t);
  const kernel = createLiveKernel({ onFault: () => undefined });
  const listener: WireListener = {
    received: () => undefined,
    opened: () => undefined,
    failed: () => undefined,
    drained: () => undefined,
  };
  await assert.rejects(createUdpWire({ kernel, binds: [anyPort, taken.hop], listener }), {
    code: 'E_BIND',
    message: `Cannot listen on 127.0.0.1 port ${taken.hop.port} (udp): the port is taken.`,
  });
  assert.deepEqual(kernel.house.census(), {});
  await assert.rejects(createUdpWire({ kernel, binds: [{ address: '203.0.113.99', port: 0 }], listener }), {
    code: 'E_BIND',
    message: /not one of this machine/,
  });
});

test('sockets count in the house until they are closed', async (t) => {
  const udp = await bound(t, [anyPort, anyPort]);
  assert.deepEqual(udp.kernel.house.census(), { 'udp socket': 2 });
  await udp.close();
  assert.deepEqual(udp.kernel.house.census(), {});
});

test('the flow cache is bounded and keeps what is in use', () => {
  const cache = new FlowCache(100);
  const local = { address: '::1', port: 5060 };
  const used = cache.flow(local, '::2', 1);
  assert.equal(used.id, 'udp:[::1]:5060>[::2]:1');
  for (let port = 2; port < 1000; port += 1) {
    cache.flow(local, '::3', port);
    assert.equal(cache.flow(local, '::2', 1), used);
    assert.ok(cache.size <= 100);
  }
  cache.delete(used);
  assert.notEqual(cache.flow(local, '::2', 1), used);
});
