import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Server } from './peers/server.ts';
import { Sipp } from './peers/sipp.ts';
import { until, witnessed } from './peers/until.ts';

/** 20X signals that a phone is not there. */
const CONFIG = `
algorithms: [MD5]
registration: { floor: 1s }
endpoints:
  101: { name: Alice, secret: rotary-dial }
  102: { name: Bob, secret: rotary-dial }
extensions:
  202: { dial: 102 }
`;

describe('a registration that is not refreshed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'strowger-expiry-'));
  let server: Server;

  before(async () => {
    const file = join(folder, 'strowger.yaml');
    writeFileSync(file, CONFIG);
    server = await Server.start('--config', file);
  });
  after(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  test('UC29: the phone is rung until it expires; then a call gets 480, and the log says why', () =>
    witnessed([server], async () => {
      const port = await Sipp.run('register', { server, user: '102', expires: 2 });
      const bob = await Sipp.start('answer', { server, user: '102', port });
      await bob.during(async () => {
        await Sipp.run('call', { server, user: '101', dials: '202', values: { TALK: '100' } });
      });
      const left = async () => (await server.status()).registrations === 0;
      await until('the end of the registration', left, 15_000);
      assert.match(server.testimony(), /"event":"expired","account":"102"/);
      await Sipp.run('call-fails', { server, user: '101', dials: '202', values: { STATUS: '480' } });
      const why = /"event":"call\.unreachable"[^\n]*its registration ran out \d+ s ago/;
      await until(
        'why, in the log',
        () => why.test(server.testimony()),
        5000,
        () => server.testimony(),
      );
    }));

  test('nothing is left over', () =>
    witnessed([server], async () => {
      await server.quietStatus();
    }));
});
