import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Raw } from './peers/raw.ts';
import { Server } from './peers/server.ts';
import { Sipp } from './peers/sipp.ts';
import { until, witnessed } from './peers/until.ts';

const VECTORS = join(import.meta.dirname, '..', 'vectors');
const INVITES = 10_000;
/** Datagrams that the exchange is sent before it must have answered something in between. */
const BURST = 100;
/** Resident octets that an attack may leave behind. */
const MOST_GROWTH = 200_000_000;

describe('hostile datagrams', () => {
  let server: Server;
  let socket: Raw;

  before(async () => {
    server = await Server.start();
    socket = await Raw.open(server);
  });
  after(async () => {
    socket?.close();
    await server?.stop();
  });

  const scene = (body: () => Promise<void>) => witnessed([server], body);

  /** Sends them all, and sees the exchange answer OPTIONS after each burst and at the end. */
  async function survives(datagrams: readonly (string | Uint8Array)[]): Promise<void> {
    for (let at = 0; at < datagrams.length; at += BURST) {
      for (const datagram of datagrams.slice(at, at + BURST)) await socket.send(datagram);
      assert.match(await socket.options(), /^SIP\/2\.0 200 /);
    }
  }

  test('random octets', () =>
    scene(async () => {
      const random = xorshift(0x5eed);
      const octets = () => Uint8Array.from({ length: random() % 1500 }, () => random() & 0xff);
      await survives(Array.from({ length: 2000 }, octets));
    }));

  test('a good request with octets changed, cut off or doubled', () =>
    scene(async () => {
      const random = xorshift(0xbad);
      const damaged = () => {
        const bytes = Buffer.from(
          socket.request('INVITE', '102', { lines: ['Content-Type: application/sdp'], body: 'v=0\r\n' }),
        );
        for (let changes = random() % 8; changes >= 0; changes--) bytes[random() % bytes.length] = random() & 0xff;
        const cut = random() % 3 === 0 ? bytes.subarray(0, random() % bytes.length) : bytes;
        return random() % 5 === 0 ? Buffer.concat([cut, cut]) : cut;
      };
      await survives(Array.from({ length: 2000 }, damaged));
    }));

  test('the torture messages of RFC 4475 and RFC 5118', () =>
    scene(async () => {
      const files = ['rfc4475', 'rfc5118'].flatMap((folder) => globSync(`${folder}/*.dat`, { cwd: VECTORS }).sort());
      assert.ok(files.length >= 60, `${files.length} messages`);
      await survives(files.map((file) => readFileSync(join(VECTORS, file))));
    }));

  test('a datagram of 60 kB', () =>
    scene(async () => {
      const long = socket.request('INVITE', '102', { lines: [`X-Long: ${'x'.repeat(59_000)}`] });
      const many = socket.request('INVITE', '102', { lines: Array.from({ length: 4000 }, (_, n) => `X-${n}: ${n}`) });
      const deep = socket.request('INVITE', '102', { lines: [`Contact: ${'<'.repeat(59_000)}`] });
      await survives([long, many.slice(0, 60_000), deep, Buffer.alloc(60_000, 'INVITE '), Buffer.alloc(60_000)]);
    }));

  test('10,000 calls without credentials', () =>
    scene(async () => {
      const memory = server.memory();
      const earlier = socket.received.length;
      await survives(Array.from({ length: INVITES }, () => socket.request('INVITE', '102')));
      const refused = () =>
        socket.received.slice(earlier).filter((message) => /^SIP\/2\.0 (401|503) /.test(message)).length;
      await until(
        'most of them refused',
        () => refused() > INVITES / 2,
        20_000,
        () => `${refused()} were`,
      );
      const calls = (await server.status()).calls;
      assert.equal(calls, 0);
      assert.ok(server.memory() - memory < MOST_GROWTH, `${memory} → ${server.memory()} octets`);
    }));

  test('afterwards nothing is left, no fault was contained, and it still answers', () =>
    scene(async () => {
      await server.quietStatus(90_000);
      await Sipp.run('options', { server, user: '101' });
    }));
});

/** 32-bit xorshift: the same octets in each run. */
function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
