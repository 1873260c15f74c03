import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Baresip } from './peers/baresip.ts';
import { Server } from './peers/server.ts';
import { witnessed } from './peers/until.ts';

const NARROW = 620;

describe('a phone with a wide band and one with G.711', () => {
  let server: Server;
  const phones: Baresip[] = [];

  before(async () => {
    server = await Server.start();
  });
  after(async () => {
    for (const phone of phones) await phone.stop();
    await server?.stop();
  });

  const phone = async (options: Parameters<typeof Baresip.start>[0]): Promise<Baresip> => {
    const started = await Baresip.start(options);
    phones.push(started);
    return started;
  };

  for (const { codec, number, tone } of [
    { codec: 'G722', number: '102', tone: 830 },
    { codec: 'opus', number: '103', tone: 1040 },
  ] as const) {
    test(`${codec} and PCMU: each hears the other's tone, whoever calls`, async () => {
      const wide = await phone({ number, tone, registrar: server, codecs: codec });
      const narrow = await phone({ number: '101', tone: NARROW, registrar: server, codecs: 'PCMU' });
      await witnessed([server, wide, narrow], async () => {
        for (const [caller, called, dialled] of [
          [narrow, wide, number],
          [wide, narrow, '101'],
        ] as const) {
          await caller.dial(dialled);
          await called.rings();
          await called.accept();
          await Promise.all([caller.established(), called.established()]);
          await Promise.all([narrow.hearsTone(tone, narrow.mark()), wide.hearsTone(NARROW, wide.mark())]);
          assert.deepEqual(wide.codecs(), { speaks: codec, hears: codec });
          assert.deepEqual(narrow.codecs(), { speaks: 'PCMU', hears: 'PCMU' });
          await caller.hangup();
          await Promise.all([caller.closed(), called.closed()]);
        }
      });
      await narrow.stop();
      phones.splice(phones.indexOf(narrow), 1);
    });
  }
});
