import assert from 'node:assert/strict';
import { connect, type NetConnectOpts } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Server } from './peers/server.ts';
import { until, witnessed } from './peers/until.ts';

/** Requests that no browser sends, each a connection of its own. */
const NASTY: Readonly<Record<string, string | Uint8Array>> = {
  nothing: '',
  'no HTTP': 'INVITE sip:101@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1\r\n\r\n',
  TLS: Uint8Array.of(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, 0, 0, 0, 0),
  zeros: new Uint8Array(70_000),
  'no end of line': `GET /${'a'.repeat(100_000)}`,
  'too many headers': `GET / HTTP/1.1\r\nHost: a\r\n${Array.from({ length: 5000 }, (_, n) => `X-${n}: ${n}\r\n`).join('')}\r\n`,
  'no host': 'GET / HTTP/1.1\r\n\r\n',
  'two lengths': 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
  smuggling:
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n',
  'a length beyond all': 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n',
  'a negative length': 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n',
  'a chunk beyond all': 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n',
  'paths upwards': 'GET /../../../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n',
  'an absolute path': 'GET http://elsewhere.example/ HTTP/1.1\r\nHost: a\r\n\r\n',
  'half an escape': 'GET /%zz%f HTTP/1.1\r\nHost: a\r\n\r\n',
  'a null in the path': 'GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n',
  upgrade:
    'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n',
  tunnel: 'CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: a\r\n\r\n',
  trace: 'TRACE / HTTP/1.1\r\nHost: a\r\n\r\n',
  'a body that is no JSON':
    'DELETE /api/calls/x HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n{',
  'a prototype':
    'DELETE /api/calls/__proto__ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 24\r\n\r\n{"__proto__":{"id":"a"}}',
  pipelined: 'GET /health HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(2000),
};

describe('hostile HTTP', () => {
  let server: Server;

  before(async () => {
    server = await Server.start();
  });
  after(async () => {
    await server?.stop();
  });

  const scene = (body: () => Promise<void>) => witnessed([server], body);

  const places = (): readonly (readonly [string, NetConnectOpts])[] => [
    ['console', { host: '127.0.0.1', port: Number(new URL(server.http).port) }],
    ['control socket', { path: join(server.data, 'control.sock') }],
  ];

  test('what no browser sends is refused or dropped, on the port of the console and on the control socket', () =>
    scene(async () => {
      for (const [place, at] of places()) {
        for (const [what, bytes] of Object.entries(NASTY)) {
          const { text } = await said(at, bytes);
          const evidence = `${place}, ${what}: ${text.slice(0, 200)}`;
          assert.match(text, /^(HTTP\/1\.1 \d{3} |$)/, evidence);
          assert.doesNotMatch(text, /root:|node:internal|at .*\.(js|ts):\d/, evidence);
          assert.doesNotMatch(text, /^HTTP\/1\.1 (500|101) /, evidence);
        }
      }
      assert.equal((await fetch(`${server.http}/health`)).status, 200);
      assert.equal((await server.status()).faults, 0);
    }));

  test('five hundred connections that say nothing keep nobody else out, and are dropped', () =>
    scene(async () => {
      const idle = places().flatMap(([, at]) => Array.from({ length: 500 }, () => connect(at)));
      let gone = 0;
      for (const socket of idle) {
        socket.resume();
        socket.on('error', () => {}).on('close', () => (gone += 1));
      }
      try {
        assert.equal((await fetch(`${server.http}/health`)).status, 200);
        assert.equal((await server.status()).calls, 0);
        const told = () => `${gone} of ${idle.length}`;
        await until('all of them dropped', () => gone === idle.length, 90_000, told);
      } finally {
        for (const socket of idle) socket.destroy();
      }
    }));
});

/** Sends it and reads until the other end closes, or for a second has no more to say. */
function said(at: NetConnectOpts, bytes: string | Uint8Array): Promise<{ readonly text: string }> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(at, () => void socket.write(bytes));
    socket.setTimeout(1000, () => socket.destroy());
    socket.setEncoding('latin1').on('data', (part: string) => (text += part));
    // A peer that is refused in the middle of its request may find the connection reset.
    socket.on('error', () => {}).on('close', () => resolve({ text }));
  });
}
