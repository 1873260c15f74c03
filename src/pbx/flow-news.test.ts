import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Kernel } from '../kernel/index.ts';
import type { Flow, Protocol } from '../sip/transport/types.ts';
import type { PbxEvent } from './events.ts';
import { flowNews } from './flow-news.ts';

test('ten connections that end in a second are told, the others counted; datagrams have none to end', () => {
  let now = 0;
  const onFault = ({ error }: { error: unknown }): never => {
    throw error;
  };
  const kernel = new Kernel({ now: () => now, wall: () => now, crypto: {} as never, arm: () => undefined, onFault });
  const told: PbxEvent[] = [];
  const news = flowNews(kernel, (event) => void told.push(event));
  const flow = (protocol: Protocol): Flow => {
    const hop = { address: '192.0.2.7', port: 40_000 };
    return { id: '1', protocol, local: hop, remote: hop, reliable: protocol !== 'udp' };
  };
  news(flow('udp'), 'unreachable');
  for (let at = 0; at < 25; at += 1) news(flow('tls'), 'closed by the peer');
  assert.equal(told.length, 10);
  assert.deepEqual(told[0], {
    event: 'flow.closed',
    peer: 'tls:192.0.2.7:40000',
    why: 'closed by the peer',
    untold: 0,
  });
  now = 1000;
  news(flow('tcp'), 'reset');
  assert.deepEqual(told[10], { event: 'flow.closed', peer: 'tcp:192.0.2.7:40000', why: 'reset', untold: 15 });
});
