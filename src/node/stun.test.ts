import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { bindingResponse } from '../stun/index.ts';
import { askStun } from './stun.ts';

/** A STUN server that takes that many datagrams for noise before it answers, each time with something else first. */
async function server(t: TestContext, deaf: number): Promise<{ readonly address: string; readonly port: number }> {
  const socket = createSocket('udp4');
  let heard = 0;
  socket.on('message', (bytes, from) => {
    heard += 1;
    if (heard <= deaf) return;
    socket.send('nonsense', from.port, from.address);
    socket.send(bindingResponse(bytes, { address: '203.0.113.9', port: 4000 }) ?? '', from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.after(() => socket.close());
  return { address: '127.0.0.1', port: socket.address().port };
}

test('the server says from where it hears us; a lost question is asked again', async (t) => {
  for (const deaf of [0, 1]) {
    const hop = await server(t, deaf);
    assert.deepEqual(await new Promise((then) => askStun(hop, then)), { address: '203.0.113.9' });
  }
});

test('where nothing can be sent, it says why', async () => {
  const mapped = await new Promise((then) => askStun({ address: '127.0.0.1', port: 0 }, then));
  assert.ok(typeof mapped === 'object' && mapped !== null && 'why' in mapped);
});
