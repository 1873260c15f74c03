import assert from 'node:assert/strict';
import { type Phone, phoneOf, type Stage, story, TONES } from '../testing/index.ts';

const MINUTE = 60_000;

/** What one host sent, requests by method and responses by status, with what it says in one header. */
function said({ world }: Stage, from: string, what: RegExp, header: string): string[] {
  return world.transcript.messages
    .filter((message) => message.from === from && what.test(message.firstLine))
    .map(({ text }) => new RegExp(`^${header}:[ ]*(.*?)\\r$`, 'im').exec(text)?.[1] ?? '');
}

/** Erin requires reliable provisional responses, Frank sends them: both of number 101 and 102, both registered. */
async function reliable({ world, exchange }: Stage): Promise<{ erin: Phone; frank: Phone }> {
  const erin = phoneOf(world, exchange, 'erin', {
    number: '101',
    address: '10.0.0.31',
    tone: 500,
    reliable: 'requires',
  });
  const frank = phoneOf(world, exchange, 'frank', {
    number: '102',
    address: '10.0.0.32',
    tone: 700,
    reliable: 'supports',
  });
  await erin.register();
  await frank.register();
  return { erin, frank };
}

story('A phone that requires reliable ringing gets it, and acknowledges it by PRACK', async (stage) => {
  const { world } = stage;
  const { erin, frank } = await reliable(stage);
  const call = erin.dial('102');
  const ringing = await frank.rings();
  // Whatever gets lost: every 180 comes again until its PRACK.
  await world.until(() => call.ringing);
  assert.deepEqual(call.display, { name: 'Bob', number: '102' });
  await ringing.answer();
  await world.until(() => call.hearsOnly(700) && ringing.hearsOnly(500));
  await call.hangup();
  const [rseq] = said(stage, 'exchange', /^SIP\/2.0 180/, 'RSeq');
  assert.ok(said(stage, 'exchange', /^SIP\/2.0 180/, 'Require').every((value) => value === '100rel'));
  assert.match(said(stage, 'erin', /^PRACK/, 'RAck')[0] ?? '', new RegExp(`^${rseq} \\d+ INVITE$`));
});

story('We require it of nobody who did not', async (stage) => {
  const { world, alice } = stage;
  const { frank } = await reliable(stage);
  await alice.register();
  const call = alice.dial('102');
  const answered = await frank.answer();
  await world.until(() => call.up);
  assert.ok(said(stage, 'exchange', /^INVITE/, 'Require').every((value) => value === ''));
  assert.ok(said(stage, 'exchange', /^SIP\/2.0 18/, 'Require').every((value) => value === ''));
  await answered.hangup();
  await world.until(() => call.ended);
});

story('Requires it and makes no offer: ours rides on the 180, her answer on the PRACK', async (stage) => {
  const { world } = stage;
  const { erin, frank } = await reliable(stage);
  const call = erin.dial('102', { delayedOffer: true });
  const ringing = await frank.rings();
  await world.until(() => call.ringing);
  await ringing.answer();
  await world.until(() => call.hearsOnly(700) && ringing.hearsOnly(500));
  assert.ok(said(stage, 'erin', /^PRACK/, 'Content-Type').includes('application/sdp'));
  assert.deepEqual(new Set(said(stage, 'erin', /^ACK/, 'Content-Type')), new Set(['']));
  await call.hangup();
});

story('A called phone that answers in a reliable 183 is heard; its 200 needs no answer again', async (stage) => {
  const { world, alice } = stage;
  const { frank } = await reliable(stage);
  await alice.register();
  const call = alice.dial('102');
  const ringing = await frank.rings();
  ringing.early();
  await world.until(() => new Set(said(stage, 'exchange', /^PRACK/, 'RAck')).size === 2);
  await ringing.answer();
  await world.until(() => call.hearsOnly(700) && ringing.hearsOnly(TONES.alice));
  assert.ok(said(stage, 'frank', /^SIP\/2.0 183/, 'Content-Type').includes('application/sdp'));
  const finals = world.transcript.messages.filter(
    ({ from, firstLine, cseq }) => from === 'frank' && /^SIP\/2.0 200/.test(firstLine) && cseq.endsWith('INVITE'),
  );
  assert.ok(finals.length > 0 && finals.every(({ text }) => !text.includes('application/sdp')));
  await call.hangup();
});

story('Hold by UPDATE: Bob hears music while Alice holds, and Alice again after', async ({ world, alice, bob }) => {
  await alice.register();
  await bob.register();
  const call = alice.dial('102');
  const other = await bob.answer();
  await world.until(() => call.hearsOnly(TONES.bob) && other.hearsOnly(TONES.alice));
  await call.update('sendonly');
  await world.until(() => other.hearsSound() && !other.hears(TONES.alice));
  await call.update();
  await world.until(() => call.hearsOnly(TONES.bob) && other.hearsOnly(TONES.alice));
  assert.equal(other.reoffers, 0, 'hold ends at the exchange');
  await call.hangup();
});

story('A phone’s session timer is refreshed as long as it talks', async (stage) => {
  const { world, exchange, bob } = stage;
  const erin = phoneOf(world, exchange, 'erin', { number: '101', address: '10.0.0.31', timer: { expires: 120 } });
  await erin.register();
  await bob.register();
  const call = erin.dial('102');
  const answered = await bob.answer();
  await world.until(() => call.up);
  const started = world.now;
  await world.after('5m');
  assert.ok(call.up && answered.up);
  const refreshes = said(stage, 'erin', /^UPDATE/, 'Session-Expires');
  assert.ok(refreshes.length >= 4, `${refreshes.length} refreshes in ${(world.now - started) / MINUTE} minutes`);
  assert.ok(refreshes.every((value) => value === '120;refresher=uac'));
  assert.ok(said(stage, 'exchange', /^SIP\/2.0 200/, 'Session-Expires').includes('120;refresher=uac'));
  await call.hangup();
  await world.until(() => answered.ended);
});

story('A phone with a session timer that loses power is found out by it', async (stage) => {
  const { world, exchange, bob } = stage;
  const erin = phoneOf(world, exchange, 'erin', { number: '101', address: '10.0.0.31', timer: { expires: 120 } });
  await erin.register();
  await bob.register();
  const call = erin.dial('102');
  const answered = await bob.answer();
  await world.until(() => call.up);
  await call.hold();
  erin.vanish();
  await world.until(() => answered.ended, '2m');
});

story('A held leg whose phone loses power is found out within six minutes', async ({ world, alice, bob }) => {
  await alice.register();
  await bob.register();
  const call = alice.dial('102');
  const answered = await bob.answer();
  await world.until(() => call.up);
  await call.hold();
  await world.after('6m');
  assert.ok(answered.up, 'a phone that answers is left alone');
  alice.vanish();
  await world.until(() => answered.ended, '6m');
});

story('Max-Forwards crosses the exchange, less one; at 0 the call ends with 483', async (stage) => {
  const { world, alice, bob } = stage;
  await alice.register();
  await bob.register();
  const call = alice.dial('102', { headers: [['Max-Forwards', '20']] });
  await bob.answer();
  await world.until(() => call.up);
  assert.deepEqual(new Set(said(stage, 'exchange', /^INVITE/, 'Max-Forwards')), new Set(['19']));
  await call.hangup();
  const looping = alice.dial('102', { headers: [['Max-Forwards', '0']] });
  await world.until(() => looping.ended);
  assert.equal(looping.refusal?.status, 483);
});

story('What requires an extension that nobody has is refused with its name', async ({ world, alice }) => {
  await alice.register();
  const call = alice.dial('102', { headers: [['Require', 'teleportation']] });
  await world.until(() => call.ended);
  assert.equal(call.refusal?.status, 420);
  assert.equal(call.refusal?.response?.headers.get('Unsupported'), 'teleportation');
});

story('A number that was not dialled is incomplete', async ({ world, alice }) => {
  await alice.register();
  const call = alice.dial('sip:10.0.0.1');
  await world.until(() => call.ended);
  assert.equal(call.refusal?.status, 484);
});

story('Two phones that hold each other at the same moment both succeed', async ({ world }) => {
  const dan = world.phone('dan', { number: '1', address: '10.0.0.41', tone: 500 });
  const eve = world.phone('eve', { number: '2', address: '10.0.0.42', tone: 700 });
  const call = dan.dial(eve.uri);
  const other = await eve.answer();
  await world.until(() => call.hearsOnly(700) && other.hearsOnly(500));
  await Promise.all([call.hold(), other.hold()]);
  await world.until(() => call.heldByPeer || other.heldByPeer);
  await call.hangup();
});

story(
  'An INVITE from a forged address costs one 401, not eleven (RFC 3261 §26.3.2.4)',
  async (stage) => {
    const { world, alice } = stage;
    alice.dial('102');
    await world.until(() => said(stage, 'alice', /^INVITE/, 'CSeq').length === 1);
    alice.vanish();
    await world.after('1m');
    assert.equal(said(stage, 'exchange', /^SIP\/2.0 401/, 'CSeq').length, 1);
  },
  { chaos: 'none' },
);
