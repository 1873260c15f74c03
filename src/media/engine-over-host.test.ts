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
  made.heard({ event: 'hello', version: PROTOCOL_VERSION, pool: 2 });
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

test('leases beyond what the host keeps by itself go back when half a minute showed that nobody needs them', () => {
  const { virtual, engine: made, sent, lease } = engine();
  for (let number = 1; number <= 6; number += 1) lease(number);
  virtual.pass(29_000);
  // Two of the six are needed within the time.
  for (const session of [made.session(HOST, () => undefined), made.session(HOST, () => undefined)]) session?.release();
  sent.length = 0;
  virtual.pass(2000);
  assert.deepEqual(sent, []);
  virtual.pass(30_000);
  assert.deepEqual(sent, [
    { do: 'retire', lease: 3 },
    { do: 'retire', lease: 4 },
  ]);
  virtual.pass(120_000);
  assert.equal(sent.length, 2);
  assert.equal(made.free(HOST), 2);
});

test('a host that begins anew writes over no recording of the one that died, and says nothing that was said before', () => {
  const { virtual, engine: made, sent } = engine();
  const mixer = made.mixer('m', () => undefined);
  const step = (act: () => void): void => virtual.kernel.input('test', act);
  const tap = { kind: 'record', id: 't', file: 'recordings/room', sides: 'says' } as const;
  const sound = (id: string) => ({ id, files: ['beep'] });
  const restart = (): void => {
    made.lost('it fell over');
    made.heard({ event: 'hello', version: PROTOCOL_VERSION, pool: 2 });
  };
  const last = (): unknown => {
    const command = sent.at(-1);
    assert.ok(command?.do === 'mixer');
    const { taps, sounds } = command.spec;
    return [taps?.map(({ id, file }) => `${id} ${file}`), sounds?.map(({ id }) => id)];
  };
  step(() => mixer.mix({ members: ['a'], taps: [tap], sounds: [sound('1')] }));
  assert.deepEqual(last(), [['t recordings/room'], ['1']]);
  restart();
  assert.deepEqual(last(), [['t recordings/room-2'], undefined]);
  step(() => mixer.mix({ members: ['a'], taps: [tap], sounds: [sound('1'), sound('2')] }));
  assert.deepEqual(last(), [['t recordings/room-2'], ['2']]);
  restart();
  assert.deepEqual(last(), [['t recordings/room-3'], undefined]);
  const other = { ...tap, id: 'u', file: 'recordings/other' };
  step(() => mixer.mix({ members: ['a'], taps: [other] }));
  assert.deepEqual(last(), [['u recordings/other'], undefined], 'one that is begun there keeps its name');
});

test('a mixer is told once a step, whole; a host that begins anew is told again, and what it took down is told after its end', () => {
  const { virtual, engine: made, sent } = engine();
  const told: string[] = [];
  const mixer = made.mixer('m', ({ tap }) => void told.push(tap));
  const step = (act: () => void): void => virtual.kernel.input('test', act);
  step(() => {
    mixer.mix({ members: ['a'] });
    mixer.mix({ members: ['a', 'b'] });
  });
  step(() => mixer.mix({ members: ['a', 'b'] }));
  const whole = { do: 'mixer', mixer: 'm', generation: 1, spec: { members: ['a', 'b'] } } as const;
  assert.deepEqual(sent, [whole]);
  made.lost('it fell over');
  made.heard({ event: 'hello', version: PROTOCOL_VERSION, pool: 2 });
  assert.deepEqual(sent, [whole, whole]);
  step(() => mixer.release());
  assert.deepEqual(sent.at(-1), { do: 'unmix', mixer: 'm' });
  step(() => mixer.mix({ members: ['c'] }));
  assert.equal(sent.length, 3, 'nothing after its end');
  made.heard({ event: 'recorded', session: 'm', tap: 't', file: 'f', ms: 20, endedBy: 'stopped' });
  assert.deepEqual(told, ['t']);
});
