import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ROLES, Trio } from './peers/trio.ts';

/** Longer than a phone rings (20 s). */
const NO_ANSWER = 30_000;
/** Longer than congestion is heard (15 s). */
const RELEASED = 25_000;

for (const { role, his, hers } of ROLES) {
  describe(`blond transfer by twinkle, REFER with Replaces while Carol rings: ${role}`, () => {
    let trio: Trio;

    before(async () => {
      trio = await Trio.start(his, hers);
    });
    after(() => trio?.stop());

    const play = (body: (trio: Trio) => Promise<void>) => () => trio.scene(() => body(trio));

    /** The transferor rings Carol and lets them. */
    async function transfer(): Promise<void> {
      await trio.talk();
      await trio.consult();
      await trio.transferor.join();
      // The exchange has it.
      await trio.transferor.prints(/Progress: 100 Trying/);
    }

    test(
      'UC20: the transferee hears ringing; Carol answers, both displays have changed, and they talk',
      play(async ({ transferor, transferee, carol }) => {
        await transfer();
        await transferee.hearsRingback(transferee.mark());
        await carol.accept();
        assert.equal((await transferor.transferred()).at(-1), '200 OK');
        await trio.joined();
        await trio.part();
      }),
    );

    test(
      'UC22: the transferee hangs up: Carol stops ringing',
      play(async ({ transferor, transferee, carol }) => {
        await transfer();
        await transferee.hangup();
        await Promise.all([transferee.closed(), carol.closed()]);
        await transferor.left();
      }),
    );

    test(
      'UC21: the transferor goes, Carol does not answer: the transferee hears congestion and is released',
      play(async ({ transferor, transferee, carol }) => {
        await transfer();
        await transferor.leave();
        const ear = transferee.mark();
        await transferee.hearsRingback(ear);
        await transferee.hearsCongestion(ear, NO_ANSWER);
        await carol.closed();
        await transferee.closed(RELEASED);
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
