import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Hop } from '../src/sip/transport/types.ts';
import type { UdpSocket } from '../src/media/net.ts';
import type { Host, HostWire } from './host.ts';
import type { NatKind } from './nat.ts';
import { FAIR } from './weather.ts';
import { World } from './world.ts';

interface Got {
  readonly at: number;
  readonly from: Hop;
  readonly text: string;
}

/** A socket that remembers what came. */
function ears(world: World, host: Host, port: number): { socket: UdpSocket; got: Got[] } {
  const got: Got[] = [];
  const socket = host.socket(port, (bytes, address, from) => {
    got.push({ at: world.now, from: { address, port: from }, text: Buffer.from(bytes).toString() });
  });
  assert.ok(socket);
  return { socket, got };
}

function octets(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

describe('datagrams', () => {
  test('arrive a millisecond later, never inside send', async () => {
    const world = new World();
    const a = ears(world, world.host('10.0.0.1'), 5060);
    const b = ears(world, world.host('10.0.0.2'), 5060);
    a.socket.send(octets('hello'), '10.0.0.2', 5060);
    assert.deepEqual(b.got, []);
    await world.after(10);
    assert.deepEqual(b.got, [{ at: 1, from: { address: '10.0.0.1', port: 5060 }, text: 'hello' }]);
  });

  test('arrive at the instant of their octets: a receiver may write into its copy', async () => {
    const world = new World();
    const a = ears(world, world.host('10.0.0.1'), 5060);
    const b = ears(world, world.host('10.0.0.2'), 5060);
    const bytes = octets('before');
    a.socket.send(bytes, '10.0.0.2', 5060);
    bytes.fill(0);
    await world.after(10);
    assert.equal(b.got[0]?.text, 'before');
  });

  test('of more than 65,507 octets do not', async () => {
    const world = new World();
    const a = ears(world, world.host('10.0.0.1'), 5060);
    const b = ears(world, world.host('10.0.0.2'), 5060);
    a.socket.send(new Uint8Array(65_508), '10.0.0.2', 5060);
    a.socket.send(new Uint8Array(65_507), '10.0.0.2', 5060);
    await world.after(10);
    assert.deepEqual(
      b.got.map(({ text }) => text.length),
      [65_507],
    );
  });

  test('to a closed port, an unknown address or a host that vanished are lost', async () => {
    const world = new World();
    const a = ears(world, world.host('10.0.0.1'), 5060);
    const b = ears(world, world.host('10.0.0.2'), 5060);
    const texts = (): readonly string[] => b.got.map(({ text }) => text);
    a.socket.send(octets('x'), '10.0.0.2', 5061);
    a.socket.send(octets('x'), '10.0.0.3', 5060);
    await world.after(10);
    const host = world.host('10.0.0.2');
    a.socket.send(octets('x'), '10.0.0.2', 5060);
    host.vanish();
    await world.after(10);
    assert.deepEqual(texts(), []);
    host.reappear();
    a.socket.send(octets('again'), '10.0.0.2', 5060);
    await world.after(10);
    assert.deepEqual(texts(), ['again']);
  });

  test('what a step throws is contained in the receiving host', async () => {
    const world = new World();
    const a = ears(world, world.host('10.0.0.1'), 5060);
    world.host('10.0.0.2').socket(5060, () => {
      throw new Error('bad day');
    });
    a.socket.send(octets('x'), '10.0.0.2', 5060);
    await world.after(10);
    assert.deepEqual(
      world.faults.map(({ host, step }) => `${host} ${step}`),
      ['10.0.0.2 datagram'],
    );
  });
});

describe('a host', () => {
  test('binds a port once, and a free one for 0, and only its own address', async () => {
    const world = new World();
    const { udp } = world.host('10.0.0.1');
    const bound: (Hop | undefined)[] = [];
    for (const [address, port] of [
      ['10.0.0.1', 4000],
      ['10.0.0.1', 4000],
      ['10.0.0.9', 4001],
      ['10.0.0.1', 0],
    ] as const) {
      udp.bind(
        address,
        port,
        () => undefined,
        (socket) => bound.push(socket?.local),
      );
    }
    await world.after(1);
    assert.deepEqual(bound.slice(0, 3), [{ address: '10.0.0.1', port: 4000 }, undefined, undefined]);
    assert.ok((bound[3]?.port ?? 0) > 1024);
  });

  test('a wire: the same pair of hops is the same flow over UDP; nothing else but TCP', async () => {
    const world = new World();
    const heard: string[] = [];
    const quietEnds = { opened: () => undefined, failed: () => undefined, drained: () => undefined };
    const a = world.host('10.0.0.1').wire({ received: () => undefined, ...quietEnds });
    const b: HostWire = world.host('10.0.0.2').wire(
      {
        received: (flow, bytes) => {
          heard.push(flow.id);
          b.send(flow, bytes);
        },
        ...quietEnds,
      },
      [5060, 5080],
    );
    const flow = a.open('udp', { address: '10.0.0.2', port: 5080 });
    assert.ok(flow);
    assert.equal(a.open('udp', { address: '10.0.0.2', port: 5080 }), flow);
    assert.equal(a.open('tls', { address: '10.0.0.2', port: 5080 }), undefined);
    assert.equal(b.open('udp', flow.local, { address: '10.0.0.2', port: 5081 }), undefined);
    a.send(flow, octets('x'));
    await world.after(5);
    assert.deepEqual(heard, [b.open('udp', flow.local, flow.remote)?.id]);
  });
});

describe('weather', () => {
  const MANY = 2000;

  async function received(world: World, send: (a: UdpSocket) => void): Promise<Got[]> {
    const a = ears(world, world.host('10.0.0.1'), 5060);
    const b = ears(world, world.host('10.0.0.2'), 5060);
    send(a.socket);
    await world.after('10s');
    return b.got;
  }

  function numbered(socket: UdpSocket): void {
    for (let at = 0; at < MANY; at += 1) socket.send(octets(`Message ${at}`), '10.0.0.2', 5060);
  }

  test('loses about as much as it is told, and the same for the same seed', async () => {
    const run = async (seed: string): Promise<string[]> => {
      const world = new World({ seed });
      world.network.weather({ loss: 0.25 });
      return (await received(world, numbered)).map(({ text }) => text);
    };
    const first = await run('a');
    assert.ok(Math.abs(first.length - MANY * 0.75) < 100, `${first.length}`);
    assert.deepEqual(await run('a'), first);
    assert.notDeepEqual(await run('b'), first);
  });

  test('delays and jitters without reordering', async () => {
    const world = new World();
    world.network.weather({ delay: 50, jitter: 30 });
    const got = await received(world, numbered);
    assert.deepEqual(
      got.map(({ text }) => text),
      Array.from({ length: MANY }, (_, at) => `Message ${at}`),
    );
    assert.ok(got.every(({ at }) => at >= 51 && at <= 81));
    assert.ok((got.at(-1)?.at ?? 0) > (got[0]?.at ?? 0));
  });

  test('reorders and doubles', async () => {
    const world = new World();
    world.network.weather({ reorder: 0.2, duplicate: 0.1 });
    const numbers = (await received(world, numbered)).map(({ text }) => Number(text.slice(8)));
    assert.ok(numbers.some((number, at) => at > 0 && number < (numbers[at - 1] ?? 0)));
    assert.ok(Math.abs(numbers.length - MANY * 1.1) < 80, `${numbers.length}`);
    assert.equal(new Set(numbers).size, MANY);
  });

  test('keeps to its place and kind, and can be cleared', async () => {
    const world = new World();
    const a = ears(world, world.host('10.0.0.1'), 5060);
    const b = ears(world, world.host('10.0.0.2'), 5060);
    const storm = world.network.weather({ loss: 1 }, { from: '10.0.0.1', kind: 'rtp' });
    const rtp = new Uint8Array(172).fill(0x80, 0, 1);
    a.socket.send(rtp, '10.0.0.2', 5060);
    a.socket.send(octets('SIP'), '10.0.0.2', 5060);
    b.socket.send(rtp.slice(), '10.0.0.1', 5060);
    await world.after(5);
    assert.deepEqual([a.got.length, b.got.length], [1, 1]);
    storm.clear();
    a.socket.send(rtp.slice(), '10.0.0.2', 5060);
    await world.after(5);
    assert.equal(b.got.length, 2);
  });

  test('a filter swallows what it is shown and counts it', async () => {
    const world = new World();
    const a = ears(world, world.host('10.0.0.1'), 5060);
    const b = ears(world, world.host('10.0.0.2'), 5060);
    const filter = world.network.drop(({ bytes }) => bytes.length === 3);
    a.socket.send(octets('ACK'), '10.0.0.2', 5060);
    a.socket.send(octets('PRACK'), '10.0.0.2', 5060);
    await world.after(5);
    assert.deepEqual(
      b.got.map(({ text }) => text),
      ['PRACK'],
    );
    assert.equal(filter.dropped, 1);
  });

  test('fair chaos loses no message a fourth time', async () => {
    for (let seed = 0; seed < 40; seed += 1) {
      const world = new World({ seed: `fair ${seed}` });
      for (const [weather, where] of FAIR) world.network.weather({ ...weather, loss: 0.9 }, where);
      const got = await received(world, (socket) => {
        for (let times = 0; times < 4; times += 1) socket.send(octets('INVITE'), '10.0.0.2', 5060);
      });
      assert.ok(got.length >= 1, `seed ${seed}`);
    }
  });

  test('fair chaos does lose three times', async () => {
    const world = new World();
    world.network.weather({ loss: 0.999_999, lossesAtMost: 3 });
    const got = await received(world, (socket) => {
      for (let times = 0; times < 3; times += 1) socket.send(octets('INVITE'), '10.0.0.2', 5060);
    });
    assert.deepEqual(got, []);
  });
});

describe('NAT boxes', () => {
  /** A phone behind a box writes to a server; then the server's other port and another host write to the hole. */
  async function probe(kind: NatKind): Promise<{ sameMapping: boolean; otherPort: boolean; otherHost: boolean }> {
    const world = new World();
    const nat = world.nat({ kind, address: '203.0.113.1' });
    const phone = ears(world, world.host('192.168.1.10', { behind: nat }), 5060);
    const server = ears(world, world.host('198.51.100.1'), 5060);
    const serverToo = ears(world, world.host('198.51.100.1'), 5070);
    const stranger = ears(world, world.host('198.51.100.2'), 5060);

    phone.socket.send(octets('register'), '198.51.100.1', 5060);
    await world.after(5);
    const hole = server.got[0]?.from;
    assert.ok(hole);
    assert.equal(hole.address, '203.0.113.1');
    server.socket.send(octets('answer'), hole.address, hole.port);
    serverToo.socket.send(octets('other port'), hole.address, hole.port);
    stranger.socket.send(octets('other host'), hole.address, hole.port);
    await world.after(5);
    const texts = phone.got.map(({ text }) => text);
    assert.ok(texts.includes('answer'));
    assert.deepEqual(phone.got[0]?.from, { address: '198.51.100.1', port: 5060 });

    phone.socket.send(octets('hello'), '198.51.100.2', 5060);
    await world.after(5);
    return {
      sameMapping: stranger.got[0]?.from.port === hole.port,
      otherPort: texts.includes('other port'),
      otherHost: texts.includes('other host'),
    };
  }

  const KINDS: readonly (readonly [NatKind, Awaited<ReturnType<typeof probe>>])[] = [
    ['full-cone', { sameMapping: true, otherPort: true, otherHost: true }],
    ['address-restricted', { sameMapping: true, otherPort: true, otherHost: false }],
    ['port-restricted', { sameMapping: true, otherPort: false, otherHost: false }],
    ['symmetric', { sameMapping: false, otherPort: false, otherHost: false }],
  ];
  for (const [kind, expected] of KINDS) {
    test(kind, async () => assert.deepEqual(await probe(kind), expected));
  }

  test('forget a mapping that nothing from inside kept alive', async () => {
    const world = new World();
    const nat = world.nat({ kind: 'full-cone', address: '203.0.113.1', timeout: 30_000 });
    const phone = ears(world, world.host('192.168.1.10', { behind: nat }), 5060);
    const server = ears(world, world.host('198.51.100.1'), 5060);
    phone.socket.send(octets('one'), '198.51.100.1', 5060);
    await world.after('29s');
    phone.socket.send(octets('two'), '198.51.100.1', 5060);
    await world.after('29s');
    const hole = server.got[1]?.from;
    assert.ok(hole);
    assert.deepEqual(server.got[0]?.from, hole);
    server.socket.send(octets('in time'), hole.address, hole.port);
    await world.after('2s');
    server.socket.send(octets('too late'), hole.address, hole.port);
    await world.after('1s');
    assert.deepEqual(
      phone.got.map(({ text }) => text),
      ['in time'],
    );
    phone.socket.send(octets('three'), '198.51.100.1', 5060);
    await world.after('1s');
    assert.notEqual(server.got[2]?.from.port, hole.port);
  });

  test('two inside talk directly, each inside may have the same private address, and boxes stand behind boxes', async () => {
    const world = new World();
    const carrier = world.nat({ kind: 'symmetric', address: '203.0.113.1' });
    const home = world.nat({ kind: 'port-restricted', address: '100.64.0.7' }, carrier);
    const office = world.nat({ kind: 'full-cone', address: '203.0.113.2' });
    const server = ears(world, world.host('198.51.100.1'), 5060);
    const atHome = ears(world, world.host('192.168.1.10', { behind: home, name: 'home' }), 5060);
    const beside = ears(world, world.host('192.168.1.11', { behind: home }), 5060);
    const atWork = ears(world, world.host('192.168.1.10', { behind: office, name: 'work' }), 5060);
    for (const { socket } of [atHome, atWork]) socket.send(octets('x'), '198.51.100.1', 5060);
    atHome.socket.send(octets('neighbour'), '192.168.1.11', 5060);
    await world.after(5);
    assert.deepEqual(
      server.got.map(({ from }) => from.address),
      ['203.0.113.1', '203.0.113.2'],
    );
    assert.deepEqual(beside.got[0]?.from, { address: '192.168.1.10', port: 5060 });
    for (const { from } of server.got) server.socket.send(octets('back'), from.address, from.port);
    await world.after(5);
    assert.deepEqual([atHome.got.length, atWork.got.length], [1, 1]);
  });

  test('two behind one box reach each other by its outside address', async () => {
    const world = new World();
    const nat = world.nat({ kind: 'port-restricted', address: '203.0.113.1' });
    const server = ears(world, world.host('198.51.100.1'), 5060);
    const a = ears(world, world.host('192.168.1.10', { behind: nat }), 5060);
    const b = ears(world, world.host('192.168.1.11', { behind: nat }), 5060);
    a.socket.send(octets('a'), '198.51.100.1', 5060);
    b.socket.send(octets('b'), '198.51.100.1', 5060);
    await world.after(5);
    const [holeA, holeB] = server.got.map(({ from }) => from);
    assert.ok(holeA && holeB);
    a.socket.send(octets('first'), holeB.address, holeB.port);
    await world.after(5);
    b.socket.send(octets('second'), holeA.address, holeA.port);
    await world.after(5);
    assert.deepEqual(a.got, [{ at: 11, from: holeB, text: 'second' }]);
    assert.deepEqual(b.got, []);
  });
});
