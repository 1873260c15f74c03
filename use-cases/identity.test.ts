import assert from 'node:assert/strict';
import { DEMO_CONFIG } from '../src/demo.ts';
import type { Account } from '../src/pbx/index.ts';
import { cruel, type Phone, phoneOf, type Stage, story, TONES, type World } from '../testing/index.ts';

const ANONYMOUS = { name: 'Anonymous', number: 'anonymous' };

/** The demo's people, some of them in particular circumstances. */
function people(changes: Readonly<Record<string, Partial<Account>>>): { readonly accounts: readonly Account[] } {
  return { accounts: DEMO_CONFIG.accounts.map((account) => ({ ...account, ...changes[account.number] })) };
}

/** Every message that went to or came from a host of that name. */
function messagesOf(world: World, name: string): string {
  return world.transcript.messages
    .filter(({ from, to }) => from === name || to === name)
    .map(({ text }) => text)
    .join('\n');
}

function inviteTo(phone: Phone): string {
  const headers = phone.incoming?.invite?.headers ?? [];
  return [...headers].map(([name, value]) => `${name}: ${value}`).join('\n');
}

async function registered({ alice, bob, carol }: Stage): Promise<void> {
  for (const phone of [alice, bob, carol]) await phone.register();
}

story('our own phones are told who calls and who is called (P-Asserted-Identity, RFC 3325)', async (stage) => {
  const { world, alice, bob } = stage;
  await registered(stage);
  const call = alice.dial('102', { headers: [['P-Asserted-Identity', '"The Boss" <sip:100@10.0.0.1>']] });
  const ringing = await bob.rings();
  assert.match(inviteTo(bob), /^P-Asserted-Identity: "Alice" <sip:101@10\.0\.0\.1>$/m);
  assert.doesNotMatch(inviteTo(bob), /Boss|Remote-Party-ID|Privacy/);
  await ringing.answer();
  await world.until(() => call.up);
  assert.deepEqual(call.display, { name: 'Bob', number: '102' });
  await call.hangup();
});

story('*67 and a number: the call goes through, and Bob’s phone shows Anonymous', async (stage) => {
  const { world, alice, bob } = stage;
  await registered(stage);
  const call = alice.dial('*67102');
  const ringing = await bob.rings();
  assert.deepEqual(ringing.display, ANONYMOUS);
  await ringing.answer();
  await world.until(() => call.up && call.hearsOnly(TONES.bob) && ringing.hearsOnly(TONES.alice));
  assert.deepEqual(ringing.display, ANONYMOUS);
  assert.deepEqual(call.display, { name: 'Bob', number: '102' });
  const toBob = messagesOf(world, 'bob')
    .split('\r\n')
    .filter((line) => !/^(?:Via|Contact|To|f|t):/.test(line))
    .join('\n');
  assert.doesNotMatch(toBob, /Alice|sip:101@/);
  await call.hangup();
});

for (const [what, headers] of [
  ['Privacy: id (RFC 3325)', [['Privacy', 'id']]],
  ['Privacy: user;header (RFC 3323)', [['Privacy', 'header;user;critical']]],
] as const) {
  story(`a phone that asks for ${what} is not named`, async (stage) => {
    const { alice, bob, world } = stage;
    await registered(stage);
    const call = alice.dial('102', { headers });
    assert.deepEqual((await bob.rings()).display, ANONYMOUS);
    assert.doesNotMatch(inviteTo(bob), /P-Asserted-Identity|Alice/);
    await call.hangup();
    const open = alice.dial('102', { headers: [['Privacy', 'none']] });
    await world.until(() => bob.calls.length === 2 && bob.ringing);
    assert.deepEqual(bob.incoming?.display, { name: 'Alice', number: '101' });
    await open.hangup();
  });
}

story(
  'a trusted endpoint is told who withheld his number, and what it asserts is believed',
  async (stage) => {
    const { alice, bob, carol, world } = stage;
    await registered(stage);
    const withheld = alice.dial('*67103');
    await carol.rings();
    assert.match(inviteTo(carol), /^From: "Anonymous" <sip:anonymous@anonymous\.invalid>;tag=/m);
    assert.match(inviteTo(carol), /^P-Asserted-Identity: "Alice" <sip:101@10\.0\.0\.1>$/m);
    assert.match(inviteTo(carol), /^Privacy: id$/m);
    assert.match(
      inviteTo(carol),
      /^Remote-Party-ID: "Alice" <sip:101@10\.0\.0\.1>;party=calling;screen=yes;privacy=full$/m,
    );
    await withheld.hangup();
    for (const [name, privacy, shows] of [
      ['P-Asserted-Identity', '', { name: 'Mum', number: '+15550100' }],
      ['Remote-Party-ID', ';privacy=off;screen=yes', { name: 'Mum', number: '+15550100' }],
      ['Remote-Party-ID', ';privacy=full;screen=yes', ANONYMOUS],
    ] as const) {
      const before = bob.calls.length;
      const call = carol.dial('102', { headers: [[name, `"Mum" <sip:+15550100@pstn.example>${privacy}`]] });
      await world.until(() => bob.calls.length > before && bob.ringing);
      assert.deepEqual(bob.incoming?.display, shows);
      await call.hangup();
    }
  },
  { exchange: people({ 103: { trusted: true, remotePartyId: true } }) },
);

const TRUNK = '10.0.0.50';
story(
  'who calls through a trunk is who its From says where it asserts nothing; one that names itself, or a number that is withheld, is not',
  async (stage) => {
    const { bob, world, exchange } = stage;
    await registered(stage);
    for (const [number, displayName, more, shows] of [
      ['+15550100', 'Zoe', [], { name: 'Zoe', number: '+15550100' }],
      [
        '+15550100',
        'Zoe',
        [['P-Asserted-Identity', '"Mum" <sip:+15550111@a.example>']],
        { name: 'Mum', number: '+15550111' },
      ],
      ['+15550100', 'Zoe', [['Privacy', 'id']], ANONYMOUS],
      ['trunk', 'Any', [], { name: 'Trunk', number: 'trunk' }],
    ] as const) {
      const port = 5060 + bob.calls.length;
      const caller = phoneOf(world, exchange, `trunk ${port}`, { number, displayName, address: TRUNK, port });
      const before = bob.calls.length;
      const call = caller.dial('102', { headers: more });
      await world.until(() => bob.calls.length > before && bob.ringing);
      assert.deepEqual(bob.incoming?.display, shows);
      await call.hangup();
    }
  },
  {
    exchange: {
      accounts: [...DEMO_CONFIG.accounts, { number: 'trunk', name: 'Trunk', addresses: [TRUNK], trusted: true }],
    },
  },
);

story(
  'P-Preferred-Identity chooses among one’s own identities, and among nobody else’s',
  async (stage) => {
    const { alice, bob, world } = stage;
    await registered(stage);
    for (const [preferred, shows] of [
      ['100', { name: 'Office', number: '100' }],
      ['103', { name: 'Alice', number: '101' }],
    ] as const) {
      const before = bob.calls.length;
      const call = alice.dial('102', { headers: [['P-Preferred-Identity', `<sip:${preferred}@10.0.0.1>`]] });
      await world.until(() => bob.calls.length > before && bob.ringing);
      assert.deepEqual(bob.incoming?.display, shows);
      await call.hangup();
    }
  },
  { exchange: people({ 101: { identities: [{ name: 'Office', number: '100' }] } }) },
);

story(
  'who takes no anonymous calls answers them with 433 (RFC 5079); who is blocked is declined, named or not',
  async (stage) => {
    const { alice, carol, world } = stage;
    await registered(stage);
    for (const [phone, number, status] of [
      [alice, '*67202', 433],
      [carol, '202', 603],
      [carol, '*67202', 433],
    ] as const) {
      const call = phone.dial(number);
      await world.until(() => call.ended, '40s');
      assert.equal(call.refusal?.status, status);
    }
  },
  { exchange: people({ 102: { rejectAnonymous: true, blocked: ['10N'] } }) },
);

story('neither phone learns where, or what, the other one is', async (stage) => {
  const { world, alice, bob } = stage;
  await registered(stage);
  const call = alice.dial('102', { headers: [['Record-Route', '<sip:10.9.9.9;lr>']] });
  const answered = await bob.answer();
  await world.until(() => call.up && call.hearsOnly(TONES.bob));
  await answered.hold();
  await answered.resume();
  await call.hangup();
  await world.until(() => answered.ended);
  const [toAlice, toBob] = [messagesOf(world, 'alice'), messagesOf(world, 'bob')];
  for (const secret of [/10\.0\.0\.12\b/, /Phone of bob/, new RegExp(answered.invite?.callId ?? 'none')])
    assert.doesNotMatch(toAlice, secret);
  for (const secret of [/10\.0\.0\.11\b/, /10\.9\.9\.9/, /Phone of alice/, new RegExp(call.invite?.callId ?? 'none')])
    assert.doesNotMatch(toBob, secret);
  const tags = new Set([call.session?.localTag ?? 'none', call.session?.remoteTag ?? 'none']);
  for (const tag of tags) assert.equal(toBob.includes(tag), false);
});

cruel('a call from *67', async (stage) => {
  await registered(stage);
  const call = stage.alice.dial('*67102');
  await stage.bob.answer();
  await stage.world.until(() => call.up);
  await call.hangup();
});
