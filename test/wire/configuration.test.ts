import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Baresip } from './peers/baresip.ts';
import { Server } from './peers/server.ts';
import { until, witnessed } from './peers/until.ts';

const PROGRAM = join(import.meta.dirname, '..', '..', 'bin', 'strowger.js');
const ALICE = 620;
const BOB = 830;

/** baresip knows MD5 alone. */
const FIRST = `
algorithms: [MD5]
endpoints:
  0101: { name: Alice, secret: alice-knows }
`;
const SECOND = `${FIRST}  102: { name: Bob, secretFile: bob.secret }\nextensions:\n  800: { dial: 0101 }\n`;
const BROKEN = `${FIRST}  103: { name: Carol, seccret: x }\n`;

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

describe('a configured exchange', () => {
  const folder = mkdtempSync(join(tmpdir(), 'strowger-configured-'));
  const file = join(folder, 'strowger.yaml');
  let server: Server;
  const phones: Baresip[] = [];

  before(async () => {
    writeFileSync(join(folder, 'bob.secret'), 'bob-knows\n');
    writeFileSync(file, FIRST);
    server = await Server.start('--config', file);
  });
  after(async () => {
    for (const one of phones) await one.stop();
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  const scene = (body: () => Promise<void>) => witnessed([server, ...phones], body);

  async function phone(number: string, password: string, tone: number): Promise<Baresip> {
    const { host, sipPort } = server;
    const started = await Baresip.start({ number, tone, registrar: { host, sipPort, password } });
    phones.push(started);
    return started;
  }

  /** Writes the file, tells the exchange, and waits until its log speaks of it. */
  async function reload(text: string, event: 'reloaded' | 'reload.refused'): Promise<string> {
    const count = (): number => server.testimony().split(`"event":"${event}"`).length;
    const told = count();
    writeFileSync(file, text);
    process.kill(server.pid, 'SIGHUP');
    await until(
      event,
      () => count() > told,
      5000,
      () => server.testimony(),
    );
    return server.testimony();
  }

  test('a phone registers with the secret in the file', () =>
    scene(async () => {
      await phone('0101', 'alice-knows', ALICE);
      assert.equal((await server.status()).registrations, 1);
    }));

  test('SIGHUP adds an account: its phone registers, and they talk', () =>
    scene(async () => {
      const log = await reload(SECOND, 'reloaded');
      assert.match(log, /"event":"reload\.changed","change":"added","key":"endpoints\.102"/);
      assert.doesNotMatch(log, /bob-knows|alice-knows/);
      const bob = await phone('102', 'bob-knows', BOB);
      const [alice] = phones;
      assert.ok(alice !== undefined);
      await bob.dial('800');
      assert.deepEqual(await alice.rings(), { name: 'Bob', number: '102' });
      await alice.accept();
      await Promise.all([alice.established(), bob.established()]);
      await Promise.all([alice.hearsTone(BOB), bob.hearsTone(ALICE)]);
    }));

  test('a broken file on SIGHUP changes nothing, nor does one that moves a port; the call goes on', () =>
    scene(async () => {
      const [alice, bob] = phones;
      assert.ok(alice !== undefined && bob !== undefined);
      const broken = await reload(BROKEN, 'reload.refused');
      assert.match(broken, /strowger\.yaml:5:23: There is no key \\"seccret\\" here/);
      assert.match(broken, /strowger\.yaml:5:3: Endpoint 103 has no way to say who it is/);
      assert.match(
        await reload(`${SECOND}listen: { sip: 5099 }\n`, 'reload.refused'),
        /The key listen\.sip cannot change/,
      );
      assert.equal((await server.status()).accounts, 2);
      await Promise.all([alice.hearsTone(BOB, alice.mark()), bob.hearsTone(ALICE, bob.mark())]);
      await bob.hangup();
      await Promise.all([alice.closed(), bob.closed()]);
      await server.quietStatus();
    }));

  const run = (...args: readonly string[]): Promise<Ran> =>
    new Promise((resolve) => {
      execFile(process.execPath, [PROGRAM, ...args], { cwd: folder }, (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
      );
    });

  test('check: code 0 or 1, every mistake at once, and nothing is started by a file with mistakes', async () => {
    writeFileSync(file, SECOND);
    assert.deepEqual(await run('check'), {
      code: 0,
      out: 'strowger.yaml has no mistakes (endpoints: 2, extensions: 1).\n',
      err: '',
    });
    writeFileSync(file, BROKEN);
    const { code, err } = await run('check', 'strowger.yaml');
    assert.equal(code, 1);
    assert.match(err, /^strowger\.yaml:5:23: .*\nstrowger\.yaml:5:3: /m);
    const started = await run('start', '--config', 'strowger.yaml', '--data', join(folder, 'data'));
    assert.equal(started.code, 1);
    assert.equal(started.out, '');
    assert.match(started.err, /^strowger\.yaml:5:23: /m);
  });

  test('TypeScript is checked the same, by key path', async () => {
    const text = `import { defineConfig } from 'strowger';\nexport default defineConfig({ endpoints: { 101: { codecs: ['G729' as 'PCMU'] } } });\n`;
    writeFileSync(join(folder, 'strowger.config.ts'), text);
    const { code, err } = await run('check');
    assert.equal(code, 1);
    assert.match(
      err,
      /strowger\.config\.ts endpoints\.101\.codecs\.0: This cannot be used: it is "G729"\. Write one of PCMU, PCMA/,
    );
    assert.match(err, /strowger\.config\.ts endpoints\.101: Endpoint 101 has no way to say who it is/);
  });

  test('a number in the file and in the data folder has two owners: nothing starts', async () => {
    const data = join(folder, 'demo');
    const demo = ['--data', data, '--bind', '127.0.0.1', '--sip-port', '0', '--http-port', '0'];
    const first = await Server.start('--data', data);
    await first.stop();
    writeFileSync(file, 'endpoints:\n  104: { secret: x }\n');
    const { code, err } = await run('start', '--config', file, ...demo);
    assert.equal(code, 1);
    assert.match(err, /strowger\.yaml:2:3: The number 104 stands in the configuration and in the data folder/);
  });
});
