import assert from 'node:assert/strict';
import { DEMO_CONFIG, demoRules } from '../src/demo.ts';
import type { Account, DialplanBuilder } from '../src/pbx/index.ts';
import { phoneOf, type Stage, story, TONES } from '../testing/index.ts';

/** 500 talks to 102 and, when he has hung up, to 103. */
function twoTalks(builder: DialplanBuilder): void {
  demoRules(builder);
  builder.on('500', async (call) => {
    for (const number of ['102', '103']) {
      const result = await call.dial(number);
      if (result.kind === 'answered') await call.bridge(result.leg);
    }
  });
}

const ALLOW = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS'];
const accounts = (changes: Partial<Account>): readonly Account[] =>
  DEMO_CONFIG.accounts.map((account) => (account.number === '101' ? { ...account, ...changes } : account));

async function throughBobToCarol({ world, alice, bob, carol }: Stage, caller = alice): Promise<void> {
  for (const phone of [caller, bob, carol]) await phone.register();
  const call = caller.dial('500');
  const atBob = await bob.answer();
  await world.until(() => call.up && call.hearsOnly(TONES.bob));
  assert.deepEqual(call.display, { name: 'Bob', number: '102' });
  const [ssrc] = call.stream.ssrcs;
  await atBob.hangup();
  const atCarol = await carol.answer();
  await world.until(() => call.hearsOnly(TONES.carol) && call.display.number === '103');
  assert.deepEqual(call.display, { name: 'Carol', number: '103' });
  assert.deepEqual(call.stream.ssrcs, [ssrc]);
  await call.hangup();
  await world.until(() => atCarol.ended);
}

story(
  'a call that goes on to somebody else shows him: by UPDATE, once',
  async (stage) => {
    await throughBobToCarol(stage);
    if (!stage.calm) return;
    const toAlice = stage.world.transcript.messages.filter(({ to }) => to === 'alice');
    const updates = toAlice.filter(({ firstLine }) => firstLine.startsWith('UPDATE '));
    assert.equal(updates.length, 1);
    assert.match(updates[0]?.text ?? '', /^P-Asserted-Identity: "Carol" <sip:103@10\.0\.0\.1>\r$/m);
    assert.doesNotMatch(updates[0]?.text ?? '', /^m=/m);
    assert.equal(toAlice.filter(({ firstLine }) => firstLine.startsWith('INVITE ')).length, 0);
    // Those she talked to saw her from the start, and were told nothing anew.
    const toOthers = stage.world.transcript.messages.filter(({ to }) => to === 'bob' || to === 'carol');
    assert.equal(toOthers.filter(({ firstLine }) => firstLine.startsWith('UPDATE ')).length, 0);
  },
  { exchange: { rules: twoTalks } },
);

story(
  'a phone without UPDATE is told by a re-INVITE whose description has not changed by a byte',
  async (stage) => {
    const { world, exchange, calm } = stage;
    const old = phoneOf(world, exchange, 'old', {
      address: '10.0.0.29',
      number: '101',
      tone: TONES.alice,
      allow: ALLOW,
    });
    await throughBobToCarol(stage, old);
    if (!calm) return;
    const toOld = world.transcript.messages.filter(({ to, text }) => to === 'old' && /^m=audio/m.test(text));
    const reinvite = toOld.find(({ firstLine }) => firstLine.startsWith('INVITE '));
    const answer = toOld.find(({ firstLine }) => firstLine.startsWith('SIP/2.0 200'));
    assert.match(reinvite?.text ?? '', /^P-Asserted-Identity: "Carol" </m);
    const bodies = [reinvite, answer].map((message) => message?.text.slice(message.text.indexOf('v=0')));
    assert.equal(bodies[0], bodies[1]);
  },
  { exchange: { rules: twoTalks } },
);

story(
  'a caller whose number is withheld stays nameless to those the call goes on to',
  async (stage) => {
    const { world, alice, bob, carol } = stage;
    for (const phone of [alice, bob, carol]) await phone.register();
    const call = alice.dial('*67500');
    const atBob = await bob.answer();
    await world.until(() => call.up && atBob.hearsOnly(TONES.alice));
    await atBob.hangup();
    const atCarol = await carol.answer();
    await world.until(() => call.hearsOnly(TONES.carol) && atCarol.hearsOnly(TONES.alice));
    await world.after('2s');
    for (const { displays } of [atBob, atCarol])
      assert.deepEqual([...new Set(displays.map(({ number }) => number))], ['anonymous']);
    await call.hangup();
  },
  { exchange: { rules: twoTalks } },
);

story(
  'a phone that reads Remote-Party-ID is told by it too',
  async (stage) => {
    await throughBobToCarol(stage);
    const told = stage.world.transcript.messages.filter(({ to }) => to === 'alice');
    const carol = /^Remote-Party-ID: "Carol" <sip:103@10\.0\.0\.1>;party=called;screen=yes;privacy=off\r$/m;
    assert.ok(told.some(({ firstLine, text }) => firstLine.startsWith('UPDATE ') && carol.test(text)));
  },
  { exchange: { rules: twoTalks, accounts: accounts({ remotePartyId: true }) } },
);
