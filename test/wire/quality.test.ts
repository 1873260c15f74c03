import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { WebSocket } from 'ws';
import type { contract } from '../../src/api/index.ts';
import { Baresip } from './peers/baresip.ts';
import { Server } from './peers/server.ts';
import { until, witnessed } from './peers/until.ts';

const ALICE = 620;
const BOB = 830;
const ROOT = join(import.meta.dirname, '..', '..');
const PROGRAM = join(ROOT, 'bin', 'strowger.js');
const run = promisify(execFile);
/** Every leg has a port in here: whoever knows no better sends to all. */
const RTP = { from: 31_200, to: 31_279 };

describe('a call in progress, seen and disturbed from outside', () => {
  let server: Server;
  let alice: Baresip;
  let bob: Baresip;
  let authorization = '';

  before(async () => {
    server = await Server.start('--rtp-ports', `${RTP.from}-${RTP.to}`);
    alice = await Baresip.start({ number: '101', tone: ALICE, registrar: server, codecs: 'PCMU' });
    bob = await Baresip.start({ number: '102', tone: BOB, registrar: server, codecs: 'PCMU' });
    const { stdout } = await run(
      process.execPath,
      [PROGRAM, 'token', 'create', '--scope', 'read', '--data', server.data],
      { cwd: ROOT },
    );
    authorization = `Bearer ${stdout.trim()}`;
  });
  after(async () => {
    await alice?.stop();
    await bob?.stop();
    await server?.stop();
  });

  const scene = (body: () => Promise<void>) => witnessed([server, alice, bob], body);

  async function get<T>(path: string): Promise<T> {
    const answer = await fetch(`${server.http}${path}`, { headers: { authorization } });
    assert.equal(answer.status, 200, path);
    return (await answer.json()) as T;
  }

  async function talk(): Promise<void> {
    await bob.dial('101');
    await alice.rings();
    await alice.accept();
    await Promise.all([alice.established(), bob.established()]);
    await tones();
  }

  async function tones(): Promise<void> {
    await Promise.all([alice.hearsTone(BOB, alice.mark()), bob.hearsTone(ALICE, bob.mark())]);
  }

  async function hangUp(): Promise<void> {
    await alice.hangup();
    await Promise.all([alice.closed(), bob.closed()]);
  }

  test('GET /api/calls/:id and the event stream tell how well each leg hears and is heard, while they talk', () =>
    scene(async () => {
      const socket = new WebSocket(`${server.http.replace('http', 'ws')}/api/events?topics=legs,quality`, {
        headers: { authorization },
      });
      const told: { topic?: string; key?: string; value?: unknown }[] = [];
      socket.on('message', (data: Buffer) => void told.push(JSON.parse(data.toString('utf8')) as never));
      await once(socket, 'open');
      await talk();
      const [call] = await get<contract.Call[]>('/api/calls');
      const id = call?.id ?? '';
      const legs = async () => (await get<contract.Call>(`/api/calls/${id}`)).legs;
      // Round trips are known when both sides have reported twice; until then the rest is.
      await until(
        'both reports',
        async () => (await legs()).every(({ quality }) => quality?.roundTrip !== undefined),
        30_000,
        () => server.testimony(),
      );
      const first = await legs();
      assert.deepEqual(
        first.map(({ party, quality }) => [party.number, quality?.codec]),
        [
          ['102', 'PCMU'],
          ['101', 'PCMU'],
        ],
      );
      for (const { quality } of first) {
        const { packets = 0, lost = -1, jitter = -1, mos = 0 } = quality?.received ?? {};
        assert.ok(packets > 100 && lost >= 0 && lost < packets / 10 && jitter >= 0 && jitter < 100);
        assert.ok(mos > 3 && mos <= 4.5, `${mos}`);
        assert.ok((quality?.roundTrip ?? -1) >= 0 && (quality?.sent?.packets ?? 0) > 100);
      }
      const earlier = first[0]?.quality?.received.packets ?? 0;
      await until('more of it', async () => ((await legs())[0]?.quality?.received.packets ?? 0) > earlier + 25, 5000);
      await until(
        'the stream',
        () => new Set(told.flatMap(({ topic, key }) => (topic === 'quality' ? [key] : []))).size === 2,
        15_000,
      );
      socket.close();
      await hangUp();
    }));

  test('packets that are not of the call come to its ports: both go on hearing each other, and the log names their source', () =>
    scene(async () => {
      await talk();
      const stranger = createSocket('udp4');
      stranger.bind(0, '127.0.0.1');
      await once(stranger, 'listening');
      const source = `127.0.0.1:${stranger.address().port}`;
      let at = 0;
      const storm = setInterval(() => {
        at += 1;
        for (const bytes of strays(at))
          for (let port = RTP.from; port <= RTP.to; port += 1) stranger.send(bytes, port, '127.0.0.1');
      }, 40);
      try {
        await until(
          'the event',
          () => server.testimony().includes('"event":"media.strays"'),
          20_000,
          () => server.testimony(),
        );
        await tones();
      } finally {
        clearInterval(storm);
        stranger.close();
      }
      const lines = server.testimony().split('\n');
      const events = lines.filter((line) => line.includes('"event":"media.strays"'));
      for (const line of events) assert.ok(line.includes(`"source":"${source}"`) && line.includes('"why":"'), line);
      assert.ok(events.length <= 2, 'once for each leg, and not again within a minute');
      await tones();
      await hangUp();
      await server.quietStatus();
    }));
});

/** No RTP at all, RTP of a payload number that nobody agreed, RTP of the right one from elsewhere, and RTCP that says BYE. */
function strays(at: number): readonly Uint8Array[] {
  const rtp = (payload: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(length);
    bytes.set([0x80, payload, at >> 8, at & 0xff, 0, 0, at >> 8, at & 0xff, 1, 2, 3, 4]);
    return bytes;
  };
  return [
    Uint8Array.of(0x80),
    new Uint8Array(at % 60).fill(at),
    rtp(77, 172),
    rtp(0, 12 + (at % 7)),
    rtp(9, 1400),
    Uint8Array.of(0x81, 203, 0, 1, 1, 2, 3, 4),
  ];
}
