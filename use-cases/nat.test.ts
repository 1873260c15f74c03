import assert from 'node:assert/strict';
import {
  type Nat,
  type NatKind,
  type Phone,
  phoneOf,
  type Stage,
  startExchange,
  story,
  TONES,
} from '../testing/index.ts';

const KINDS: readonly NatKind[] = ['full-cone', 'address-restricted', 'port-restricted', 'symmetric'];

interface NatStage extends Stage {
  /** Those that sit behind a NAT: they are pinged as long as they are bound, and so never quiet. */
  readonly natted: Phone[];
}

function natStory(name: string, act: (stage: NatStage) => Promise<void>): void {
  story(name, async (stage) => {
    const natted: Phone[] = [];
    await act({ ...stage, natted });
    for (const phone of natted) await phone.unregister();
  });
}

/** A phone at a private address behind a box. */
function behindNat(stage: NatStage, behind: Nat, name: string, number: string, tone: number, last = 7): Phone {
  const phone = phoneOf(stage.world, stage.exchange, name, { number, address: `192.168.1.${last}`, behind, tone });
  stage.natted.push(phone);
  return phone;
}

/** Both ways, and one stream each. */
async function talk(
  { world }: Stage,
  caller: Phone,
  callee: Phone,
  number: string,
  tones: [number, number],
): Promise<void> {
  const call = caller.dial(number);
  const answered = await callee.answer();
  await world.until(() => call.hearsOnly(tones[1]) && answered.hearsOnly(tones[0]));
  assert.equal(call.stream.ssrcs.length + answered.stream.ssrcs.length, 2);
  await call.hangup();
  await world.until(() => answered.ended);
}

for (const kind of KINDS) {
  natStory(`A phone behind a ${kind} NAT registers, is called and calls`, async (stage) => {
    const box = stage.world.nat({ kind, address: '203.0.113.7' });
    const home = behindNat(stage, box, 'home', '103', 700);
    const registered = await home.register();
    assert.deepEqual(registered.contacts, ['sip:103@192.168.1.7:5060'], 'the contact comes back as it was written');
    await stage.alice.register();
    await talk(stage, stage.alice, home, '203', [TONES.alice, 700]);
    await talk(stage, home, stage.alice, '201', [700, TONES.alice]);
  });

  natStory(`Two phones behind one ${kind} NAT talk to each other`, async (stage) => {
    const box = stage.world.nat({ kind, address: '203.0.113.7' });
    const home = behindNat(stage, box, 'home', '103', 700);
    const kitchen = behindNat(stage, box, 'kitchen', '104', 1200, 8);
    await home.register();
    await kitchen.register();
    await talk(stage, home, kitchen, '204', [700, 1200]);
  });
}

natStory('A phone behind a NAT is found after hours: the exchange keeps the way open', async (stage) => {
  const box = stage.world.nat({ kind: 'port-restricted', address: '203.0.113.7', timeout: 60_000 });
  const home = behindNat(stage, box, 'home', '103', 700);
  await home.register({ expires: 7200 });
  await stage.alice.register({ expires: 7200 });
  await stage.world.after('90m');
  await talk(stage, stage.alice, home, '203', [TONES.alice, 700]);
});

natStory('Two phones behind different boxes, with the same private address', async (stage) => {
  const [one, two] = ['203.0.113.7', '203.0.113.8'].map((address) => stage.world.nat({ kind: 'symmetric', address }));
  assert.ok(one !== undefined && two !== undefined);
  const home = behindNat(stage, one, 'home', '103', 700);
  const office = behindNat(stage, two, 'office', '104', 1200);
  await home.register();
  await office.register();
  await talk(stage, home, office, '204', [700, 1200]);
  await talk(stage, office, home, '203', [1200, 700]);
});

natStory("A carrier's NAT: media comes from another address than signalling", async (stage) => {
  const pool = ['203.0.113.8', '203.0.113.9'];
  const carrier = stage.world.nat({ kind: 'symmetric', address: '203.0.113.7', pool });
  const box = stage.world.nat({ kind: 'port-restricted', address: '100.64.0.9' }, carrier);
  const home = behindNat(stage, box, 'home', '103', 700);
  const audioTo = new Set<string>();
  stage.world.network.observe(({ datagram: { kind, to } }) => {
    if (kind === 'rtp' && to.address.startsWith('203.0.113.')) audioTo.add(to.address);
  });
  await home.register();
  await stage.alice.register();
  const call = stage.alice.dial('203');
  const answered = await home.answer();
  await stage.world.until(() => call.hearsOnly(700) && answered.hearsOnly(TONES.alice));
  const bound = stage.exchange.exchange.view.registrations().find(({ account }) => account === '103');
  const [, signalling = ''] = bound?.source.split(':') ?? [];
  assert.equal(audioTo.size, 1);
  assert.equal(audioTo.has(signalling), false, 'signalling and audio share an address');
  await call.hangup();
});

natStory('A phone that does not ask for rport is answered where its Via says', async (stage) => {
  const { world, exchange, alice, natted } = stage;
  const box = world.nat({ kind: 'full-cone', address: '203.0.113.7', keepsPorts: true });
  const old = phoneOf(world, exchange, 'old', {
    number: '103',
    address: '192.168.1.7',
    behind: box,
    tone: 700,
    rport: false,
  });
  natted.push(old);
  await old.register();
  await alice.register();
  await talk(stage, alice, old, '203', [TONES.alice, 700]);
  await talk(stage, old, alice, '201', [700, TONES.alice]);
});

natStory(
  'The exchange behind a 1:1 NAT: each phone is told the address that it can reach',
  async ({ world, calm, natted }) => {
    const outside = '203.0.113.1';
    const box = world.nat({ kind: 'full-cone', address: outside, forwardsTo: '192.168.9.1' });
    const network = { external: outside, local: ['192.168.0.0/16'] };
    const exchange = await startExchange(world, {
      name: 'hidden',
      address: '192.168.9.1',
      behind: box,
      config: { network },
    });
    const near = phoneOf(world, exchange, 'near', { number: '101', address: '192.168.9.20', behind: box, tone: 425 });
    const home = world.nat({ kind: 'port-restricted', address: '198.51.100.7' });
    const server = { address: outside, port: 5060 };
    const far = phoneOf(world, exchange, 'far', {
      number: '102',
      address: '192.168.9.20',
      behind: home,
      server,
      tone: 950,
    });
    const open = phoneOf(world, exchange, 'open', { number: '103', address: '198.51.100.99', server, tone: 1500 });
    natted.push(far);
    for (const phone of [near, far, open]) await phone.register();
    const pairs: readonly [Phone, Phone, string, number, number][] = [
      [near, far, '202', 425, 950],
      [far, open, '203', 950, 1500],
      [open, near, '201', 1500, 425],
    ];
    for (const [caller, callee, number, own, other] of pairs) {
      const call = caller.dial(number);
      const answered = await callee.answer();
      await world.until(() => call.hearsOnly(other) && answered.hearsOnly(own));
      const host = callee === near ? '192.168.9.1' : outside;
      const { invite } = answered;
      assert.equal(invite?.contacts[0]?.uri.host, host);
      assert.equal(invite?.from.uri.host, host);
      if (calm) assert.equal(invite?.via.host, host);
      await call.hangup();
    }
  },
);
