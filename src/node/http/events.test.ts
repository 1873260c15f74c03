import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type ClientOptions, WebSocket } from 'ws';
import type { EventStream } from '../../pbx/stream.ts';
import type { CallView, ExchangeView } from '../../pbx/view.ts';
import { openControl } from './control.ts';
import { call, kernel, shown, streamOf, tokenOf } from './exchange-view.test.ts';
import { openPublic } from './public.ts';

interface Scene {
  readonly view: ExchangeView;
  readonly stream: EventStream;
  /** `ws://127.0.0.1:PORT/api/events` */
  readonly url: string;
  readonly set: (next: readonly CallView[], touched: string) => void;
}

async function scene(t: TestContext): Promise<Scene> {
  let calls: readonly CallView[] = [call];
  const stream = streamOf(() => calls);
  const view = shown({ subscribe: (client, topics, since) => stream.subscribe(client, topics, since) });
  const options = {
    kernel,
    view,
    phase: () => 'ready' as const,
    sip: () => [],
    numbers: () => [],
    web: '',
    tell: () => undefined,
  };
  const http = await openPublic({ ...options, address: '127.0.0.1', port: 0 });
  t.after(() => http.close());
  return {
    view,
    stream,
    url: `${http.url.replace('http', 'ws')}/api/events`,
    set: (next, touched) => {
      calls = next;
      kernel.input('test', () => stream.touchCall(touched));
    },
  };
}

/** The status it was refused with, or its messages as they come. */
function follow(t: TestContext, url: string, protocols: readonly string[] = [], options: ClientOptions = {}) {
  const socket = new WebSocket(url, [...protocols], options);
  t.after(() => socket.terminate());
  const messages: { type: string; at: string; key?: string; calls?: Record<string, unknown> }[] = [];
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString('utf8')) as never));
  const refused = new Promise<number>((resolve) => {
    socket.on('unexpected-response', (_request, reply) => resolve(reply.statusCode ?? 0));
  });
  socket.on('error', () => undefined);
  return {
    socket,
    messages,
    refused,
    until: async (count: number) => {
      while (messages.length < count) await once(socket, 'message');
    },
  };
}

const bearer = (token: string): ClientOptions => ({ headers: { authorization: `Bearer ${token}` } });

test('a snapshot, then changes; by header, subprotocol or query', async (t) => {
  const { view, url, set } = await scene(t);
  const token = await tokenOf(view, 'read');
  const byHeader = follow(t, url, [], bearer(token));
  const byProtocol = follow(t, url, ['strowger.events', `bearer.${token}`]);
  const byQuery = follow(t, `${url}?token=${token}&topics=calls`);
  for (const one of [byHeader, byProtocol, byQuery]) await one.until(1);
  assert.equal(byProtocol.socket.protocol, 'strowger.events');
  assert.deepEqual(Object.keys(byHeader.messages[0]?.calls ?? {}), ['c0ffee']);
  set([], 'c0ffee');
  await byHeader.until(3);
  await byQuery.until(2);
  assert.deepEqual(
    byQuery.messages.map(({ type, key }) => [type, key]),
    [
      ['snapshot', undefined],
      ['change', 'c0ffee'],
    ],
  );
});

test('what was missed is told on coming back', async (t) => {
  const { view, url, set } = await scene(t);
  const token = await tokenOf(view, 'read');
  const first = follow(t, url, [], bearer(token));
  await first.until(1);
  first.socket.close();
  await once(first.socket, 'close');
  set([], 'c0ffee');
  const again = follow(t, `${url}?since=${first.messages[0]?.at}`, [], bearer(token));
  await again.until(3);
  assert.deepEqual(
    again.messages.map(({ type }) => type),
    ['resumed', 'change', 'change'],
  );
  const lost = follow(t, `${url}?since=00:7`, [], bearer(token));
  await lost.until(2);
  assert.deepEqual(
    lost.messages.map(({ type }) => type),
    ['reset', 'snapshot'],
  );
});

test('who was refused is hung up on, though he keeps his end open', async (t) => {
  const { url } = await scene(t);
  const { port, pathname } = new URL(url);
  for (const path of [pathname, '/elsewhere']) {
    const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
    t.after(() => socket.destroy());
    const head = ['Host: 127.0.0.1', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
    socket.write(
      [`GET ${path} HTTP/1.1`, ...head, 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='].join('\r\n') + '\r\n\r\n',
    );
    let said = '';
    // What nobody listens to any more is answered by a reset.
    socket.on('error', () => undefined);
    socket.setEncoding('utf8').on('data', (text: string) => void (said += text));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await once(socket, 'end');
    assert.match(said, /^HTTP\/1.1 40[14] .*\r\n\r\n\{.*\}$/s);
    const words = setInterval(() => socket.write('still here'), 20);
    t.after(() => clearInterval(words));
    await closed;
  }
});

test('no token, a wrong one, another scope, another path, another host: refused before anything is told', async (t) => {
  const { view, url } = await scene(t);
  const [token, caller] = await Promise.all([tokenOf(view, 'read'), tokenOf(view, 'calls')]);
  const cases: readonly (readonly [string, ClientOptions, number])[] = [
    [url, {}, 401],
    [`${url}?token=nonsense`, {}, 401],
    [url, bearer(caller), 403],
    [url.replace('events', 'nothing'), bearer(token), 404],
    [`${url}?topics=calls,secrets`, bearer(token), 400],
    [url, { headers: { authorization: `Bearer ${token}`, host: 'evil.example' } }, 421],
  ];
  for (const [at, options, status] of cases) assert.equal(await follow(t, at, [], options).refused, status, at);
});

test('who has much to say is cut off', async (t) => {
  const { view, url } = await scene(t);
  const loud = follow(t, url, [], bearer(await tokenOf(view, 'read')));
  await loud.until(1);
  loud.socket.send('x'.repeat(5000));
  await once(loud.socket, 'close');
});

/** Octets that something still holds on to. */
function inUse(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test('a client that reads nothing costs no more than its bound, and hears the end of it when it reads', async (t) => {
  const { view, url, set } = await scene(t);
  const token = await tokenOf(view, 'read');
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  t.after(() => socket.destroy());
  socket.write(
    `GET /api/events?topics=calls HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MTIzNDU2Nzg5MDEyMzQ1Ng==\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  );
  await once(socket, 'readable');
  const before = inUse();
  const dialed = 'x'.repeat(2000);
  for (let n = 0; n < 20_000; n += 1) {
    set([{ ...call, legs: [], dialed: `${n} ${dialed}` }], 'c0ffee');
    if (n % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  // 40 MB were to be told; the ring keeps its last changes, whoever listens.
  const grown = inUse() - before;
  assert.ok(grown < 20e6, `${Math.round(grown / 1e6)} MB`);
  let read = '';
  socket.setEncoding('latin1').on('data', (part: string) => (read = `${read}${part}`.slice(-5000)));
  while (!read.includes('19999 x')) await once(socket, 'data');
});

test('the control socket needs no token', async (t) => {
  const { view } = await scene(t);
  const folder = mkdtempSync(join(tmpdir(), 'strowger-events-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const control = await openControl({ kernel, view, folder });
  t.after(() => control.close());
  const local = follow(t, `ws+unix://${realpathSync(control.path)}:/api/events`);
  await local.until(1);
  assert.equal(local.messages[0]?.type, 'snapshot');
});
