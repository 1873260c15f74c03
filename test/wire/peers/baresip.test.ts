import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Baresip } from './baresip.ts';
import { witnessed } from './until.ts';

/** Proves the driver and its ear: two phones, nothing between them. */
describe('two baresip phones without an exchange', () => {
  const phones: Baresip[] = [];
  before(async () => {
    phones.push(await Baresip.start({ number: 'alice', name: 'Alice A', tone: 620 }));
    phones.push(await Baresip.start({ number: 'bob', tone: 830 }));
  });
  after(async () => {
    for (const phone of phones) await phone.stop();
  });

  const pair = (): readonly [Baresip, Baresip] => {
    const [alice, bob] = phones;
    assert.ok(alice !== undefined && bob !== undefined);
    return [alice, bob];
  };

  test('call, hear each other, hold, resume, press a key, hang up', async () => {
    const [alice, bob] = pair();
    await witnessed(phones, async () => {
      await alice.dial(bob.address);
      assert.deepEqual(await bob.rings(), { name: 'Alice A', number: 'alice' });
      assert.deepEqual(bob.display(), { name: 'Alice A', number: 'alice' });
      await alice.hearsRinging();
      await bob.accept();
      await Promise.all([alice.established(), bob.established()]);
      await Promise.all([alice.hearsTone(830), bob.hearsTone(620)]);

      await bob.hold();
      await assert.rejects(bob.hearsTone(620, bob.mark(), 400));
      await bob.resume();
      const resumed = [alice.mark(), bob.mark()] as const;
      await Promise.all([alice.hearsTone(830, resumed[0]), bob.hearsTone(620, resumed[1])]);
      await Promise.all([alice.hearsOnlyTone(830, alice.mark()), bob.hearsOnlyTone(620, bob.mark())]);
      await assert.rejects(alice.hearsTone(620, undefined, 100));

      await alice.keys('7');
      assert.equal((await bob.event('CALL_DTMF_START')).param, '7');
      await alice.hangup();
      await Promise.all([alice.closed(), bob.closed()]);
    });
  });

  test('cancel while it rings', async () => {
    const [alice, bob] = pair();
    await witnessed(phones, async () => {
      await bob.dial(alice.address);
      await alice.rings();
      await bob.hearsRinging();
      await bob.hangup();
      await Promise.all([alice.closed(), bob.closed()]);
      const cancel = await alice.message('CANCEL', (m) => m.method === 'CANCEL' && !m.sent && m.status === 0);
      assert.match(cancel.startLine, /^CANCEL sip:alice/);
    });
  });
});
