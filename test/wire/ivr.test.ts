import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { encode, ToneGenerator, tonesOf } from '../../src/codec/index.ts';
import { Baresip } from './peers/baresip.ts';
import { Server } from './peers/server.ts';
import { Sipp } from './peers/sipp.ts';
import { witnessed } from './peers/until.ts';

const ALICE = 620;
const BOB = 830;
/** Octets a second of PCMU. */
const RATE = 8000;

/** A second of silence, a key for 150 ms as loud as phones send it, and silence again: PCMU without a header. */
function keyAsTones(key: string): Uint8Array {
  const samples = new Int16Array(3 * RATE);
  const tone = new ToneGenerator({ hz: tonesOf(key) ?? [], cadence: [] }, RATE, -10);
  // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- no array: it writes into the samples
  tone.fill(samples.subarray(RATE), 0.15 * RATE);
  const octets = new Uint8Array(samples.length);
  encode('PCMU', samples, samples.length, octets, 0);
  return octets;
}

describe('the menu at 700', () => {
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

  test('UC07: 1 rings Bob, and both hear each other', () =>
    scene(async () => {
      await alice.dial('700');
      await alice.established();
      await alice.keys('1');
      await bob.rings();
      await bob.accept();
      await bob.established();
      await Promise.all([alice.hearsTone(BOB, alice.mark()), bob.hearsTone(ALICE, bob.mark())]);
      await alice.hangup();
      await Promise.all([alice.closed(), bob.closed()]);
    }));

  test('UC07: 2 hangs up', () =>
    scene(async () => {
      await alice.dial('700');
      await alice.established();
      await alice.keys('2');
      await alice.closed();
    }));

  /** The key has reached the menu when Bob rings. */
  const ringsBob = (scenario: string, values: Readonly<Record<string, string>>) =>
    scene(async () => {
      const phone = await Sipp.start(scenario, { server, user: '103', dials: '700', header: 'Allow: UPDATE', values });
      await phone.during(async () => {
        await bob.rings();
        await bob.accept();
        await bob.established();
        await bob.hangup();
        await bob.closed();
      });
    });

  test('a key as INFO, application/dtmf-relay', () =>
    ringsBob('key-info', { TYPE: 'application/dtmf-relay', BODY: 'Signal=1\r\n      Duration=160' }));

  test('a key as INFO, application/dtmf', () => ringsBob('key-info', { TYPE: 'application/dtmf', BODY: '1' }));

  test('a key as tones in the audio of a phone that offers no telephone-event', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keys-'));
    try {
      const file = join(folder, 'key.ul');
      writeFileSync(file, keyAsTones('1'));
      await ringsBob('key-tones', { FILE: file });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('nothing is left over', () => scene(async () => void (await server.quietStatus())));
});
