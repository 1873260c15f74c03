import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ProgramSocket } from '../../media/ports.ts';
import { eventually } from '../eventually.test.ts';
import { createPrograms } from './programs.ts';

const PROTOCOL = 'strowger.audio.v1';
const closers: (() => void)[] = [];
after(() => {
  for (const close of closers) close();
});

interface At {
  readonly url: string;
  readonly calls: WebSocket[];
  readonly headers: Record<string, unknown>[];
}

async function program(options: { readonly refuse?: boolean; readonly choose?: false } = {}): Promise<At> {
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    verifyClient: () => options.refuse !== true,
    handleProtocols: (offered) => options.choose ?? (offered.has(PROTOCOL) && PROTOCOL),
  });
  closers.push(() => server.close());
  await once(server, 'listening');
  const calls: WebSocket[] = [];
  const headers: Record<string, unknown>[] = [];
  server.on('connection', (socket, request) => {
    calls.push(socket);
    headers.push(request.headers);
  });
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, calls, headers };
}

/** A connection, and what it told, in order. */
function opened(url: string, headers = {}): { readonly socket: ProgramSocket; readonly told: string[] } {
  const told: string[] = [];
  const socket = createPrograms().open(
    { url, headers, protocol: PROTOCOL, most: 1000 },
    {
      opened: () => told.push('opened'),
      text: (message) => told.push(`text ${message}`),
      audio: (octets) => told.push(`audio ${octets.length}`),
      ponged: (payload) => told.push(`pong ${payload}`),
      closed: (whole, why) => told.push(`${whole ? 'closed' : 'broken'} ${why}`),
    },
  );
  closers.push(() => socket.close(1000, ''));
  return { socket, told };
}

test('what is said and answered, and a close in good order', async () => {
  const at = await program();
  const { socket, told } = opened(at.url, { Authorization: 'Bearer x' });
  await eventually(() => told.includes('opened') && at.calls.length === 1);
  assert.equal(at.headers[0]?.['authorization'], 'Bearer x');
  at.calls[0]?.on('message', (data: Buffer, binary) => at.calls[0]?.send(data, { binary }));
  socket.text('hello');
  socket.audio(new Uint8Array(640));
  socket.ping('7');
  await eventually(() => told.length === 4);
  assert.deepEqual([...told].sort(), ['audio 640', 'opened', 'pong 7', 'text hello']);
  at.calls[0]?.close(1000, 'done');
  await eventually(() => told.at(-1)?.startsWith('closed') === true);
  assert.equal(told.at(-1), 'closed closed: 1000 done');
});

test('our close tells nothing more, and its reason is cut to what fits', async () => {
  const at = await program();
  const { socket, told } = opened(at.url);
  await eventually(() => told.includes('opened') && at.calls.length === 1);
  const closed = once(at.calls[0] ?? assert.fail(), 'close');
  socket.close(1008, 'é'.repeat(100));
  const [code, reason] = (await closed) as [number, Buffer];
  assert.deepEqual([code, reason.toString()], [1008, 'é'.repeat(61)]);
  assert.deepEqual(told, ['opened']);
});

test('nobody there, no right to be there, another protocol, too large a message, a cut line: broken, once', async () => {
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address() as AddressInfo;
  free.close();
  await once(free, 'close');
  const nobody = opened(`ws://127.0.0.1:${port}`);
  const refused = opened((await program({ refuse: true })).url);
  const other = opened((await program({ choose: false })).url);
  const at = await program();
  const large = opened(at.url);
  await eventually(() => at.calls.length === 1);
  at.calls[0]?.send(Buffer.alloc(1001));
  const cut = opened(at.url);
  await eventually(() => at.calls.length === 2 && cut.told.includes('opened'));
  at.calls[1]?.terminate();
  const all = [nobody, refused, other, large, cut];
  await eventually(() => all.every(({ told }) => told.at(-1)?.startsWith('broken') === true));
  const ends = all.map(({ told }) => told.filter((one) => one !== 'opened'));
  assert.ok(ends.every(({ length }) => length === 1));
  const [unreached, denied, spoken, over, gone] = ends.map(([end]) => end ?? '');
  assert.match(unreached ?? '', /ECONNREFUSED|refused/);
  assert.match(denied ?? '', /401/);
  assert.match(spoken ?? '', /subprotocol/);
  assert.match(over ?? '', /payload/i);
  assert.match(gone ?? '', /1006/);
});

test('a program that asks and never reads is cut off', async () => {
  const at = await program();
  const { socket, told } = opened(at.url);
  await eventually(() => at.calls.length === 1 && told.includes('opened'));
  at.calls[0]?.pause();
  const answer = 'x'.repeat(100_000);
  for (let more = 0; more < 1000 && told.length === 1; more += 1) {
    socket.text(answer);
    await new Promise(setImmediate);
  }
  await eventually(() => told.at(-1) === 'broken it does not read');
});
