import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Baresip } from './peers/baresip.ts';
import { Server } from './peers/server.ts';
import { ALICE, BOB, CAROL, shown } from './peers/trio.ts';
import { Twinkle } from './peers/twinkle.ts';
import { witnessed } from './peers/until.ts';

const [NEAR, FAR] = ['127.0.0.1', '127.0.0.2'];
const SECRET = 'rotary-dial';

/** Where Carol is, and Bob may call her directly. What comes from the other system needs no password, and its word about its callers counts. */
const NEAR_CONFIG = `
algorithms: [MD5]
endpoints:
  102: { name: Bob, secret: ${SECRET} }
  103: { name: Carol, secret: ${SECRET} }
  far: { name: Far, addresses: [${FAR}], trusted: true }
`;

/** Where Alice and Bob are: Carol's number is a telephone of the other system. */
const farConfig = (port: number) => `
algorithms: [MD5]
endpoints:
  101: { name: Alice, secret: ${SECRET} }
  102: { name: Bob, secret: ${SECRET} }
  near: { name: Near, secret: ${SECRET}, contacts: ['sip:103@${NEAR}:${port}'], trusted: true }
extensions:
  203: { dial: near }
`;

describe('attended transfer between two exchanges', () => {
  const folder = mkdtempSync(join(tmpdir(), 'strowger-remote-'));
  let near: Server;
  let far: Server;
  let alice: Baresip;
  let bob: Twinkle;
  let carol: Baresip;

  before(async () => {
    const config = (name: string, text: string): string => {
      const file = join(folder, name);
      writeFileSync(file, text);
      return file;
    };
    near = await Server.at(NEAR, '--config', config('near.yaml', NEAR_CONFIG));
    far = await Server.at(FAR, '--config', config('far.yaml', farConfig(near.sipPort)));
    alice = await Baresip.start({ ...ALICE, registrar: far });
    bob = await Twinkle.start({ ...BOB, registrar: far });
    carol = await Baresip.start({ ...CAROL, registrar: near });
  });
  after(async () => {
    for (const one of [alice, bob, carol, far, near]) await one?.stop();
    rmSync(folder, { recursive: true });
  });

  const scene = (body: () => Promise<void>) => witnessed([near, far, alice, bob, carol], body);

  /** Alice and Bob talk; Bob rings Carol by this number or URI and joins them when she has answered. */
  async function transfer(carolIs: string): Promise<void> {
    await alice.dial('102');
    assert.deepEqual(await bob.rings(), shown(ALICE));
    await bob.accept();
    await alice.established();
    await Promise.all([alice.hearsTone(BOB.tone, alice.mark()), bob.hearsTone(ALICE.tone, bob.mark())]);
    await bob.consult(carolIs);
    assert.deepEqual(await carol.rings(), shown(BOB));
    await carol.accept();
    await bob.established();
    await Promise.all([carol.hearsTone(BOB.tone, carol.mark()), alice.hearsMusic(alice.mark())]);
    await bob.join();
    assert.equal((await bob.transferred()).at(-1), '200 OK');
  }

  async function joined(): Promise<void> {
    await Promise.all([alice.shows('Carol', '103'), carol.shows('Alice', '101')]);
    const [ear, hisEar] = [alice.mark(), carol.mark()];
    await Promise.all([alice.hearsTone(CAROL.tone, ear), carol.hearsTone(ALICE.tone, hisEar)]);
    await Promise.all([alice.hearsOnlyTone(CAROL.tone, alice.mark()), carol.hearsOnlyTone(ALICE.tone, carol.mark())]);
    await carol.hangup();
    await Promise.all([alice.closed(), carol.closed()]);
  }

  test('UC23: Bob’s dialog is with Carol’s exchange: his own sends it an INVITE with Replaces; both displays change', () =>
    scene(async () => {
      await transfer(`sip:103@${near.host}:${near.sipPort}`);
      await joined();
      // Carol's phone saw one call all along.
      const rung = carol.messages().filter((m) => !m.sent && m.status === 0 && m.method === 'INVITE');
      assert.equal(new Set(rung.map((m) => m.header('Call-ID')[0])).size, 1);
    }));

  test('UC23: Bob calls her through his own exchange: the other one is told who is there now', () =>
    scene(async () => {
      await transfer('203');
      await joined();
    }));

  test('nothing is left over', () =>
    scene(async () => {
      await near.quietStatus();
      await far.quietStatus();
    }));
});
