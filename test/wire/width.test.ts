import { after, before, describe, test } from 'node:test';
import { Server } from './peers/server.ts';
import { Sipp, type SippOptions } from './peers/sipp.ts';
import { witnessed } from './peers/until.ts';

describe('the width of SIP', () => {
  let server: Server;
  let port: number;

  before(async () => {
    server = await Server.start();
    port = await Sipp.run('register', { server, user: '102' });
  });
  after(async () => {
    await server?.stop();
  });

  /** Alice follows one scenario; where another is given, Bob follows that. */
  async function play(caller: string, callee: string | undefined, options: Partial<SippOptions> = {}): Promise<void> {
    const call = () => Sipp.run(caller, { server, user: '101', dials: '202', ...options });
    await witnessed([server], async () => {
      if (callee === undefined) return void (await call());
      const bob = await Sipp.start(callee, { server, user: '102', port });
      await bob.during(async () => void (await call()));
    });
  }

  test('PRACK: a caller that requires 100rel gets a reliable 180', () =>
    play('prack', 'answer-late', { header: 'Require: 100rel' }));

  test('session timer: agreed in the 200, refreshed by UPDATE', () =>
    play('refresh', 'answer', { header: 'Supported: timer\r\nSession-Expires: 90' }));

  test('session timer: an interval below 90 s gets 422', () =>
    play('call-fails', undefined, {
      header: 'Supported: timer\r\nSession-Expires: 30',
      values: { STATUS: '422' },
    }));

  test('UPDATE: hold is answered recvonly', () => play('update', 'answer'));

  test('420: what nobody has cannot be required', () =>
    play('call-fails', undefined, { header: 'Require: teleportation', values: { STATUS: '420' } }));

  test('483: no hop is left', () => play('too-far', undefined));

  test('482: what we sent comes back, and the caller hears of it', () =>
    play('call-fails', 'loop', { values: { STATUS: '482' } }));

  test('nothing is left over', () =>
    witnessed([server], async () => {
      await server.quietStatus();
    }));
});
