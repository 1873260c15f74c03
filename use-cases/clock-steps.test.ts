import assert from 'node:assert/strict';
import { phoneOf, startExchange, story } from '../testing/index.ts';

/** Somebody sets the machine's clock, or a time server does: nothing that is measured may notice. */
for (const step of [3_600_000, -86_400_000]) {
  const how = step > 0 ? 'an hour on' : 'a day back';

  story(
    `The clock is set ${how}: phones stay registered as long as they were granted, and a call goes on`,
    async ({ world, exchange, alice, bob }) => {
      await alice.register({ expires: 600, refresh: false });
      await bob.register({ expires: 3600 });
      const call = bob.dial('101');
      const heard = await alice.answer();
      await world.until(() => call.hearsSound() && heard.hearsSound());
      world.stepWall(step);
      await world.after('30s');
      assert.ok(call.up && heard.up);
      call.mark();
      await world.until(() => call.hearsSound(), '5s');
      await call.hangup();
      const registered = (): readonly string[] => exchange.exchange.view.registrations().map(({ account }) => account);
      assert.deepEqual(registered(), ['101', '102']);
      await world.until(() => !registered().includes('101'), '11m');
      assert.deepEqual(registered(), ['102']);
    },
  );

  story(
    `The clock is set ${how} while the exchange is down: no registration outlives what was granted`,
    async ({ world, exchange, alice }) => {
      await alice.register({ expires: 600, refresh: false });
      const disk = exchange.crash();
      world.stepWall(step);
      const again = await startExchange(world, { disk });
      const registered = (): number => again.exchange.view.registrations().length;
      await world.after('11m');
      assert.equal(registered(), 0);
      const carol = phoneOf(world, again, 'late carol', { number: '103', address: '10.0.0.33' });
      await carol.register();
      assert.equal(registered(), 1);
    },
  );
}
