import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Kernel } from '../../kernel/index.ts';
import { type HandshakeNews, handshakeNews } from './handshakes.ts';

test('the first handshake that fails is told at once, those after it once a minute, all of them counted', () => {
  let now = 0;
  const onFault = ({ error }: { error: unknown }): never => {
    throw error;
  };
  const kernel = new Kernel({ now: () => now, wall: () => now, crypto: {} as never, arm: () => undefined, onFault });
  const told: HandshakeNews[] = [];
  const failed = handshakeNews(kernel, (news) => told.push(news));
  const advance = (ms: number): void => {
    now += ms;
    kernel.runDue();
  };
  failed('192.0.2.7', 'no shared cipher');
  assert.deepEqual(told, [{ failures: 1, address: '192.0.2.7', why: 'no shared cipher' }]);
  for (let at = 0; at < 500; at += 1) failed('192.0.2.8', 'wrong version');
  advance(59_999);
  assert.equal(told.length, 1);
  advance(1);
  assert.deepEqual(told[1], { failures: 500, address: '192.0.2.8', why: 'wrong version' });
  advance(60_000);
  assert.equal(told.length, 2);
  assert.deepEqual(kernel.house.census(), {}, 'nobody waits when there is nothing to tell');
  failed('192.0.2.9', 'closed');
  assert.equal(told.length, 3);
});
