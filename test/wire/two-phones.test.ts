import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Baresip } from './peers/baresip.ts';
import { Server } from './peers/server.ts';
import { witnessed } from './peers/until.ts';

const ALICE = 620;
const BOB = 830;

describe('two phones', () => {
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

  /** Alice dials, Bob answers; each hears the other. */
  async function talk(number: string): Promise<void> {
    await alice.dial(number);
    await bob.rings();
    await alice.hearsRinging();
    await bob.accept();
    await Promise.all([alice.established(), bob.established()]);
    await Promise.all([alice.hearsTone(BOB, alice.mark()), bob.hearsTone(ALICE, bob.mark())]);
  }

  test('UC03: a call, with names on both displays and audio both ways', () =>
    scene(async () => {
      await alice.dial('102');
      assert.deepEqual(await bob.rings(), { name: 'Alice', number: '101' });
      await bob.shows('Alice', '101');
      await alice.hearsRinging();
      await alice.shows('Bob', '102');
      await bob.accept();
      await Promise.all([alice.established(), bob.established()]);
      await alice.shows('Bob', '102');
      await Promise.all([alice.hearsTone(BOB), bob.hearsTone(ALICE)]);
      await Promise.all([alice.hearsOnlyTone(BOB, alice.mark()), bob.hearsOnlyTone(ALICE, bob.mark())]);
      await alice.hangup();
      await Promise.all([alice.closed(), bob.closed()]);
    }));

  test('UC03: the called party hangs up', () =>
    scene(async () => {
      await talk('202');
      assert.equal((await server.status()).calls, 1);
      await bob.hangup();
      await Promise.all([alice.closed(), bob.closed()]);
    }));

  test('UC05: a call cancelled while it rings', () =>
    scene(async () => {
      await alice.dial('202');
      await bob.rings();
      await bob.shows('Alice', '101');
      await alice.hearsRinging();
      await alice.shows('Bob', '102');
      const seen = alice.messages().length;
      await alice.hangup();
      await Promise.all([alice.closed(), bob.closed()]);
      await bob.message('CANCEL', ({ sent, status, method }) => !sent && status === 0 && method === 'CANCEL');
      await alice.message('487', ({ status }, at) => at >= seen && status === 487);
    }));

  test('a busy phone: 486 reaches the caller of 202', () =>
    scene(async () => {
      await alice.dial('202');
      await bob.rings();
      await bob.hangup();
      assert.match(await alice.closed(), /^486 /);
      await bob.closed();
    }));

  test('hold: the called party holds, the caller hears music, and the other again after it', () =>
    scene(async () => {
      await talk('102');
      await bob.hold();
      await alice.hearsMusic(alice.mark());
      await alice.hearsOnlyMusic(BOB, alice.mark());
      const [resumedAlice, resumedBob] = [alice.mark(), bob.mark()];
      await bob.resume();
      await Promise.all([alice.hearsTone(BOB, resumedAlice), bob.hearsTone(ALICE, resumedBob)]);
      await Promise.all([alice.hearsOnlyTone(BOB, alice.mark()), bob.hearsOnlyTone(ALICE, bob.mark())]);
      await alice.hangup();
      await Promise.all([alice.closed(), bob.closed()]);
    }));

  test('hold: the caller holds, the called party hears music, and the other again after it', () =>
    scene(async () => {
      await talk('102');
      await alice.hold();
      await bob.hearsMusic(bob.mark());
      await bob.hearsOnlyMusic(ALICE, bob.mark());
      const [resumedAlice, resumedBob] = [alice.mark(), bob.mark()];
      await alice.resume();
      await Promise.all([alice.hearsTone(BOB, resumedAlice), bob.hearsTone(ALICE, resumedBob)]);
      await Promise.all([alice.hearsOnlyTone(BOB, alice.mark()), bob.hearsOnlyTone(ALICE, bob.mark())]);
      await bob.hangup();
      await Promise.all([alice.closed(), bob.closed()]);
    }));

  test('keys reach the other phone (RFC 4733)', () =>
    scene(async () => {
      await talk('102');
      await alice.keys('5');
      assert.equal((await bob.event('CALL_DTMF_START')).param, '5');
      await alice.hangup();
      await Promise.all([alice.closed(), bob.closed()]);
    }));

  test('a number that does not exist: 404', () =>
    scene(async () => {
      await alice.dial('999');
      assert.match(await alice.closed(), /^404 /);
    }));

  test('nothing is left over', () =>
    scene(async () => {
      await server.quietStatus();
    }));
});
