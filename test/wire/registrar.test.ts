import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Kamailio } from './peers/kamailio.ts';
import { Server } from './peers/server.ts';
import { Sipp } from './peers/sipp.ts';
import { witnessed } from './peers/until.ts';

describe('the registrar', () => {
  let server: Server;

  before(async () => {
    server = await Server.start();
  });
  after(async () => {
    await server?.stop();
  });

  const scene = (body: () => Promise<void>) => witnessed([server], body);

  test('an interval below the floor: 423, and nothing is bound', () =>
    scene(async () => {
      await Sipp.run('register-brief', { server, user: '102' });
      assert.equal((await server.status()).registrations, 0);
    }));

  test('two contacts at once, and a REGISTER that only asks', () =>
    scene(async () => {
      await Sipp.run('register-two', { server, user: '102' });
      assert.equal((await server.status()).registrations, 2);
      await Sipp.run('unregister', { server, user: '102', values: { WHICH: '*' } });
    }));

  test('a Path is for those who know it: 420, else it comes back in the 200', () =>
    scene(async () => {
      await Sipp.run('register-path', { server, user: '103' });
      assert.equal((await server.status()).registrations, 1);
      await Sipp.run('unregister', { server, user: '103', values: { WHICH: '*' } });
    }));

  test('a phone behind Kamailio is registered, rung and hung up through it', () =>
    scene(async () => {
      const kamailio = await Kamailio.start(server);
      try {
        await witnessed([kamailio], async () => {
          const edge = { host: server.host, sipPort: kamailio.port, password: server.password };
          const port = await Sipp.run('register-behind-proxy', { server: edge, user: '104' });
          const values = { PROXY: String(kamailio.port) };
          const phone = await Sipp.start('answer-behind-proxy', { server: edge, user: '104', port, values });
          await phone.during(async () => {
            await Sipp.run('call', { server, user: '101', dials: '204', values: { TALK: '300' } });
          });
        });
      } finally {
        await kamailio.stop();
      }
    }));

  test('nothing is left over', () =>
    scene(async () => {
      await server.quietStatus();
    }));
});
