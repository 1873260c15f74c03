import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Baresip } from './peers/baresip.ts';
import { Server } from './peers/server.ts';
import { witnessed } from './peers/until.ts';

/** Two seconds of pictures. */
const PICTURES = 20;

describe('phones with cameras', () => {
  let server: Server;
  const phones: Baresip[] = [];

  before(async () => {
    server = await Server.start();
  });
  after(async () => {
    for (const phone of phones) await phone.stop();
    await server?.stop();
  });

  const phone = async (number: string, tone: number, video?: 'VP8' | 'VP9'): Promise<Baresip> => {
    const started = await Baresip.start({ number, tone, registrar: server, ...(video && { video }) });
    phones.push(started);
    return started;
  };

  const talk = async (caller: Baresip, called: Baresip): Promise<void> => {
    await caller.dial(called.options.number);
    await called.rings();
    await called.accept();
    await Promise.all([caller.established(), called.established()]);
    await Promise.all([caller.hearsTone(called.options.tone), called.hearsTone(caller.options.tone)]);
  };

  for (const [codec, numbers] of [
    ['VP8', ['101', '102']],
    ['VP9', ['103', '104']],
  ] as const) {
    test(`UC06: ${codec}: they see each other, and again after a hold`, async () => {
      const [caller, called] = [await phone(numbers[0], 620, codec), await phone(numbers[1], 830, codec)];
      await witnessed([server, caller, called], async () => {
        await talk(caller, called);
        await Promise.all([caller.sees(PICTURES), called.sees(PICTURES)]);
        await caller.hold();
        await caller.resume();
        await Promise.all([caller.sees(PICTURES), called.sees(PICTURES)]);
        await caller.hangup();
        await Promise.all([caller.closed(), called.closed()]);
      });
      for (const one of [caller, called]) await one.stop();
      phones.splice(0);
    });
  }

  test('UC06: with a phone that has none they talk', async () => {
    const [caller, called] = [await phone('101', 620, 'VP8'), await phone('102', 830)];
    await witnessed([server, caller, called], async () => {
      await talk(caller, called);
      const answer = await caller.message(
        'its answer',
        ({ sent, status, method }) => !sent && status === 200 && method === 'INVITE',
      );
      assert.match(answer.body, /^m=video 0 /m);
      assert.equal(await caller.pictures(), 0);
      await caller.hangup();
      await Promise.all([caller.closed(), called.closed()]);
    });
  });
});
