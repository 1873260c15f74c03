import { after, before, describe, test } from 'node:test';
import { Server } from './peers/server.ts';
import { Sipp } from './peers/sipp.ts';
import { witnessed } from './peers/until.ts';

describe('CANCEL', () => {
  let server: Server;
  let port: number;

  before(async () => {
    server = await Server.start();
    port = await Sipp.run('register', { server, user: '102' });
  });
  after(async () => {
    await server?.stop();
  });

  /** Alice follows one scenario, Bob another. */
  async function play(caller: string, callee: string): Promise<void> {
    const bob = await Sipp.start(callee, { server, user: '102', port });
    await witnessed([server], () =>
      bob.during(async () => {
        await Sipp.run(caller, { server, user: '101', dials: '202', values: { TALK: '200' } });
      }),
    );
  }

  test('UC05: before the answer: the phone stops ringing, the caller gets 487', () =>
    play('cancel-ringing', 'ring-until-cancelled'));

  test('UC05: crossing the answer towards the caller: the call is up and ends by BYE', () =>
    play('cancel-after-answer', 'answer'));

  test('UC05: crossing the answer of the phone: it gets ACK and BYE, the caller 487', () =>
    play('cancel-ringing', 'answer-across-cancel'));

  test('UC05: nothing is left over', () =>
    witnessed([server], async () => {
      await server.quietStatus();
    }));
});
