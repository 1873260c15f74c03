import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Baresip } from './peers/baresip.ts';
import { Server } from './peers/server.ts';
import { CAROL, ROLES, shown, Trio } from './peers/trio.ts';
import { witnessed } from './peers/until.ts';

/** Longer than a phone rings (20 s). */
const NO_ANSWER = 30_000;

for (const { role, his, hers } of ROLES) {
  describe(`blind transfer by baresip: ${role}`, () => {
    let server: Server;
    let transferor: Baresip;
    let transferee: Baresip;
    let carol: Baresip;

    before(async () => {
      server = await Server.start();
      transferor = await Baresip.start({ ...his, registrar: server });
      transferee = await Baresip.start({ ...hers, registrar: server });
      carol = await Baresip.start({ ...CAROL, registrar: server });
    });
    after(async () => {
      for (const one of [transferor, transferee, carol, server]) await one?.stop();
    });

    const scene = (body: () => Promise<void>) => witnessed([server, transferor, transferee, carol], body);

    async function talk(): Promise<void> {
      const [caller, called] = his.number === '102' ? [transferee, transferor] : [transferor, transferee];
      await caller.dial('202');
      await called.rings();
      await called.accept();
      await Promise.all([caller.established(), called.established()]);
      await hearEachOther();
    }

    async function hearEachOther(): Promise<void> {
      const [ear, hisEar] = [transferee.mark(), transferor.mark()];
      await Promise.all([transferee.hearsTone(his.tone, ear), transferor.hearsTone(hers.tone, hisEar)]);
    }

    /** baresip hangs up by itself when it is told of a failure: it is rung back, sees who returns, and they talk. */
    async function returned(within?: number): Promise<void> {
      await transferor.event('TRANSFER_FAILED', within);
      assert.deepEqual(await transferor.rings(), { name: `${hers.name} (transfer returned)`, number: hers.number });
      await transferee.shows(his.name, his.number);
      await transferee.hearsMusic(transferee.mark());
      await transferor.accept();
      await transferor.established();
      await hearEachOther();
      await transferee.hangup();
      await Promise.all([transferee.closed(), transferor.closed()]);
    }

    test('UC15: Carol sees whom she gets, and they talk; the transferor is told and hangs up', () =>
      scene(async () => {
        await talk();
        await transferor.transfer('203');
        assert.deepEqual(await carol.rings(), shown(hers));
        await transferee.shows('Carol', '103');
        await carol.accept();
        await carol.established();
        await transferor.closed();
        const [ear, hisEar] = [transferee.mark(), carol.mark()];
        await Promise.all([transferee.hearsTone(CAROL.tone, ear), carol.hearsTone(hers.tone, hisEar)]);
        await transferee.hangup();
        await Promise.all([transferee.closed(), carol.closed()]);
      }));

    test('UC16: Carol refuses: the transferor hangs up and is rung back', () =>
      scene(async () => {
        await talk();
        await transferor.transfer('203');
        await carol.rings();
        await carol.hangup();
        await carol.closed();
        await returned();
      }));

    test('UC17: nobody has that number: the transferor hangs up and is rung back', () =>
      scene(async () => {
        await talk();
        await transferor.transfer('999');
        await returned();
      }));

    test('UC18: Carol does not answer: the transferor hangs up and is rung back', () =>
      scene(async () => {
        await talk();
        await transferor.transfer('203');
        await carol.rings();
        await transferee.shows('Carol', '103');
        await returned(NO_ANSWER);
        await carol.closed();
      }));

    test('UC19: the transferee hangs up: Carol stops ringing', () =>
      scene(async () => {
        await talk();
        await transferor.transfer('203');
        await carol.rings();
        await transferee.hangup();
        await Promise.all([transferee.closed(), carol.closed()]);
        await transferor.event('TRANSFER_FAILED');
      }));

    test('nothing is left over', () =>
      scene(async () => {
        await server.quietStatus();
      }));
  });

  describe(`blind transfer by twinkle, which keeps its call: ${role}`, () => {
    let trio: Trio;

    before(async () => {
      trio = await Trio.start(his, hers);
    });
    after(() => trio?.stop());

    const play = (body: (trio: Trio) => Promise<void>) => () => trio.scene(() => body(trio));

    test(
      'UC15: it is told what the target does, as it happens',
      play(async ({ transferor, carol }) => {
        await trio.talk();
        await transferor.transfer('203');
        assert.deepEqual(await carol.rings(), shown(hers));
        await carol.accept();
        assert.deepEqual(await transferor.transferred(), ['100 Trying', '180 Ringing', '200 OK']);
        await trio.joined();
        await trio.part();
      }),
    );

    for (const { what, number, status } of [
      { what: 'UC16: Carol refuses', number: '203', status: /^486 / },
      { what: 'UC17: nobody has that number', number: '999', status: /^404 / },
    ]) {
      test(
        `${what}: it is told so, and they go on talking`,
        play(async ({ transferor, transferee, carol }) => {
          await trio.talk();
          await transferor.transfer(number);
          if (number === '203') {
            await carol.rings();
            await carol.hangup();
            await carol.closed();
          }
          assert.match((await transferor.transferred()).at(-1) ?? '', status);
          await transferee.shows(his.name, his.number);
          await trio.hearEachOther();
          await transferee.hangup();
          await transferee.closed();
          await transferor.left();
        }),
      );
    }

    test(
      'nothing is left over',
      play(async ({ server }) => {
        await server.quietStatus();
      }),
    );
  });
}
