import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Worker } from 'node:worker_threads';
import type { MediaSession, SessionEvent } from '../../media/engine.ts';
import { type BenchPhone, contractSounds, type MediaBench, mediaEngineContract } from '../../media/engine.contract.ts';
import { newHeader, readHeader, writeHeader } from '../../rtp/index.ts';
import { createLiveKernel } from '../clock.ts';
import { eventually } from '../eventually.test.ts';
import { startMediaWorkers } from './engine.ts';

const LOOPBACK = '127.0.0.1';
let folder = '';

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'strowger-sounds-'));
  for (const [name, wav] of contractSounds()) {
    const path = join(folder, `${name}.wav`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, wav);
  }
});

after(() => rmSync(folder, { recursive: true }));

async function phone(closers: (() => void)[]): Promise<BenchPhone> {
  const socket = createSocket('udp4');
  const received: Uint8Array[] = [];
  socket.on('message', (bytes) => received.push(bytes));
  socket.bind(0, LOOPBACK);
  await once(socket, 'listening');
  closers.push(() => socket.close());
  const { address, port } = socket.address();
  return { local: { address, port }, received, send: (bytes, to) => socket.send(bytes, to.port, to.address) };
}

async function bench(): Promise<MediaBench> {
  const faults: unknown[] = [];
  const kernel = createLiveKernel({ onFault: (fault) => void faults.push(fault) });
  const workers = await startMediaWorkers({
    kernel,
    count: 1,
    addresses: [LOOPBACK],
    ports: undefined,
    sounds: ['/nonexistent', folder],
    poolSize: 4,
  });
  const closers: (() => void)[] = [];
  return {
    engine: workers.engine,
    address: LOOPBACK,
    step: (act) => kernel.input('test', act),
    phone: () => phone(closers),
    until: eventually,
    stop: async () => {
      for (const close of closers) close();
      await workers.stop();
      assert.deepEqual(faults, []);
    },
  };
}

mediaEngineContract('worker', bench);

test('a thread that stands still is replaced, and its calls fail', async () => {
  const stuck = join(folder, 'stuck.mjs');
  const real = new URL(`./worker${import.meta.url.slice(-3)}`, import.meta.url).href;
  // It leases a port, and computes for ever when that is to be opened.
  writeFileSync(
    stuck,
    `import { parentPort } from 'node:worker_threads';
     import ${JSON.stringify(real)};
     parentPort.on('message', (commands) => { if (commands.some((one) => one.do === 'open')) for (;;); });`,
  );
  const deaths: string[] = [];
  const kernel = createLiveKernel({ onFault: () => undefined });
  const workers = await startMediaWorkers({
    kernel,
    count: 1,
    addresses: [LOOPBACK],
    ports: undefined,
    sounds: [folder],
    poolSize: 2,
    patience: 500,
    program: pathToFileURL(stuck),
    onDeath: (why) => deaths.push(why),
  });
  const events: SessionEvent[] = [];
  assert.ok(workers.engine.session(LOOPBACK, (event) => events.push(event)));
  await eventually(() => events.length === 1);
  assert.equal(events[0]?.event, 'failed');
  assert.deepEqual(deaths, ['it stood still']);
  await eventually(() => workers.engine.session(LOOPBACK, () => undefined) !== undefined);
  await workers.stop();
});

test('the calls of a thread that died fail, and another takes its place', async () => {
  const started: Worker[] = [];
  const deaths: string[] = [];
  const kernel = createLiveKernel({ onFault: () => undefined });
  const workers = await startMediaWorkers({
    kernel,
    count: 1,
    addresses: [LOOPBACK],
    ports: undefined,
    sounds: [folder],
    poolSize: 2,
    onStart: (worker) => started.push(worker),
    onDeath: (why) => deaths.push(why),
  });
  const events: SessionEvent[] = [];
  const session = workers.engine.session(LOOPBACK, (event) => events.push(event));
  assert.ok(session);
  await started[0]?.terminate();
  await eventually(() => events.length === 1);
  assert.equal(events[0]?.event, 'failed');
  assert.equal(deaths.length, 1);
  assert.equal(
    workers.engine.session(LOOPBACK, () => undefined),
    undefined,
    'no ports until the next one has bound some',
  );
  session.release();
  assert.deepEqual(workers.engine.census(), { sessions: 0, leased: 0 });
  let next: MediaSession | undefined;
  await eventually(() => {
    next ??= workers.engine.session(LOOPBACK, () => undefined);
    return next !== undefined;
  });
  assert.equal(started.length, 2);
  await workers.stop();
});

test('one thread of two dies: the calls of the other go on, and it serves the next call at once', async () => {
  const kernel = createLiveKernel({ onFault: () => undefined });
  const started: Worker[] = [];
  const workers = await startMediaWorkers({
    kernel,
    count: 2,
    addresses: [LOOPBACK],
    ports: undefined,
    sounds: [],
    poolSize: 2,
    onStart: (worker) => started.push(worker),
  });
  const closers: (() => void)[] = [];
  const echoing = async (
    events: SessionEvent[],
  ): Promise<{ readonly session: MediaSession; readonly heard: () => boolean }> => {
    const caller = await phone(closers);
    const session = workers.engine.session(LOOPBACK, (event) => events.push(event));
    assert.ok(session);
    const pcmu = { payload: 0, codec: 'PCMU' } as const;
    session.connect({
      remote: caller.local,
      send: pcmu,
      receive: [pcmu],
      events: undefined,
      ptime: 20,
      latch: true,
      epoch: 1,
    });
    session.hear({ kind: 'echo' });
    let [sequence, known] = [0, 0];
    const heard = (): boolean => {
      const bytes = new Uint8Array(172);
      sequence += 1;
      writeHeader(bytes, false, 0, sequence, sequence * 160, 1);
      caller.send(bytes, session.local);
      const more = caller.received.length > known;
      known = caller.received.length;
      return more;
    };
    await eventually(heard);
    return { session, heard };
  };
  const [deadEvents, aliveEvents, nextEvents]: SessionEvent[][] = [[], [], []];
  const dying = await echoing(deadEvents ?? []);
  const living = await echoing(aliveEvents ?? []);
  await started[0]?.terminate();
  await eventually(() => deadEvents?.length === 1);
  dying.session.release();
  await echoing(nextEvents ?? []);
  await eventually(living.heard);
  assert.deepEqual([aliveEvents, nextEvents], [[], []]);
  assert.equal(workers.engine.census().sessions, 2);
  for (const close of closers) close();
  await workers.stop();
});

test('legs on different threads hear each other', async () => {
  const kernel = createLiveKernel({ onFault: () => undefined });
  const options = { kernel, count: 2, addresses: [LOOPBACK], ports: undefined, sounds: [], poolSize: 2 };
  const started: Worker[] = [];
  const workers = await startMediaWorkers({ ...options, onStart: (worker) => started.push(worker) });
  assert.equal(started.length, 2);
  const closers: (() => void)[] = [];
  const [alice, bob] = [await phone(closers), await phone(closers)];
  const [a, b] = [alice, bob].map(({ local }) => {
    const session = workers.engine.session(LOOPBACK, () => undefined);
    const pcmu = { payload: 0, codec: 'PCMU' } as const;
    session?.connect({
      remote: local,
      send: pcmu,
      receive: [pcmu],
      events: { send: 101, receive: 101 },
      ptime: 20,
      latch: true,
      epoch: 1,
    });
    return session;
  });
  assert.ok(a && b);
  b.hear({ kind: 'session', session: a.id });
  let sequence = 0;
  const say = (): void => {
    const bytes = new Uint8Array(172).fill(0x55);
    sequence += 1;
    writeHeader(bytes, false, 0, sequence, sequence * 160, 1);
    alice.send(bytes, a.local);
  };
  await eventually(() => {
    if (bob.received.length < 5) say();
    return bob.received.length >= 5;
  });
  const headers = bob.received.map((bytes) => {
    const header = newHeader();
    assert.ok(readHeader(bytes, header));
    return header;
  });
  for (const [at, { sequence: number, ssrc }] of headers.entries()) {
    assert.equal((number - (headers[0]?.sequence ?? 0)) & 0xffff, at);
    assert.equal(ssrc, headers[0]?.ssrc);
  }
  assert.deepEqual(bob.received[0]?.subarray(12), Buffer.alloc(160, 0x55));
  assert.equal(alice.received.length, 0);
  for (const close of closers) close();
  await workers.stop();
});
