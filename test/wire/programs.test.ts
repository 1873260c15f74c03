import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import { selfSigned } from '../../src/node/tls/self-signed.ts';
import { Baresip } from './peers/baresip.ts';
import { Child } from './peers/child.ts';
import { Server } from './peers/server.ts';
import { until, witnessed } from './peers/until.ts';

const ALICE = 620;
const ROOT = join(import.meta.dirname, '..', '..');
const PROTOCOL = 'strowger.audio.v1';

interface Message {
  readonly type: string;
  readonly [field: string]: unknown;
}

describe('a call and a program over a real WebSocket', () => {
  const folder = mkdtempSync(join(tmpdir(), 'strowger-programs-'));
  const echo = new Child('echo-program', process.execPath, [join(ROOT, 'examples', 'echo-program.ts'), '0']);
  /** A program of this test's own: what it was told, and the connection. */
  const agent = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
  });
  const told: Message[] = [];
  const authorized: (string | undefined)[] = [];
  let socket: WebSocket;
  let closed: { code: number; reason: string } | undefined;
  let octets = 0;
  /** A program whose certificate nobody has signed. */
  const secure = createServer();
  let server: Server;
  let alice: Baresip;

  before(async () => {
    agent.on('connection', (one, request) => {
      socket = one;
      octets = 0;
      told.length = 0;
      closed = undefined;
      authorized.push(request.headers.authorization);
      one.on('message', (data: Buffer, binary) => {
        if (binary) octets += data.length;
        else told.push(JSON.parse(String(data)) as Message);
      });
      one.on('close', (code, reason) => {
        closed = { code, reason: String(reason) };
      });
    });
    secure.setSecureContext(await selfSigned(['127.0.0.1']));
    secure.listen(0, '127.0.0.1');
    await once(secure, 'listening');
    new WebSocketServer({ server: secure }).on('connection', () => assert.fail('nobody verifies certificates'));
    const url = await until('the echo program', () => echo.out.includes('\n') && echo.out.split('\n')[0]);
    const port = (at: { address(): unknown }): number => (at.address() as AddressInfo).port;
    const file = join(folder, 'strowger.config.ts');
    writeFileSync(
      file,
      `import { defineConfig } from 'strowger';
export default defineConfig({
  algorithms: ['MD5'],
  endpoints: { 101: { name: 'Alice', secret: 'rotary-dial' } },
  extensions: {
    850: { connect: '${url}' },
    851: { connect: { url: 'ws://127.0.0.1:${port(agent)}', headers: { Authorization: 'Bearer lark' } } },
    800: { play: 'demo/weasels' },
  },
  dialplan: (d) =>
    d.on('852', async (call) => {
      const { endedBy } = await call.connect('wss://127.0.0.1:${port(secure)}');
      if (endedBy === 'failed') await call.echo();
    }),
});
`,
    );
    server = await Server.start('--config', file);
    alice = await Baresip.start({ number: '101', tone: ALICE, registrar: server, codecs: 'PCMA' });
  });
  after(async () => {
    await alice?.stop();
    await server?.stop();
    echo.signal('SIGTERM');
    agent.close();
    secure.close();
    rmSync(folder, { recursive: true });
  });

  const scene = (body: () => Promise<void>) => witnessed([server, alice, echo], body);
  const message = (type: string) => until(`'${type}' told`, () => told.find((one) => one.type === type));

  test('850: the echo example gives the caller his own tone back', () =>
    scene(async () => {
      const start = alice.mark();
      await alice.dial('850');
      await alice.established();
      await alice.hearsTone(ALICE, start);
      await wholeSecond(alice);
      assert.match(echo.out, /"type":"start".*"dialed":"850"/);
      await alice.hangup();
      await alice.closed();
      await until('the stop', () => echo.out.includes('"type":"stop"'));
      assert.doesNotMatch(echo.out, /"dropped"/);
    }));

  test('851: it hears 50 frames a second; marks, flush, keys; it goes to 800', () =>
    scene(async () => {
      await alice.dial('851');
      await alice.established();
      const start = await message('start');
      assert.deepEqual([start['rate'], start['format'], start['dialed']], [16_000, 's16le', '851']);
      assert.equal(authorized.at(-1), 'Bearer lark');
      await until('a second of audio', () => octets > 32_000);
      assert.equal(octets % 640, 0);
      socket.send(tone(1000, 1500));
      socket.send(JSON.stringify({ type: 'mark', name: 'said' }));
      const from = alice.mark();
      await alice.hearsTone(1000, from);
      assert.equal((await message('mark'))['name'], 'said');
      socket.send(tone(1000, 30_000));
      socket.send(JSON.stringify({ type: 'mark', name: 'never' }));
      socket.send(JSON.stringify({ type: 'flush' }));
      const flushed = await message('flushed');
      assert.deepEqual(flushed['marks'], ['never']);
      assert.ok(Number(flushed['ms']) > 29_000);
      await alice.keys('5');
      assert.equal((await message('digit'))['digit'], '5');
      socket.send(JSON.stringify({ type: 'goto', number: '800' }));
      await until('the end of the talk', () => closed);
      assert.deepEqual(closed, { code: 1000, reason: '' });
      await alice.closed(20_000);
    }));

  test('851: a program that reads nothing for two seconds loses the oldest, counted', () =>
    scene(async () => {
      await alice.dial('851');
      await alice.established();
      await until('a second of audio', () => octets > 32_000);
      const heard = octets;
      socket.pause();
      await pause(2000);
      socket.resume();
      const frames = Number((await message('dropped'))['frames']);
      assert.ok(frames > 60 && frames < 95, `${frames} frames`);
      await until('more audio', () => octets > heard + 32_000);
      assert.equal(told.filter(({ type }) => type === 'dropped').length, 1);
      await alice.hangup();
      await alice.closed();
      await message('stop');
    }));

  test('851: what is malformed ends the talk, and its author is told why', () =>
    scene(async () => {
      await alice.dial('851');
      await alice.established();
      await message('start');
      socket.send('hello');
      await until('the end of the talk', () => closed);
      assert.deepEqual(closed, { code: 1008, reason: 'malformed: no JSON object' });
      await alice.closed();
    }));

  test('852: a certificate that nobody signed is refused, and the script goes on', () =>
    scene(async () => {
      const start = alice.mark();
      await alice.dial('852');
      await alice.established();
      await alice.hearsTone(ALICE, start);
      await alice.hangup();
      await alice.closed();
    }));

  test('nothing is left over', () =>
    scene(async () => {
      await server.quietStatus();
    }));
});

/** Nothing but his tone for a second, at the latest the fifth time: on a busy machine three processes may be late. */
async function wholeSecond(phone: Baresip, tries = 5): Promise<void> {
  try {
    await phone.hearsOnlyTone(ALICE, phone.mark());
  } catch (error) {
    if (tries === 1) throw error;
    await wholeSecond(phone, tries - 1);
  }
}

/** As it crosses: 16 bits, little-endian, 16 kHz. */
function tone(hz: number, ms: number): Buffer {
  const samples = Buffer.alloc(ms * 32);
  for (let at = 0; at < ms * 16; at += 1)
    samples.writeInt16LE(Math.round(8000 * Math.sin((2 * Math.PI * hz * at) / 16_000)), at * 2);
  return samples;
}
