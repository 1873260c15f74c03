import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { encode, ToneGenerator } from '../../src/codec/index.ts';
import { Baresip } from './peers/baresip.ts';
import { Server } from './peers/server.ts';
import { Sipp } from './peers/sipp.ts';
import { witnessed } from './peers/until.ts';

/** Alice and Carol have a wide band, Bob has not. */
const PEOPLE = [
  { number: '101', tone: 620, codecs: 'G722' },
  { number: '102', tone: 830, codecs: 'PCMU' },
  { number: '103', tone: 1040, codecs: 'opus' },
] as const;

/** What SIPp says. */
const SIPP = 1400;

/** Half a minute of a tone: PCMU without a header. */
function toneFile(hz: number): Uint8Array {
  const samples = new Int16Array(30 * 8000);
  // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- no array: it writes into the samples
  new ToneGenerator({ hz: [hz], cadence: [] }, 8000, -12).fill(samples, samples.length);
  const octets = new Uint8Array(samples.length);
  encode('PCMU', samples, samples.length, octets, 0);
  return octets;
}

describe('a conference of real phones', () => {
  let server: Server;
  const phones: Baresip[] = [];

  before(async () => {
    server = await Server.start();
    for (const one of PEOPLE) phones.push(await Baresip.start({ ...one, registrar: server }));
  });
  after(async () => {
    for (const phone of phones) await phone.stop();
    await server?.stop();
  });

  /** Each of these hears all the others, and not himself. */
  const hearEachOther = async (present: readonly number[]): Promise<void> => {
    const toneOf = (at: number): number => PEOPLE[at]?.tone ?? 0;
    const listening = phones.flatMap((phone, at) => {
      const others = present.filter((other) => other !== at).map(toneOf);
      return present.includes(at) ? [phone.hearsTones(others, toneOf(at), phone.mark(), 10_000)] : [];
    });
    await Promise.all(listening);
  };

  test('UC08: three phones with G.722, G.711 and Opus hear each other and not themselves; one leaves', () =>
    witnessed([server, ...phones], async () => {
      for (const phone of phones) {
        await phone.dial('600');
        await phone.established();
        await phone.shows('Conference 600', '600');
      }
      await hearEachOther([0, 1, 2]);
      await phones[1]?.hangup();
      await hearEachOther([0, 2]);
      await phones[0]?.hangup();
      await phones[2]?.hearsMusic(phones[2]?.mark());
      await phones[2]?.hangup();
      await Promise.all(phones.map((phone) => phone.closed()));
    }));

  test('UC08: Bob transfers Alice into it, where Carol is: they hear each other, and she sees where she is', () =>
    witnessed([server, ...phones], async () => {
      const [alice, bob, carol] = phones;
      if (alice === undefined || bob === undefined || carol === undefined) throw new Error('a phone is missing');
      await carol.dial('600');
      await carol.established();
      await alice.dial('102');
      await bob.rings();
      await bob.accept();
      await Promise.all([alice.established(), bob.established()]);
      await bob.transfer('600');
      await alice.shows('Conference 600', '600');
      await bob.closed();
      await hearEachOther([0, 2]);
      await alice.hangup();
      await carol.hangup();
      await Promise.all([alice.closed(), carol.closed()]);
    }));

  test('UC08: SIPp talks in it too, and is sent away by *3', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'conference-'));
    const [alice, , carol] = phones;
    if (alice === undefined || carol === undefined) throw new Error('a phone is missing');
    try {
      const file = join(folder, 'tone.ul');
      writeFileSync(file, toneFile(SIPP));
      await witnessed([server, ...phones], async () => {
        for (const phone of [alice, carol]) {
          await phone.dial('600');
          await phone.established();
        }
        const options = { server, user: '104', dials: '600', values: { FILE: file }, within: 60 };
        const sipp = await Sipp.start('key-tones', options);
        await sipp.during(async () => {
          await Promise.all([
            alice.hearsTones([SIPP, PEOPLE[2].tone], PEOPLE[0].tone, alice.mark(), 10_000),
            carol.hearsTones([SIPP, PEOPLE[0].tone], PEOPLE[2].tone, carol.mark(), 10_000),
          ]);
          await alice.keys('*3');
          await hearEachOther([0, 2]);
        });
        await alice.hangup();
        await carol.hangup();
        await Promise.all([alice.closed(), carol.closed()]);
        await server.quietStatus();
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
