import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Baresip } from './peers/baresip.ts';
import { Server } from './peers/server.ts';
import { witnessed } from './peers/until.ts';

const ALICE = 620;
const BOB = 830;
const CAROL = 1130;

describe('blind transfer by baresip', () => {
  let server: Server;
  let alice: Baresip;
  let bob: Baresip;
  let carol: Baresip;

  before(async () => {
    server = await Server.start();
    alice = await Baresip.start({ number: '101', tone: ALICE, registrar: server });
    bob = await Baresip.start({ number: '102', tone: BOB, registrar: server });
    carol = await Baresip.start({ number: '103', tone: CAROL, registrar: server });
  });
  after(async () => {
    for (const one of [alice, bob, carol, server]) await one?.stop();
  });

  const scene = (body: () => Promise<void>) => witnessed([server, alice, bob, carol], body);

  async function talk(): Promise<void> {
    await alice.dial('202');
    await bob.rings();
    await bob.accept();
    await Promise.all([alice.established(), bob.established()]);
    await Promise.all([alice.hearsTone(BOB, alice.mark()), bob.hearsTone(ALICE, bob.mark())]);
  }

  test('UC15: Carol sees Alice, and they talk; Bob is told and hangs up', () =>
    scene(async () => {
      await talk();
      await bob.transfer('203');
      assert.deepEqual(await carol.rings(), { name: 'Alice', number: '101' });
      await alice.shows('Carol', '103');
      await carol.accept();
      await carol.established();
      await bob.closed();
      await Promise.all([alice.hearsTone(CAROL, alice.mark()), carol.hearsTone(ALICE, carol.mark())]);
      await alice.hangup();
      await Promise.all([alice.closed(), carol.closed()]);
    }));

  test('UC16: Carol refuses: Bob, who holds, is told so and hangs up: he is rung back and sees who returns', () =>
    scene(async () => {
      await talk();
      await bob.transfer('203');
      await carol.rings();
      await carol.hangup();
      await bob.event('TRANSFER_FAILED', 5000);
      await carol.closed();
      // baresip hangs up by itself when it is told of a failure.
      assert.deepEqual(await bob.rings(), { name: 'Alice (transfer returned)', number: '101' });
      await alice.shows('Bob', '102');
      await bob.accept();
      await bob.established();
      await Promise.all([alice.hearsTone(BOB, alice.mark()), bob.hearsTone(ALICE, bob.mark())]);
      await alice.hangup();
      await Promise.all([alice.closed(), bob.closed()]);
    }));

  test('nothing is left over', () =>
    scene(async () => {
      await server.quietStatus();
    }));
});
