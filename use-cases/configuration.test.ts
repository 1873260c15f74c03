import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  asHeard,
  type Configuration,
  type ExchangeOptions,
  findClip,
  PASSWORD,
  type Phone,
  phoneOf,
  type Stage,
  story,
  TONES,
  type World,
} from '../testing/index.ts';

const secret = PASSWORD;
const PEOPLE = {
  101: { name: 'Alice', secret },
  102: { name: 'Bob', secret },
  103: { name: 'Carol', secret },
} as const satisfies Configuration['endpoints'];

/** The people with what is particular about some of them, and whatever else is configured. */
function people(
  particular: Readonly<Record<string, NonNullable<Configuration['endpoints']>[string]>> = {},
  rest: Configuration = {},
): { readonly exchange: ExchangeOptions } {
  const all = Object.entries({ ...PEOPLE, ...particular }).map(([number, endpoint]) => [
    number,
    { ...PEOPLE[number as unknown as keyof typeof PEOPLE], ...endpoint },
  ]);
  return { exchange: { configuration: { ...rest, endpoints: Object.fromEntries(all) } } };
}

async function registered({ alice, bob, carol }: Stage): Promise<void> {
  for (const phone of [alice, bob, carol]) await phone.register();
}

/** Dials, and waits until it is refused; the status. */
async function refused(world: World, phone: Phone, number: string): Promise<number | undefined> {
  const call = phone.dial(number);
  await world.until(() => call.ended);
  return call.refusal?.status;
}

function audioLine(phone: Phone): string | undefined {
  const body = phone.incoming?.invite?.body ?? new Uint8Array();
  return /^m=audio.*$/m.exec(String.fromCharCode(...body))?.[0];
}

/** Values of a header in the answers to a phone's requests. */
function answersTo(world: World, name: string, header: string): readonly string[] {
  return world.transcript.messages
    .filter(({ to, firstLine }) => to === name && firstLine.startsWith('SIP/2.0'))
    .flatMap(({ text }) =>
      [...text.matchAll(new RegExp(`^${header}: *(.*)\r$`, 'gm'))].map(([, value]) => value ?? ''),
    );
}

story(
  'A reload during a call: the call goes on, the next one follows the new configuration',
  async (stage) => {
    const { world, exchange, alice, bob, carol } = stage;
    await registered(stage);
    const call = alice.dial('102');
    const heard = await bob.answer();
    await world.until(() => call.hearsOnly(TONES.bob) && heard.hearsOnly(TONES.alice));
    exchange.reload({
      endpoints: { 101: PEOPLE[101], 103: PEOPLE[103], 104: { name: 'Dave', secret } },
      extensions: { 150: { dial: 103 } },
    });
    await world.after('3s');
    assert.ok(call.up && heard.up);
    await world.until(() => call.hearsOnly(TONES.bob) && heard.hearsOnly(TONES.alice), '2s');
    await call.hangup();
    await world.until(() => heard.ended);
    assert.equal(await refused(world, alice, '102'), 404, 'Bob is gone');
    const dave = phoneOf(world, exchange, 'dave', { number: '104', address: '10.0.0.14' });
    await dave.register();
    const next = dave.dial('150');
    await carol.answer();
    await world.until(() => next.up);
    await next.hangup();
  },
  people(),
);

story(
  'A reload while it rings: who rings goes on ringing, and what follows no answer is what was said when the call began',
  async ({ world, exchange, alice, bob, carol }) => {
    for (const phone of [alice, bob, carol]) await phone.register();
    const call = alice.dial('150');
    await bob.rings();
    exchange.reload({ endpoints: PEOPLE, extensions: { 150: { hangup: 603 }, 160: { hangup: 410 } } });
    await carol.answer();
    await world.until(() => call.up);
    await call.hangup();
    assert.equal(await refused(world, alice, '150'), 603);
  },
  people({}, { extensions: { 150: { dial: 102, for: '10s', otherwise: 160 }, 160: { dial: 103 } } }),
);

story(
  'A configuration with mistakes, or for another realm, changes nothing',
  async (stage) => {
    const { world, exchange, alice, bob } = stage;
    await registered(stage);
    assert.throws(() => exchange.reload({ endpoints: { 101: { name: 'Alice' } } }), /no way to say who it is/);
    assert.throws(() => exchange.reload({ endpoints: {}, realm: 'elsewhere' }), /realm cannot change/);
    assert.throws(
      () => exchange.reload({ endpoints: {}, extensions: { '1X': { echo: true, dial: 9 } } }),
      /says dial and echo/,
    );
    const call = alice.dial('102');
    await bob.answer();
    await world.until(() => call.up);
    await call.hangup();
  },
  people(),
);

story(
  'A secret that changes at a reload: the old one is refused from then on',
  async ({ exchange, alice }) => {
    await alice.register();
    exchange.reload({ endpoints: { 101: { secret: 'another' } } });
    await assert.rejects(alice.register(), /401/);
    exchange.reload({ endpoints: PEOPLE });
    await alice.register();
  },
  people(),
);

story(
  'codecs of an endpoint: offered to it and taken from it, in its order, whatever the others speak',
  async (stage) => {
    const { world, exchange, alice } = stage;
    const bob = phoneOf(world, exchange, 'old', {
      number: '102',
      address: '10.0.0.22',
      tone: TONES.bob,
      codecs: ['PCMU', 'PCMA'],
    });
    await alice.register();
    await bob.register();
    const call = alice.dial('102');
    const heard = await bob.answer();
    assert.match(audioLine(bob) ?? '', /RTP\/AVP 8(?: 13)?(?: 101)?$/, 'A-law alone');
    await world.until(() => call.hearsOnly(TONES.bob) && heard.hearsOnly(TONES.alice));
    await call.hangup();
    await world.until(() => heard.ended);
    const back = bob.dial('101');
    await alice.answer();
    await world.until(() => back.up);
    const answer = world.transcript.messages.findLast(
      ({ to, firstLine }) => to === 'old' && firstLine.includes('200 OK'),
    );
    assert.match(answer?.text ?? '', /m=audio \d+ RTP\/AVP 8/);
    await back.hangup();
  },
  people({ 102: { codecs: ['PCMA'] } }),
);

story(
  'calls of an endpoint count in both directions: the next is busy, to it and from it',
  async (stage) => {
    const { world, alice, bob, carol } = stage;
    await registered(stage);
    const call = alice.dial('102');
    await bob.answer();
    await world.until(() => call.up);
    assert.equal(await refused(world, carol, '102'), 486);
    assert.equal(await refused(world, bob, '103'), 486);
    await call.hangup();
    await world.until(() => bob.calls.every(({ ended }) => ended));
    const next = bob.dial('103');
    await carol.answer();
    await world.until(() => next.up);
    await next.hangup();
  },
  people({ 102: { calls: 1 } }),
);

story(
  'callerId of an endpoint is what those it calls see; who calls it sees its own name',
  async (stage) => {
    const { world, alice, bob } = stage;
    await registered(stage);
    const call = alice.dial('102');
    assert.deepEqual((await bob.rings()).display, { name: 'Reception', number: '100' });
    await call.hangup();
    const back = bob.dial('101');
    await alice.answer();
    await world.until(() => back.up);
    assert.deepEqual(back.display, { name: 'Alice', number: '101' });
    await back.hangup();
  },
  people({ 101: { callerId: { name: 'Reception', number: 100 } } }),
);

story(
  'maxContacts of an endpoint: the second phone displaces the first, where others may have ten',
  async ({ world, exchange, alice, bob }) => {
    const [another, second] = ['101', '102'].map((number, at) =>
      phoneOf(world, exchange, `second ${number}`, { number, address: `10.0.0.${21 + at}` }),
    );
    await alice.register();
    await bob.register();
    assert.deepEqual((await another?.register())?.contacts, [another?.uri]);
    assert.equal((await second?.register())?.contacts.length, 2);
  },
  people({ 101: { maxContacts: 1 } }),
);

story(
  'algorithms of an endpoint: it is offered its own, everybody else those of the exchange, and who does not exist either of them',
  async ({ world, exchange, alice, bob }) => {
    await alice.register();
    await bob.register();
    const unknown = phoneOf(world, exchange, 'unknown', { number: '999', address: '10.0.0.29' });
    await assert.rejects(unknown.register(), /401/);
    const offered = (name: string): readonly string[] =>
      answersTo(world, name, 'WWW-Authenticate').flatMap((line) => /algorithm=([\w-]+)/.exec(line)?.[1] ?? []);
    assert.deepEqual([...new Set(offered('alice'))], ['MD5']);
    assert.deepEqual(offered('bob').slice(0, 2), ['SHA-256', 'MD5']);
    assert.ok(['MD5', 'SHA-256 MD5'].includes([...new Set(offered('unknown'))].join(' ')), 'as an endpoint might be');
  },
  { ...people({ 101: { algorithms: ['MD5'] } }), chaos: 'none' },
);

story(
  'addresses of an endpoint: from there no password is asked for, from elsewhere nobody is let in',
  async ({ world, exchange, bob }) => {
    await bob.register();
    const gateway = { number: '110', password: 'none', displayName: 'Door' };
    const inside = phoneOf(world, exchange, 'door', { ...gateway, address: '10.0.1.7' });
    const outside = phoneOf(world, exchange, 'thief', { ...gateway, address: '10.0.2.7' });
    const call = inside.dial('102');
    await bob.answer();
    await world.until(() => call.up);
    assert.deepEqual(answersTo(world, 'door', 'WWW-Authenticate'), []);
    await call.hangup();
    await inside.register();
    await assert.rejects(outside.register(), /401/);
    assert.equal(await refused(world, outside, '102'), 401);
  },
  people({ 110: { name: 'Door', addresses: ['10.0.1.0/24'] } }),
);

story(
  'contacts of an endpoint are rung without any registration',
  async ({ world, alice, bob }) => {
    await alice.register();
    const call = alice.dial('102');
    await bob.answer();
    await world.until(() => call.up);
    assert.equal(bob.incoming?.invite?.uriText, 'sip:102@10.0.0.12:5060');
    await call.hangup();
  },
  people({ 102: { contacts: ['sip:102@10.0.0.12:5060'] } }),
);

story(
  'transports of an endpoint: over another it may do nothing',
  async ({ world, alice, bob }) => {
    await assert.rejects(alice.register(), /403/);
    await bob.register();
    assert.equal(await refused(world, alice, '102'), 403);
  },
  people({ 101: { transports: ['tls', 'wss'] } }),
);

story(
  'A table of extensions: sounds, refusals, groups, and what goes on when nobody answers',
  async (stage) => {
    const { world, alice, bob, carol } = stage;
    await registered(stage);
    const prompt = alice.dial('800');
    await world.until(() => prompt.ended);
    const weasels = asHeard(readFileSync(new URL('../sounds/demo/weasels.wav', import.meta.url)));
    if (stage.calm) assert.ok(findClip(prompt.heard.samples, weasels) !== undefined, 'the prompt was not heard');
    assert.equal(await refused(world, alice, '899'), 410);
    const echo = alice.dial('801');
    await world.until(() => echo.hearsOnly(TONES.alice));
    await echo.hangup();
    const group = alice.dial('610');
    await bob.rings();
    await carol.answer();
    await world.until(() => group.up && bob.calls.every(({ ended }) => ended));
    await group.hangup();
    const patient = alice.dial('620');
    await bob.rings();
    const next = await carol.answer('30s');
    await world.until(() => patient.up);
    assert.deepEqual(next.display, { name: 'Alice', number: '101' });
    await patient.hangup();
    const other = alice.dial('699');
    await carol.rings();
    await other.hangup();
    assert.equal(await refused(world, alice, '555'), 404);
  },
  people(
    {},
    {
      extensions: {
        800: { play: 'demo/weasels' },
        801: { echo: true },
        899: { hangup: 410 },
        610: { dial: [102, 103] },
        620: { dial: 102, for: '5s', otherwise: 103 },
        '69X': { dial: 103 },
      },
    },
  ),
);

story(
  'timers: T1 is the first wait before a request is sent again',
  async ({ world, alice }) => {
    await alice.register();
    const call = alice.dial('102');
    await world.until(() => call.ended, '40s');
    const sent = world.transcript.messages.filter(({ firstLine }) => firstLine.startsWith('INVITE sip:102@10.0.0.99'));
    const [first, second, third] = sent.map(({ at }) => at);
    assert.deepEqual(
      [second, third].map((at) => (at ?? 0) - (first ?? 0)),
      [200, 600],
    );
  },
  { ...people({ 102: { contacts: ['sip:102@10.0.0.99'] } }, { timers: { T1: '200ms' } }), chaos: 'none' },
);

story(
  'registration: what is asked for lies between floor and ceiling',
  async ({ alice, bob, carol }) => {
    assert.equal((await alice.register({ expires: 100_000 })).expires, 7200 * 2);
    assert.equal((await bob.register({ expires: 700 })).expires, 700);
    await assert.rejects(carol.register({ expires: 300 }), /423/);
  },
  people({}, { registration: { floor: '10m', ceiling: '4h' } }),
);

for (const latch of [true, false])
  story(
    latch
      ? 'latch of an endpoint: audio from behind a NAT is found by where it comes from'
      : 'latch: false: audio goes where SDP says, and what comes from elsewhere is not heard',
    async ({ world, exchange, alice }) => {
      const box = world.nat({ kind: 'port-restricted', address: '203.0.113.7' });
      const home = phoneOf(world, exchange, 'home', {
        number: '102',
        address: '192.168.1.7',
        behind: box,
        tone: TONES.bob,
      });
      await alice.register();
      await home.register();
      const call = home.dial('101');
      const heard = await alice.answer();
      await world.until(() => call.up);
      if (latch) await world.until(() => call.hearsOnly(TONES.alice) && heard.hearsOnly(TONES.bob));
      await world.after('3s');
      assert.equal(call.hears(TONES.alice), latch);
      assert.equal(heard.hears(TONES.bob), latch);
      await call.hangup();
      await home.unregister();
    },
    { ...people({ 102: { latch } }), chaos: 'none' },
  );
