import assert from 'node:assert/strict';
import { phoneOf, startExchange, story } from '../testing/index.ts';

story(
  'UC27 initial registration: the expiry is granted, and a call finds the phone',
  async ({ world, exchange, alice, bob }) => {
    const registered = await alice.register({ expires: 600 });
    assert.equal(registered.expires, 600);
    assert.deepEqual(registered.contacts, [alice.uri]);
    assert.deepEqual(
      exchange.exchange.view.registrations().map(({ account, contact }) => [account, contact]),
      [['101', alice.uri]],
    );
    await bob.register();
    const call = bob.dial('101');
    await alice.answer();
    await world.until(() => call.up);
    await call.hangup();
  },
);

story('UC27 a wrong password and an unknown user are refused alike', async ({ world, exchange }) => {
  const wrong = phoneOf(world, exchange, 'mallory', { address: '10.0.0.27', number: '101', password: 'guess' });
  const unknown = phoneOf(world, exchange, 'nobody', { address: '10.0.0.26', number: '999', password: 'guess' });
  await assert.rejects(wrong.register(), /401/);
  await assert.rejects(unknown.register(), /401/);
  const shape = (name: string): unknown => {
    const response = (name === 'wrong' ? wrong : unknown).registration?.response;
    return [response?.status, response?.reasonPhrase, [...(response?.headers ?? [])].map(([field]) => field)];
  };
  assert.deepEqual(shape('wrong'), shape('unknown'));
  assert.deepEqual(exchange.exchange.view.registrations(), []);
});

story('UC28 a phone that refreshes stays reachable, without a gap', async ({ world, exchange, alice, bob }) => {
  await alice.register({ expires: 60, refresh: true });
  await bob.register();
  await world.after('10m');
  assert.equal(exchange.exchange.view.registrations().length, 2);
  const call = bob.dial('201');
  await alice.answer();
  await world.until(() => call.up);
  await call.hangup();
});

story('UC29 a registration that runs out: fast busy, and the log says why', async ({ world, exchange, alice, bob }) => {
  await alice.register({ expires: 60 });
  await bob.register();
  const { expiresAt = 0 } = exchange.exchange.view.registrations().find(({ account }) => account === '101') ?? {};
  await world.after(expiresAt + 4900 - world.wall);
  assert.equal(exchange.exchange.view.registrations().length, 2, 'usable five seconds past its expiry');
  await world.after(200);
  assert.equal(exchange.exchange.view.registrations().length, 1);
  const call = bob.dial('201');
  await world.until(() => call.ended);
  assert.equal(call.refusal?.status, 480);
  const why = exchange.events.find((event) => event.event === 'call.unreachable');
  assert.match(why?.event === 'call.unreachable' ? why.why : '', /ran out \d+ s ago/);
});

story('UC30 unregistration: fast busy', async ({ world, exchange, alice, bob }) => {
  await alice.register();
  await bob.register();
  assert.deepEqual((await alice.unregister()).contacts, []);
  const call = bob.dial('201');
  await world.until(() => call.ended);
  assert.equal(call.refusal?.status, 480);
  assert.equal(exchange.exchange.view.registrations().length, 1);
});

story('UC30 Contact: * removes every phone of the account', async ({ world, exchange, alice, bob }) => {
  const second = phoneOf(world, exchange, 'second', { address: '10.0.0.26', number: '101' });
  await alice.register();
  assert.equal((await second.register()).contacts.length, 2);
  await bob.register();
  assert.deepEqual((await second.unregisterAll()).contacts, []);
  const call = bob.dial('201');
  await world.until(() => call.ended);
  assert.equal(call.refusal?.status, 480);
});

story(
  'An acknowledged binding outlasts a crash; one that was not is not claimed',
  async ({ world, exchange, alice, bob }) => {
    await alice.register();
    const again = await startExchange(world, { disk: exchange.crash() });
    assert.equal(again.exchange.view.registrations().length, 1);
    await bob.register();
    const call = bob.dial('201');
    await alice.answer();
    await world.until(() => call.up);
    await call.hangup();
  },
);

story('A disk that refuses: 500, and nothing is bound', async ({ exchange, alice }) => {
  exchange.store.failCommit(1);
  await assert.rejects(alice.register(), /500/);
  const told = exchange.events.find((event) => event.event === 'refused');
  assert.equal(told?.why, 'not written: the disk is full');
  assert.deepEqual(exchange.exchange.view.registrations(), []);
  await alice.register();
  assert.equal(exchange.exchange.view.registrations().length, 1);
});
