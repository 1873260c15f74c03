import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Baresip } from './peers/baresip.ts';
import { Server } from './peers/server.ts';
import { Sipp } from './peers/sipp.ts';
import { witnessed } from './peers/until.ts';

const ALICE = 620;
const BOB = 830;
const CAROL = 1130;

describe('forwarding and parking', () => {
  let server: Server;
  let alice: Baresip;
  let carol: Baresip;

  before(async () => {
    server = await Server.start();
    alice = await Baresip.start({ number: '101', tone: ALICE, registrar: server });
    carol = await Baresip.start({ number: '103', tone: CAROL, registrar: server });
  });
  after(async () => {
    for (const one of [alice, carol, server]) await one?.stop();
  });

  const scene = (body: () => Promise<void>) => witnessed([server, alice, carol], body);

  /** Carol rings for Alice's call to Bob, and they talk. */
  async function carolAnswers(reason: string): Promise<void> {
    assert.deepEqual(await carol.rings(), { name: 'Alice', number: '101' });
    const diversion = `<sip:102@${server.host}>;reason=${reason}`;
    await carol.message('Diversion', (message) => message.header('Diversion').includes(diversion));
    const history = /^<sip:103@[^>]*>;index=1\.1;mp=1$/;
    await carol.message('History-Info', (message) =>
      message.header('History-Info').some((value) => history.test(value)),
    );
    await alice.shows('Carol', '103');
    await carol.accept();
    await Promise.all([alice.established(), carol.established()]);
    await Promise.all([alice.hearsTone(CAROL, alice.mark()), carol.hearsTone(ALICE, carol.mark())]);
    await alice.hangup();
    await Promise.all([alice.closed(), carol.closed()]);
  }

  test('UC09: Bob, a phone of SIPp, answers 302: Carol rings, and Alice sees Carol', () =>
    scene(async () => {
      const port = await Sipp.run('register', { server, user: '102' });
      const values = { CONTACT: `sip:103@${server.host}:${server.sipPort}` };
      const bob = await Sipp.start('moved', { server, user: '102', port, values });
      await alice.dial('102');
      await carolAnswers('deflection');
      await bob.done();
      await Sipp.run('unregister', { server, user: '102', port, values: { WHICH: '*' } });
    }));

  test('UC09 by star code; then 721: Bob parks Alice, and Carol takes her back', () =>
    scene(async () => {
      const bob = await Baresip.start({ number: '102', tone: BOB, registrar: server });
      await witnessed([bob], async () => {
        await bob.dial('*72103');
        await bob.established();
        await bob.closed(15_000);
        await alice.dial('102');
        await carolAnswers('unconditional');
        await bob.dial('*73');
        await bob.established();
        await bob.closed(15_000);

        await alice.dial('102');
        await bob.rings();
        await bob.accept();
        await Promise.all([alice.established(), bob.established()]);
        await bob.transfer('721');
        await bob.closed(15_000);
        await carol.dial('701');
        await carol.established();
        await Promise.all([alice.shows('Carol', '103'), carol.shows('Alice', '101')]);
        await Promise.all([alice.hearsTone(CAROL, alice.mark()), carol.hearsTone(ALICE, carol.mark())]);
        await carol.hangup();
        await Promise.all([alice.closed(), carol.closed()]);
      });
      await bob.stop();
    }));

  test('nothing is left over', () =>
    scene(async () => {
      await server.quietStatus();
    }));
});
