import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SessionEvent } from './engine.ts';
import { createMediaEngine, type HostedEngine } from './engine-over-host.ts';
import { type HostCommand, PROTOCOL_VERSION } from './protocol.ts';
import { createVirtual, type Virtual } from './virtual.test.ts';

const HOST = '192.0.2.1';

function engine(): { virtual: Virtual; engine: HostedEngine; sent: HostCommand[]; lease: (lease: number) => void } {
  const virtual = createVirtual();
  const sent: HostCommand[] = [];
  const made = createMediaEngine({ kernel: virtual.kernel, send: (command) => void sent.push(command) });
  made.heard({ event: 'hello', version: PROTOCOL_VERSION });
  const lease = (number: number): void =>
    made.heard({ event: 'leased', lease: number, address: HOST, port: 30_000 + 2 * number });
  return { virtual, engine: made, sent, lease };
}

test('sessions that a host still has of an earlier life are closed after a grace time, known ones never', () => {
  const { virtual, engine: made, sent, lease } = engine();
  lease(1);
  const session = made.session(HOST, () => undefined);
  assert.ok(session);
  sent.length = 0;
  made.heard({
    event: 'inventory',
    sessions: [
      { session: 'm-old', generation: 3 },
      { session: session.id, generation: 1 },
    ],
  });
  virtual.pass(4000);
  assert.deepEqual(sent, []);
  virtual.pass(2000);
  assert.deepEqual(sent, [{ do: 'close', session: 'm-old' }]);
});

test('a host that died fails its sessions once, and is asked for nothing more', () => {
  const { engine: made, sent, lease } = engine();
  lease(1);
  lease(2);
  const events: SessionEvent[] = [];
  const session = made.session(HOST, (event) => void events.push(event));
  assert.ok(session);
  sent.length = 0;
  made.lost('it fell over');
  assert.deepEqual(events, [{ event: 'failed', why: 'it fell over' }]);
  session.hear({ kind: 'music' });
  session.release();
  session.release();
  assert.deepEqual(sent, []);
  assert.equal(
    made.session(HOST, () => undefined),
    undefined,
  );
  assert.deepEqual(made.census(), { sessions: 0, leased: 0 });
  lease(1);
  assert.ok(
    made.session(HOST, () => undefined),
    'the next host serves the next call',
  );
});
