import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CAROL, ROLES, Trio } from './peers/trio.ts';

/** Longer than a phone rings (20 s). */
const NO_ANSWER = 30_000;

for (const { role, his, hers } of ROLES) {
  describe(`attended transfer by twinkle: ${role}`, () => {
    let trio: Trio;

    before(async () => {
      trio = await Trio.start(his, hers);
    });
    after(() => trio?.stop());

    const play = (body: (trio: Trio) => Promise<void>) => () => trio.scene(() => body(trio));

    test(
      'UC10: music while they consult; then both displays change, and they talk',
      play(async ({ transferor, transferee, carol }) => {
        await trio.talk();
        await trio.consult();
        await carol.accept();
        await transferor.established();
        await Promise.all([
          transferor.hearsTone(CAROL.tone, transferor.mark()),
          carol.hearsTone(his.tone, carol.mark()),
          transferee.hearsOnlyMusic(his.tone, transferee.mark()),
        ]);
        await transferor.join();
        assert.deepEqual(await transferor.transferred(), ['100 Trying', '200 OK']);
        await trio.joined();
        await trio.part();
      }),
    );

    test(
      'UC11: Carol is busy: the transferor is told so and reconnects',
      play(async ({ transferor, carol }) => {
        await trio.talk();
        await trio.consult();
        await carol.hangup();
        await carol.closed();
        assert.match(await transferor.refused(), /^486 /);
        await trio.reconnect();
      }),
    );

    test(
      'UC12: Carol does not answer: the transferor is told so and reconnects',
      play(async ({ transferor, carol }) => {
        await trio.talk();
        await trio.consult();
        assert.equal(await transferor.refused(NO_ANSWER), '480 Temporarily Unavailable');
        await carol.closed();
        await trio.reconnect();
      }),
    );

    test(
      'UC13: nobody has that number: the transferor is told so and reconnects',
      play(async ({ transferor, transferee }) => {
        await trio.talk();
        const ear = transferee.mark();
        await transferor.consult('999');
        assert.equal(await transferor.refused(), '404 Not Found');
        await transferee.hearsMusic(ear);
        await trio.reconnect();
      }),
    );

    test(
      'UC14: the transferee hangs up on hold; the others talk on',
      play(async ({ transferor, transferee, carol }) => {
        await trio.talk();
        await trio.consult();
        await carol.accept();
        await transferor.established();
        await transferee.hangup();
        await transferee.closed();
        await transferor.left();
        const [ear, hisEar] = [carol.mark(), transferor.mark()];
        await Promise.all([carol.hearsTone(his.tone, ear), transferor.hearsTone(CAROL.tone, hisEar)]);
        await carol.hangup();
        await carol.closed();
        await transferor.left();
      }),
    );

    test(
      'nothing is left over',
      play(async ({ server }) => {
        await server.quietStatus();
      }),
    );
  });
}
