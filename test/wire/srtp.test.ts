import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { after, before, describe, test } from 'node:test';
import { Baresip } from './peers/baresip.ts';
import { Server } from './peers/server.ts';
import { until, witnessed } from './peers/until.ts';
import type { QualityView, RecordView } from '../../src/pbx/view.ts';

const CONFIGURATION = `
algorithms: [MD5]
endpoints:
  101: { name: Alice, secret: sesame, srtp: required }
  102: { name: Bob, secret: sesame, srtp: offered }
  103: { name: Carol, secret: sesame }
extensions:
  802: { echo: true }
`;
const run = promisify(execFile);
const PROGRAM = join(import.meta.dirname, '..', '..', 'bin', 'strowger.js');
const ALICE = 620;
const BOB = 830;
const CAROL = 1130;

/** How well the legs of the last call heard; false: that is not on record yet. */
async function ratings(server: Server): Promise<false | readonly QualityView[]> {
  const { stdout } = await run(process.execPath, [PROGRAM, 'records', '--json', '--data', server.data]);
  const records = JSON.parse(stdout) as readonly RecordView[];
  const legs = records[0]?.legs ?? [];
  const rated = legs.flatMap(({ quality }) => (quality === undefined ? [] : [quality]));
  return rated.length === 2 && rated;
}

/** baresip's own SRTP at both ends: libre, which is written after RFC 3711 by others. */
describe('SRTP with baresip', () => {
  const folder = mkdtempSync(join(tmpdir(), 'strowger-srtp-'));
  const phones: Baresip[] = [];
  let server: Server;

  before(async () => {
    const file = join(folder, 'strowger.yaml');
    writeFileSync(file, CONFIGURATION);
    server = await Server.start('--config', file);
    const registrar = { host: server.host, sipPort: server.sipPort, password: 'sesame' };
    phones.push(await Baresip.start({ number: '101', tone: ALICE, registrar, srtp: 'srtp-mand' }));
    phones.push(await Baresip.start({ number: '102', tone: BOB, registrar, srtp: 'srtp' }));
    phones.push(await Baresip.start({ number: '103', tone: CAROL, registrar }));
  });
  after(async () => {
    for (const one of phones) await one.stop();
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  const people = (): readonly [Baresip, Baresip, Baresip] => {
    const [alice, bob, carol] = phones;
    assert.ok(alice && bob && carol);
    return [alice, bob, carol];
  };

  async function talk(from: Baresip, hz: number, to: Baresip, number: string, toHz: number): Promise<void> {
    await from.dial(number);
    await to.rings();
    await to.accept();
    await Promise.all([from.established(), to.established()]);
    await Promise.all([from.hearsTone(toHz, from.mark()), to.hearsTone(hz, to.mark())]);
  }

  test('two phones that protect their audio, one always and one where it can', () =>
    witnessed([server, ...phones], async () => {
      const [alice, bob] = people();
      await talk(alice, ALICE, bob, '102', BOB);
      assert.match(alice.testimony(), /SRTP is Enabled \(cryptosuite=AES_CM_128_HMAC_SHA1_80\)/);
      assert.match(bob.testimony(), /SRTP is Enabled/);
      await bob.hold();
      await alice.hearsMusic(alice.mark());
      await bob.resume();
      await Promise.all([alice.hearsTone(BOB, alice.mark()), bob.hearsTone(ALICE, bob.mark())]);
      await alice.hangup();
      await Promise.all([alice.closed(), bob.closed()]);
      const rated = await until('a record of what was heard', () => ratings(server), 5000);
      for (const { received } of rated) assert.ok(received.packets > 10 && received.mos > 4);
    }));

  test('a protected phone and a plain one, either calling', () =>
    witnessed([server, ...phones], async () => {
      const [alice, , carol] = people();
      await talk(carol, CAROL, alice, '101', ALICE);
      await carol.hangup();
      await Promise.all([alice.closed(), carol.closed()]);
      await talk(alice, ALICE, carol, '103', CAROL);
      await alice.hangup();
      await Promise.all([alice.closed(), carol.closed()]);
    }));

  test('what the exchange sends of itself is protected: an echo comes back', () =>
    witnessed([server, ...phones], async () => {
      const [alice] = people();
      await alice.dial('802');
      await alice.established();
      await alice.hearsTone(ALICE, alice.mark());
      await alice.hangup();
      await alice.closed();
    }));
});
