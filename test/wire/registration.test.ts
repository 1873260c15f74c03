import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { credentials, Raw } from './peers/raw.ts';
import { Server } from './peers/server.ts';
import { Sipp, type SippOptions } from './peers/sipp.ts';
import { until, witnessed } from './peers/until.ts';

describe('registration', () => {
  let server: Server;

  before(async () => {
    server = await Server.start();
  });
  after(async () => {
    await server?.stop();
  });

  const scene = (body: () => Promise<void>) => witnessed([server], body);

  /** Alice dials; this phone rings, answers, and gets her BYE. */
  async function reaches(number: string, phone: SippOptions): Promise<void> {
    const callee = await Sipp.start('answer', phone);
    await callee.during(async () => {
      await Sipp.run('call', { server, user: '101', dials: number, values: { TALK: '300' } });
    });
  }

  const contact = (port: number) => `<sip:102@127.0.0.1:${port}>`;

  test('UC27: challenged, accepted, and found by a call', () =>
    scene(async () => {
      const port = await Sipp.run('register', { server, user: '102' });
      assert.equal((await server.status()).registrations, 1);
      await reaches('202', { server, user: '102', port });
    }));

  test('a wrong password and an unknown user are refused alike', () =>
    scene(async () => {
      await Sipp.run('register-refused', { server, user: '102', password: 'guessed' });
      await Sipp.run('register-refused', { server, user: '9999' });
    }));

  test('UC28: registered again, the same binding, and still found', () =>
    scene(async () => {
      const { registrations } = await server.status();
      const port = await Sipp.run('register-again', { server, user: '103' });
      assert.equal((await server.status()).registrations, registrations + 1);
      await reaches('203', { server, user: '103', port });
    }));

  test('UC30: Expires: 0 removes the contact; a call gets 480', () =>
    scene(async () => {
      const port = await Sipp.run('register', { server, user: '104' });
      await reaches('204', { server, user: '104', port });
      await Sipp.run('unregister', { server, user: '104', port, values: { WHICH: `<sip:104@127.0.0.1:${port}>` } });
      await Sipp.run('call-fails', { server, user: '101', dials: '204', values: { STATUS: '480' } });
    }));

  test('UC30: Contact: * removes them all; a call gets 480', () =>
    scene(async () => {
      await Sipp.run('register', { server, user: '103' });
      await Sipp.run('register', { server, user: '103' });
      await Sipp.run('unregister', { server, user: '103', values: { WHICH: '*' } });
      await Sipp.run('call-fails', { server, user: '101', dials: '203', values: { STATUS: '480' } });
    }));

  test('a busy phone: 486 reaches the caller', () =>
    scene(async () => {
      await Sipp.run('unregister', { server, user: '102', values: { WHICH: '*' } });
      const port = await Sipp.run('register', { server, user: '102' });
      const busy = await Sipp.start('busy', { server, user: '102', port });
      await busy.during(async () => {
        await Sipp.run('call-fails', { server, user: '101', dials: '202', values: { STATUS: '486' } });
      });
    }));

  test('nothing is left over', () =>
    scene(async () => {
      await server.quietStatus();
    }));

  test('killed in the very moment it says 200: after the restart the phone is rung', () =>
    scene(async () => {
      await Sipp.run('unregister', { server, user: '102', values: { WHICH: '*' } });
      const phone = await Raw.open(server);
      const uri = phone.uri('REGISTER', '102');
      const told = (status: number) => () => phone.received.find((message) => message.startsWith(`SIP/2.0 ${status} `));
      await phone.send(phone.request('REGISTER', '102', { callId: 'kill9', cseq: 1, lines: ['Expires: 300'] }));
      const challenge = await until('the challenge', told(401));
      phone.heard = (message) => {
        if (message.startsWith('SIP/2.0 200 ')) process.kill(server.pid, 'SIGKILL');
      };
      const lines = ['Expires: 300', credentials(challenge, 'REGISTER', uri, '102', server.password)];
      await phone.send(phone.request('REGISTER', '102', { callId: 'kill9', cseq: 2, lines }));
      assert.ok((await until('the 200', told(200))).includes(contact(phone.port)));
      const { port } = phone;
      phone.close();
      await server.kill9();
      await server.restart();
      assert.equal((await server.status()).registrations, 1);
      await reaches('202', { server, user: '102', port });
    }));
});
