import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readWave } from '../../tools/sounds/wave.ts';
import { Baresip } from './peers/baresip.ts';
import { Server } from './peers/server.ts';
import { Sipp } from './peers/sipp.ts';
import { witnessed } from './peers/until.ts';

const ALICE = 620;
const WEASELS = join(import.meta.dirname, '..', '..', 'sounds', 'demo', 'weasels.wav');

describe('what the exchange itself says', () => {
  let server: Server;
  let alice: Baresip;

  before(async () => {
    server = await Server.start();
    alice = await Baresip.start({ number: '101', tone: ALICE, registrar: server });
  });
  after(async () => {
    await alice?.stop();
    await server?.stop();
  });

  const scene = (body: () => Promise<void>) => witnessed([server, alice], body);

  test('UC01: the weasels are heard from the first sample to the last, then the exchange hangs up', () =>
    scene(async () => {
      const prompt = readWave(readFileSync(WEASELS));
      assert.ok(prompt !== undefined);
      const start = alice.mark();
      await alice.dial('800');
      await alice.established();
      await alice.hearsPrompt(prompt, start);
      await alice.closed();
      await alice.message('the BYE', ({ sent, startLine }) => !sent && startLine.startsWith('BYE '));
    }));

  test('UC01: the caller hangs up in the middle of it, and the call ends at once', () =>
    scene(async () => {
      await alice.dial('800');
      await alice.established();
      await alice.hangup();
      await alice.closed();
      await alice.message('200 to the BYE', ({ sent, status, method }) => !sent && status === 200 && method === 'BYE');
      assert.equal((await server.status()).calls, 0);
    }));

  test('UC01: a caller without media, who says BYE after a second', () =>
    scene(async () => {
      await Sipp.run('call', { server, user: '103', dials: '800', values: { TALK: '1000' } });
    }));

  test('801 gives back what it hears', () =>
    scene(async () => {
      const start = alice.mark();
      await alice.dial('801');
      await alice.established();
      await alice.hearsTone(ALICE, start);
      await alice.hearsOnlyTone(ALICE, alice.mark());
      await alice.hangup();
      await alice.closed();
    }));

  test('802 plays music and nothing else', () =>
    scene(async () => {
      const start = alice.mark();
      await alice.dial('802');
      await alice.established();
      await alice.hearsMusic(start);
      await alice.hearsOnlyMusic(ALICE, alice.mark(), 4);
      await alice.hangup();
      await alice.closed();
    }));

  test('a feature that is still to come says so', () =>
    scene(async () => {
      const start = alice.mark();
      await alice.dial('810');
      await alice.established();
      await alice.closed(10_000);
      assert.ok(alice.heard(start).length > 8000);
    }));

  test('nothing is left over', () =>
    scene(async () => {
      await server.quietStatus();
    }));
});
