import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Server } from './peers/server.ts';
import { Sipp } from './peers/sipp.ts';
import { witnessed } from './peers/until.ts';

const ROOT = join(import.meta.dirname, '..', '..');

interface Attempt {
  /** `ready`, or what it said instead. */
  readonly outcome: Promise<string>;
  readonly kill: () => void;
}

function attempt(data: string): Attempt {
  const ports = ['--sip-port', '0', '--http-port', '0', '--rtp-ports', '0'];
  const words = ['start', '--bind', '127.0.0.1', ...ports, '--data', data];
  const child = spawn(process.execPath, ['bin/strowger.js', ...words], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ready = once(child.stdout, 'data').then(() => 'ready');
  const ended = once(child, 'close').then(([code]) => {
    assert.equal(code, 1, said);
    assert.doesNotMatch(said, /\n\s+at /, 'a sentence, no stack');
    return said;
  });
  ended.catch(() => {});
  return { outcome: Promise.race([ready, ended]), kill: () => void child.kill('SIGKILL') };
}

/** What `strowger start` says when it does not start; fails when it does. */
async function refused(data: string): Promise<string> {
  const { outcome, kill } = attempt(data);
  const said = await outcome;
  kill();
  assert.notEqual(said, 'ready');
  return said;
}

describe('a data folder that cannot be used', () => {
  const home = mkdtempSync(join(tmpdir(), 'strowger-folder-'));
  let server: Server;

  before(async () => {
    server = await Server.start();
  });
  after(async () => {
    await server?.stop();
    rmSync(home, { recursive: true });
  });

  test('a second exchange on the folder of a running one is refused, and the first does not notice', () =>
    witnessed([server], async () => {
      assert.match(await refused(server.data), /\((E_RUNNING|E_STORE_LOCKED)\)/);
      await Sipp.run('options', { server, user: '101' });
      assert.equal((await server.status()).faults, 0);
    }));

  test('of two that start at the same instant one runs', async () => {
    const data = join(home, 'race');
    const attempts = [attempt(data), attempt(data)];
    try {
      const outcomes = await Promise.all(attempts.map(({ outcome }) => outcome));
      assert.equal(outcomes.filter((outcome) => outcome === 'ready').length, 1, outcomes.join());
      assert.match(outcomes.join(), /\((E_RUNNING|E_STORE_LOCKED)\)/);
    } finally {
      for (const { kill } of attempts) kill();
    }
  });

  test('a folder that is a file, lies below one, or holds a damaged database', async () => {
    const file = join(home, 'file');
    writeFileSync(file, 'precious');
    assert.match(await refused(file), /\(E_DATA_FOLDER\)/);
    assert.match(await refused(join(file, 'below')), /\(E_DATA_FOLDER\)/);
    const damaged = join(home, 'damaged');
    mkdirSync(damaged);
    writeFileSync(join(damaged, 'strowger.db'), Buffer.alloc(20_000, 'not a database'));
    assert.match(await refused(damaged), /\(E_STORE_CORRUPT\)/);
  });

  test('what stands in the place of the control socket is left alone', async () => {
    const data = join(home, 'in the way');
    mkdirSync(join(data, 'control.sock'), { recursive: true });
    assert.match(await refused(data), /in the way.*\n.*\(E_CONTROL\)/);
  });
});
