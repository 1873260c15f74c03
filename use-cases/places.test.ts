import assert from 'node:assert/strict';
import {
  type Configuration,
  PASSWORD,
  type Phone,
  phoneOf,
  type Stage,
  startExchange,
  story,
} from '../testing/index.ts';

type Names = NonNullable<NonNullable<Parameters<typeof startExchange>[1]>['resolver']>;

const secret = PASSWORD;
const GATEWAY = 1300;

/** A zone whose records can change; everything it does not know is not there. */
interface Zone {
  readonly srv?: Readonly<Record<string, readonly (readonly [priority: number, target: string])[]>>;
  a: Readonly<Record<string, readonly string[]>>;
}

/** Name servers of the simulated world: they answer at once, and say five seconds for how long. */
function names(zone: Zone): Names {
  return {
    naptr: (_, then) => then({ ok: true, records: [] }),
    srv: (name, then) => {
      const records = zone.srv?.[name] ?? [];
      then({ ok: true, records: records.map(([priority, target]) => ({ priority, weight: 0, port: 5060, target })) });
    },
    addresses: (name, family, then) => then({ ok: true, records: family === 4 ? (zone.a[name] ?? []) : [], ttl: 5 }),
  };
}

const SOME = {
  srv: {
    '_sip._udp.gw.example.net': [
      [1, 'dead.example.net'],
      [2, 'live.example.net'],
    ],
    '_sip._tcp.gw.example.net': [
      [1, 'dead.example.net'],
      [2, 'live.example.net'],
    ],
  },
  a: { 'dead.example.net': ['10.0.0.90'], 'live.example.net': ['10.0.0.91'] },
} as const satisfies Zone;

function configuration(contacts: readonly string[], more: Configuration = {}, gateway: object = {}): Configuration {
  return {
    ...more,
    endpoints: {
      101: { name: 'Alice', secret },
      102: { name: 'Bob', secret },
      103: { name: 'Carol', secret },
      190: { name: 'Gateway', secret, contacts: [...contacts], ...gateway },
    },
  };
}

/** Somebody who never registers. */
function standing({ world }: Stage, address: string, more: Partial<Parameters<typeof phoneOf>[3]> = {}): Phone {
  return world.phone(`at ${address}`, { number: '190', address, tone: GATEWAY, ...more });
}

async function talk({ world, alice }: Stage, gateway: Phone): Promise<number> {
  const dialled = world.now;
  const call = alice.dial('190');
  const taken = await gateway.answer();
  const rang = world.now - dialled;
  await world.until(() => call.hearsOnly(GATEWAY));
  await call.hangup();
  await world.until(() => taken.ended);
  return rang;
}

story(
  'Places: a contact with a name is rung where its SRV records lead; one that says nothing is left for the next',
  async (stage) => {
    await stage.alice.register();
    const live = standing(stage, '10.0.0.91');
    const first = await talk(stage, live);
    const second = await talk(stage, live);
    if (stage.calm) assert.ok(first >= 3000 && first < 5000 && second < 1000, `${first} ms, then ${second} ms`);
    assert.equal(live.calls[0]?.invite?.uri.host, 'gw.example.net');
  },
  { exchange: { configuration: configuration(['sip:gw.example.net']), resolver: names(SOME) } },
);

story(
  'Places: over TCP an address that refuses, or answers 503, is left at once',
  async (stage) => {
    const { world, alice, calm } = stage;
    await alice.register();
    const live = standing(stage, '10.0.0.91', { transport: 'tcp' });
    const refused = await talk(stage, live);
    await world.after('2m');
    const full = standing(stage, '10.0.0.90', { transport: 'tcp' });
    const call = alice.dial('190');
    (await full.rings()).reject(503);
    const taken = await live.answer();
    await world.until(() => call.up);
    await call.hangup();
    await world.until(() => taken.ended);
    if (calm) assert.ok(refused < 1000, `${refused} ms`);
  },
  { exchange: { configuration: configuration(['sip:gw.example.net;transport=tcp']), resolver: names(SOME) } },
);

const moving: { a: Zone['a'] } = { a: {} };
story(
  'Places: a name that moves is found again without a restart',
  async (stage) => {
    await stage.alice.register();
    const nowhere = stage.alice.dial('190');
    await stage.world.until(() => nowhere.ended);
    assert.equal(nowhere.refusal?.status, 480);
    const told = stage.exchange.events.find(({ event }) => event === 'call.unreachable');
    assert.ok(told?.event === 'call.unreachable' && told.why === 'sip:gw.example.net: no address');
    moving.a = { 'gw.example.net': ['10.0.0.91'] };
    await stage.world.after('2m');
    await talk(stage, standing(stage, '10.0.0.91'));
    moving.a = { 'gw.example.net': ['10.0.0.92'] };
    await stage.world.after('2m');
    await talk(stage, standing(stage, '10.0.0.92'));
    moving.a = {};
  },
  { exchange: { configuration: configuration(['sip:gw.example.net']), resolver: names(moving) } },
);

const LONG = 'x'.repeat(250);
story(
  'Places: an INVITE too large for a datagram goes over TCP where the next hop named no transport',
  async (stage) => {
    const { world, alice, calm } = stage;
    await alice.register();
    const gateway = standing(stage, '10.0.0.91');
    const call = alice.dial('190');
    const taken = await gateway.answer();
    await world.until(() => call.hearsOnly(GATEWAY));
    const { invite } = taken;
    if (calm) assert.equal(invite?.via.transport, 'TCP');
    if (calm) assert.equal(invite?.contacts[0]?.uri.params.get('transport'), 'tcp');
    await taken.hangup();
    await world.until(() => call.ended);
  },
  {
    exchange: {
      configuration: {
        endpoints: {
          101: { name: LONG, secret, callerId: { name: LONG } },
          102: { secret },
          103: { secret },
          190: { name: 'Gateway', secret, contacts: ['sip:190@10.0.0.91'], remotePartyId: true },
        },
      },
    },
  },
);

story(
  'Places: a contact that named UDP gets datagrams, however large',
  async (stage) => {
    await stage.alice.register();
    const gateway = standing(stage, '10.0.0.91');
    await talk(stage, gateway);
    assert.equal(gateway.calls[0]?.invite?.via.transport, 'UDP');
  },
  {
    exchange: {
      configuration: {
        endpoints: {
          101: { name: LONG, secret, callerId: { name: LONG } },
          102: { secret },
          103: { secret },
          190: { name: 'Gateway', secret, contacts: ['sip:190@10.0.0.91;transport=udp'], remotePartyId: true },
        },
      },
    },
  },
);

story(
  'Places: contacts in the configuration are shown and asked whether they are there; a silent one is not rung beside others',
  async (stage) => {
    const { world, alice, exchange, calm } = stage;
    await alice.register();
    const there = standing(stage, '10.0.0.91');
    await world.after('3m');
    const seen = exchange.exchange.view.registrations().filter(({ account }) => account === '190');
    assert.deepEqual(
      seen.map(({ contact, source, expiresAt, reach }) => [contact, source, expiresAt, reach]),
      [
        ['sip:190@10.0.0.91', 'udp:10.0.0.91:5060', undefined, 'reachable'],
        ['sip:190@10.0.0.92', 'udp:10.0.0.92:5060', undefined, 'unreachable'],
      ],
    );
    const invited: string[] = [];
    world.network.observe(({ datagram: { bytes, to } }) => {
      if (String.fromCharCode(...bytes.subarray(0, 6)) === 'INVITE') invited.push(to.address);
    });
    await talk(stage, there);
    if (calm)
      assert.deepEqual(
        invited.filter((address) => address.startsWith('10.0.0.9')),
        ['10.0.0.91'],
      );
    // Nobody is asked any more, so that it ends quiet.
    exchange.reload(configuration([]));
    assert.equal(exchange.exchange.view.registrations().filter(({ account }) => account === '190').length, 0);
  },
  {
    exchange: {
      configuration: configuration(['sip:190@10.0.0.91', 'sip:190@10.0.0.92'], { qualify: { every: '60s' } }),
    },
    chaos: 'none',
  },
);

story(
  'Places: the answer to a caller whose TCP connection was lost while it rang goes to him over a new one',
  async ({ world, exchange, alice, calm }) => {
    await alice.register();
    const options = { number: '190', address: '10.0.0.104', tone: 1850, transport: 'tcp' } as const;
    const dave = phoneOf(world, exchange, 'dave', options);
    const call = dave.dial('101');
    const incoming = await alice.rings();
    if (calm) await world.until(() => call.ringing);
    const answers: string[] = [];
    world.network.observe(({ datagram: { bytes, to } }) => {
      const text = String.fromCharCode(...bytes);
      if (to.address === '10.0.0.104' && /^SIP\/2\.0 200 [^]*\r\nCSeq: \d+ INVITE/.test(text))
        answers.push(`port ${to.port}`);
    });
    dave.host.breakConnections();
    await world.after('1s');
    await incoming.answer();
    await world.until(() => answers.length > 0);
    assert.equal(answers[0], 'port 5060');
    await incoming.hangup();
  },
  { exchange: { configuration: configuration([]) } },
);

const BOX = { kind: 'full-cone', address: '203.0.113.7' } as const;
story(
  'Places: with nat: yes an old phone behind a NAT that does not ask for rport registers and calls',
  async ({ world, exchange, alice }) => {
    const behind = world.nat(BOX);
    const options = { number: '190', address: '192.168.1.7', behind, tone: GATEWAY, rport: false } as const;
    const old = phoneOf(world, exchange, 'old', options);
    await old.register();
    await alice.register();
    const call = old.dial('101');
    const taken = await alice.answer();
    await world.until(() => call.up && taken.hearsOnly(GATEWAY));
    await call.hangup();
    await world.until(() => taken.ended);
    const back = alice.dial('190');
    await old.answer();
    await world.until(() => back.up);
    await back.hangup();
    await old.unregister();
  },
  { exchange: { configuration: configuration([], {}, { nat: 'yes' }) } },
);

const outside: { a: Zone['a'] } = { a: { 'pbx.example.net': ['203.0.113.1'] } };
for (const how of ['a name', 'STUN'] as const) {
  story(`Places: the address outside, told by ${how}, is followed when it changes`, async ({ world, calm }) => {
    outside.a = { 'pbx.example.net': ['203.0.113.1'] };
    const mapped: { now: { readonly address: string } | { readonly why: string } } = {
      now: { address: '203.0.113.1' },
    };
    const box = world.nat({
      kind: 'full-cone',
      address: '203.0.113.1',
      pool: ['203.0.113.2'],
      forwardsTo: '192.168.9.1',
    });
    const external = how === 'STUN' ? 'stun:stun.example.net' : 'pbx.example.net';
    const asked: string[] = [];
    const exchange = await startExchange(world, {
      name: 'hidden',
      address: '192.168.9.1',
      behind: box,
      configuration: configuration([], { network: { external, local: ['192.168.0.0/16'] } }),
      resolver: names({
        get a() {
          return { ...outside.a, 'stun.example.net': ['198.51.100.3'] };
        },
      }),
      stun: (server, then) => {
        asked.push(`${server.address}:${server.port}`);
        then(mapped.now);
      },
    });
    const open = phoneOf(world, exchange, 'open', {
      number: '101',
      address: '198.51.100.99',
      server: { address: '203.0.113.1', port: 5060 },
      tone: 1500,
    });
    await open.register();
    const changes = (): readonly unknown[] => exchange.events.filter(({ event }) => event === 'network.changed');
    assert.deepEqual(changes(), [{ event: 'network.changed', external: '203.0.113.1', before: '' }]);

    mapped.now = { why: 'it does not answer' };
    outside.a = {};
    await world.after('6m');
    assert.equal(changes().length, 1, 'what was known stays');

    mapped.now = { address: '203.0.113.2' };
    outside.a = { 'pbx.example.net': ['203.0.113.2'] };
    await world.after('6m');
    assert.deepEqual(changes()[1], { event: 'network.changed', external: '203.0.113.2', before: '203.0.113.1' });
    if (how === 'STUN') assert.deepEqual(new Set(asked), new Set(['198.51.100.3:3478']));
    const invited = open.answer('30s');
    const near = phoneOf(world, exchange, 'near', { number: '102', address: '192.168.9.20', behind: box, tone: 425 });
    await near.register();
    const call = near.dial('101');
    const taken = await invited;
    await world.until(() => call.up);
    if (calm) assert.equal(taken.invite?.contacts[0]?.uri.host, '203.0.113.2');
    await call.hangup();
    await world.until(() => taken.ended);
  });
}
