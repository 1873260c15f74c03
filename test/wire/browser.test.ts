import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Baresip } from './peers/baresip.ts';
import { Browser } from './peers/browser.ts';
import { Server } from './peers/server.ts';
import { until, witnessed } from './peers/until.ts';

const TONE = 620;

describe('a telephone in a browser (RFC 7118), signalling', () => {
  let server: Server;
  let alice: Baresip;
  let carol: Browser;

  before(async () => {
    server = await Server.start();
    alice = await Baresip.start({ number: '101', tone: TONE, registrar: server });
    carol = await Browser.start({ number: '103', protocol: 'wss', registrar: server.over('wss') });
  });
  after(async () => {
    await carol?.stop();
    await alice?.stop();
    await server?.stop();
  });

  const scene = (body: () => Promise<void>) => witnessed([server, alice, carol], body);

  test('registers over WSS, rings with the caller’s name, and refuses', () =>
    scene(async () => {
      await alice.dial('203');
      const { user, name } = await carol.event('ringing');
      assert.deepEqual([name, user], ['Alice', '101']);
      await alice.hearsRinging();
      carol.refuse();
      assert.match(await alice.closed(), /^486 /);
      await carol.event('ended');
    }));

  test('hears that the caller gave up', () =>
    scene(async () => {
      await alice.dial('203');
      await carol.event('ringing');
      await alice.hearsRinging();
      await alice.hangup();
      assert.deepEqual(await carol.event('ended'), { event: 'ended', by: 'remote', cause: 'Canceled' });
      await alice.closed();
    }));

  test('whose connection was lost is rung again when it has come back', () =>
    scene(async () => {
      carol.reconnect();
      await carol.event('registered', 20_000);
      await alice.dial('203');
      await carol.event('ringing');
      carol.refuse();
      assert.match(await alice.closed(), /^486 /);
      await carol.event('ended');
    }));

  test('that is gone is not waited for: the caller is told at once', () =>
    scene(async () => {
      await carol.vanish();
      await until(
        'the end of its connection',
        async () => (await server.status()).house['wss connection'] === undefined,
      );
      await alice.dial('203');
      assert.match(await alice.closed(2000), /^480 /);
      assert.equal((await server.status()).registrations, 2, 'the binding stays');
    }));

  test('nothing is left over', () =>
    scene(async () => {
      await server.quietStatus();
    }));
});
