import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { WebSocket } from 'ws';
import { Baresip } from './peers/baresip.ts';
import { Server } from './peers/server.ts';
import { until, witnessed } from './peers/until.ts';

const ALICE = 620;
const BOB = 830;
const ROOT = join(import.meta.dirname, '..', '..');
const PROGRAM = join(ROOT, 'bin', 'strowger.js');
const run = promisify(execFile);
/** The command line starts from its sources, beside phones and other tests. */
const PATIENCE = 20_000;

describe('calls that the exchange places', () => {
  let server: Server;
  let alice: Baresip;
  let bob: Baresip;

  before(async () => {
    server = await Server.start();
    alice = await Baresip.start({ number: '101', tone: ALICE, registrar: server });
    bob = await Baresip.start({ number: '102', tone: BOB, registrar: server });
  });
  after(async () => {
    await alice?.stop();
    await bob?.stop();
    await server?.stop();
  });

  const scene = (body: () => Promise<void>) => witnessed([server, alice, bob], body);

  /** A command of the command line, as a user runs it. */
  const strowger = (...words: readonly string[]) =>
    run(process.execPath, [PROGRAM, ...words, '--data', server.data], { cwd: ROOT });

  test('UC04 by strowger originate: two phones joined, displays, tones', () =>
    scene(async () => {
      const asked = strowger('originate', '101', '102', '--join', '--caller-id', 'Front desk <0>');
      assert.deepEqual(await alice.rings(PATIENCE), { name: 'Front desk', number: '0' });
      await alice.accept();
      await bob.rings();
      await bob.accept();
      const { stdout } = await asked;
      assert.match(
        stdout,
        /^Alice 101 rings\..*\nAlice 101 has answered\..*\nBob 102 has answered too: they talk\.\n$/,
      );
      await Promise.all([alice.hearsTone(BOB, alice.mark()), bob.hearsTone(ALICE, bob.mark())]);
      await alice.shows('Bob', '102');
      await bob.shows('Alice', '101');
      await bob.hangup();
      await Promise.all([alice.closed(), bob.closed()]);
    }));

  test('UC02 by REST: a phone is rung and hears the recording; the stream tells it', () =>
    scene(async () => {
      const { stdout } = await strowger('token', 'create', '--scope', 'read', 'calls');
      const token = stdout.trim();
      const authorization = `Bearer ${token}`;
      const socket = new WebSocket(`${server.http.replace('http', 'ws')}/api/events?topics=calls`, {
        headers: { authorization },
      });
      const told: string[] = [];
      socket.on('message', (data: Buffer) => told.push(data.toString('utf8')));
      await once(socket, 'open');
      const answer = await fetch(`${server.http}/api/calls`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({ from: '101', to: '800' }),
      });
      assert.equal(answer.status, 202);
      const location = answer.headers.get('location') ?? '';
      assert.match(location, /^\/api\/calls\/[0-9a-f]{24}$/);
      await alice.rings(PATIENCE);
      await alice.accept();
      await alice.established();
      const state = async () => {
        const call = await fetch(`${server.http}${location}`, { headers: { authorization } });
        return ((await call.json()) as { placed: { state: string; outcome?: string } }).placed;
      };
      await until(
        'answered',
        async () => (await state()).state === 'answered',
        5000,
        () => told.join('\n'),
      );
      await alice.hangup();
      await alice.closed();
      await until(
        'ended',
        async () => (await state()).outcome === 'answered',
        5000,
        () => told.join('\n'),
      );
      const states = () => told.flatMap((text) => /"placed":\{"state":"(\w+)"/.exec(text)?.[1] ?? []);
      await until(
        'the stream',
        () => states().includes('ended'),
        5000,
        () => told.join('\n'),
      );
      assert.deepEqual([...new Set(states())], ['calling', 'ringing', 'answered', 'ended']);
      socket.close();
    }));

  test('a busy phone is code 1 with its status, an interrupt stops the ringing', () =>
    scene(async () => {
      const refused = strowger('originate', '101', '800').catch(
        (error: unknown) => error as { code: number; stdout: string },
      );
      await alice.rings(PATIENCE);
      await alice.hangup();
      const busy = (await refused) as { code?: number; stdout: string };
      await alice.closed();
      assert.equal(busy.code, 1);
      assert.match(busy.stdout, /The call is busy: 486 /);

      const asking = spawn(process.execPath, [PROGRAM, 'originate', '101', '800', '--data', server.data], {
        cwd: ROOT,
      });
      await alice.rings(PATIENCE);
      asking.kill('SIGINT');
      const [code] = (await once(asking, 'exit')) as [number];
      assert.equal(code, 1);
      await alice.closed();
    }));

  test('nothing is left over', () =>
    scene(async () => {
      await server.quietStatus();
    }));
});
