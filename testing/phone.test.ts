import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Phone, PhoneOptions } from './phone.ts';
import { quiet } from './quiet.ts';
import { FAIR } from './weather.ts';
import { World, type WorldOptions } from './world.ts';

/** Two phones that call each other without an exchange. */
function pair(options: { world?: WorldOptions; alice?: Partial<PhoneOptions>; bob?: Partial<PhoneOptions> } = {}): {
  world: World;
  alice: Phone;
  bob: Phone;
} {
  const world = new World(options.world);
  const alice = world.phone('alice', { number: '101', address: '10.0.0.11', tone: 425, ...options.alice });
  const bob = world.phone('bob', { number: '102', address: '10.0.0.12', tone: 950, ...options.bob });
  return { world, alice, bob };
}

describe('two phones', () => {
  test('talk: each hears the other, and only the other', async () => {
    const { world, alice, bob } = pair();
    const call = alice.dial(bob.uri);
    const heard = await bob.rings();
    assert.deepEqual(heard.display, { name: 'Alice', number: '101' });
    await world.until(() => call.ringing);
    assert.ok(!call.hearsSound());
    await heard.answer();
    await world.until(() => call.up);
    assert.deepEqual(call.status, [180, 200]);
    await world.after('1s');
    assert.ok(call.hearsOnly(950), world.ladder());
    assert.ok(heard.hearsOnly(425));
    assert.ok(!call.hears(425) && !call.hearsNothing());
    await call.hangup();
    assert.ok(heard.ended && heard.ending?.by === 'remote');
    await quiet(world);
    assert.deepEqual(call.stream.ssrcs.length, 1);
    assert.equal(call.stream.stepsBack + call.stream.strangers, 0);
    assert.match(world.ladder(), /RTP 425 Hz \d/);
  });

  test('in A-law, with the offer in the 200', async () => {
    const { world, alice, bob } = pair({ alice: { codecs: ['PCMA', 'PCMU'] }, bob: { codecs: ['PCMA'] } });
    const call = alice.dial(bob.uri, { delayedOffer: true });
    const heard = await bob.answer();
    await world.until(() => call.hearsOnly(950) && heard.hearsOnly(425), '2s');
    await bob.hangup();
    await quiet(world);
  });

  test('hold stops the sound one way or both, resume brings it back', async () => {
    const { world, alice, bob } = pair();
    const call = alice.dial(bob.uri);
    const heard = await bob.answer();
    await world.until(() => call.hears(950) && heard.hears(425), '2s');
    await call.hold();
    assert.ok(heard.heldByPeer && heard.reoffers === 1);
    await world.until(() => call.hearsNothing(), '2s');
    assert.ok(heard.hears(425), 'who holds may still send (music, here the tone)');
    heard.mark();
    await call.resume();
    await world.until(() => call.hears(950) && heard.hears(425), '2s');
    assert.ok(!heard.heldByPeer);
    await heard.hangup();
    await quiet(world);
  });

  test('keys arrive, once each', async () => {
    const { world, alice, bob } = pair();
    const call = alice.dial(bob.uri);
    const heard = await bob.answer();
    await world.until(() => call.up);
    await call.press('0129*#');
    await world.until(() => heard.digits.length === 6, '2s');
    assert.equal(heard.digits, '0129*#');
    await call.hangup();
    await quiet(world);
  });

  test('refusal, busy and giving up', async () => {
    const { world, alice, bob } = pair();
    const refused = alice.dial(bob.uri);
    (await bob.rings()).reject(603);
    await world.until(() => refused.ended);
    assert.deepEqual(refused.status, [180, 603]);

    bob.busy = true;
    const busy = alice.dial(bob.uri);
    await world.until(() => busy.ended);
    assert.deepEqual([busy.status, busy.refusal?.status], [[486], 486]);
    bob.busy = false;

    const given = alice.dial(bob.uri);
    const rang = await bob.rings();
    await world.until(() => given.ringing);
    await given.hangup();
    assert.ok(rang.ended && !bob.ringing);
    assert.equal(rang.ending?.why, 'cancelled');
    assert.match(world.ladder(), /487 Request Terminated/);
    await quiet(world);
  });

  test('nobody there: 408', async () => {
    const { world, alice, bob } = pair();
    bob.vanish();
    const call = alice.dial('sip:102@10.0.0.12');
    await world.until(() => call.ended, '40s');
    assert.deepEqual(call.status, [408]);
    assert.equal(world.now, 32_000);
    await quiet(world);
  });

  test('a phone that lost its power says nothing; started again it remembers nothing', async () => {
    const { world, alice, bob } = pair();
    const call = alice.dial(bob.uri);
    await bob.answer();
    await world.until(() => call.hears(950), '2s');
    bob.vanish();
    await world.until(() => call.hearsNothing(), '2s');
    assert.ok(call.up);
    bob.boot();
    await call.hangup();
    assert.match(world.ladder(), /481/);
    const again = alice.dial(bob.uri);
    await bob.answer();
    await world.until(() => again.up);
    await again.hangup();
    await quiet(world);
  });

  test('a phone that moved is heard again after it renewed its call', async () => {
    const { world, alice, bob } = pair();
    const call = alice.dial(bob.uri);
    const heard = await bob.answer();
    await world.until(() => call.hears(950) && heard.hears(425), '2s');
    bob.move('10.0.0.77');
    heard.mark();
    await world.until(() => heard.hearsNothing(), '2s');
    await heard.renew();
    await world.until(() => heard.hears(425), '2s');
    await heard.hangup();
    assert.ok(call.ended);
    await quiet(world);
  });

  test('answers by itself, and has several calls at once', async () => {
    const { world, alice, bob } = pair({ bob: { autoAnswer: '3s' } });
    const carol = world.phone('carol', { number: '103', address: '10.0.0.13', tone: 1500 });
    const [first, second] = [alice.dial(bob.uri), carol.dial(bob.uri)];
    await world.until(() => first.up && second.up, '5s');
    assert.ok(world.now >= 3000);
    await world.after('1s');
    assert.deepEqual(
      bob.calls.map((call) => [call.hearsOnly(425), call.hearsOnly(1500)]),
      [
        [true, false],
        [false, true],
      ],
    );
    await bob.hangup();
    await quiet(world);
  });

  test('a message that is sent inside the call is seen', async () => {
    const { world, alice, bob } = pair();
    const call = alice.dial(bob.uri);
    const heard = await bob.answer();
    await world.until(() => call.up);
    call.session?.request('INFO', {}, () => undefined);
    await world.until(() => heard.requests[0]?.method === 'INFO');
    await call.hangup();
    await quiet(world);
  });
});

describe('in fair chaos', () => {
  for (let seed = 1; seed <= 10; seed += 1) {
    test(`the same call comes out, seed ${seed}`, async () => {
      const { world, alice, bob } = pair({ world: { seed: `${seed}`, patience: '40s' } });
      for (const [weather, where] of FAIR) world.network.weather(weather, where);
      const call = alice.dial(bob.uri);
      const heard = await bob.answer();
      await world.until(() => call.hearsOnly(950) && heard.hearsOnly(425), '3s');
      await call.hold();
      await world.until(() => call.hearsNothing(), '2s');
      await call.resume();
      await call.press('42');
      await world.until(() => heard.digits === '42', '2s');
      await world.until(() => call.hearsOnly(950) && heard.hearsOnly(425), '3s');
      await call.hangup();
      await quiet(world);
      assert.deepEqual(call.status.at(-1), 200);
    });
  }
});
