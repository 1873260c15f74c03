import type { Act, Phone, PhoneCall } from '../testing/index.ts';
import { ALICE, BOB, CAROL, same } from './transfers.ts';

/** What displays show in each kind of call and transfer: told by docs/displays.md, played by shown.test.ts. */
export const SHOWN: readonly { readonly title: string; readonly says: string; readonly act: Act }[] = [
  {
    title: 'A call',
    says: 'Alice dials 102. Her display names Bob as soon as his phone rings.',
    act: async (stage) => {
      const { world, alice, bob } = await ready(stage);
      const call = alice.dial('102');
      const other = await answered(stage, call, bob);
      await world.until(() => call.up && same(call.display, BOB) && same(other.display, ALICE));
      await call.hangup();
    },
  },
  {
    title: 'Blind transfer',
    says: 'Bob sends Alice to Carol. Carol’s phone rings with Alice’s name, and Alice sees Carol while it rings.',
    act: async (stage) => {
      const { world, alice, bob, carol, calm } = await ready(stage);
      const call = alice.dial('102');
      const his = await answered(stage, call, bob);
      const referral = his.refer('203');
      const rings = await carol.rings();
      // Who rings is not known to Alice where the 180 was lost.
      await world.until(() => (!calm || same(call.display, CAROL)) && same(rings.display, ALICE));
      await rings.answer();
      await world.until(() => his.ended && referral.over && same(call.display, CAROL) && same(rings.display, ALICE));
      await call.hangup();
    },
  },
  {
    title: 'Blind transfer that fails',
    says: 'Bob sends Alice to Carol and hangs up; Carol is busy. Bob is rung back and sees who returns, and Alice sees Bob before he has answered.',
    act: async (stage) => {
      const { world, alice, bob, carol } = await ready(stage);
      carol.busy = true;
      const call = alice.dial('102');
      const his = await answered(stage, call, bob);
      const referral = his.refer('203');
      await world.until(() => referral.status === 202);
      await his.hangup();
      const back = await bob.rings();
      await world.until(() => same(call.display, BOB));
      await world.until(() => same(back.display, { name: 'Alice (transfer returned)', number: '101' }));
      await back.answer();
      await world.until(() => back.up && same(back.display, ALICE));
      await call.hangup();
    },
  },
  {
    title: 'Attended transfer',
    says: 'Bob holds Alice, talks to Carol, and joins them. Both displays change at that moment.',
    act: async (stage) => {
      const { world, alice, bob, carol } = await ready(stage);
      const call = alice.dial('102');
      const his = await answered(stage, call, bob);
      await his.hold();
      const asks = bob.dial('203');
      const rings = await answered(stage, asks, carol);
      await world.until(() => asks.up && same(rings.display, BOB));
      his.referAttended(asks, '203');
      await world.until(() => same(call.display, CAROL) && same(rings.display, ALICE) && his.ended && asks.ended);
      await call.hangup();
    },
  },
  {
    title: 'Blond transfer',
    says: 'Bob holds Alice, rings Carol, and joins them before she has answered. Her display changes while her phone rings.',
    act: async (stage) => {
      const { world, alice, bob, carol, calm } = await ready(stage);
      const call = alice.dial('102');
      const his = await answered(stage, call, bob);
      await his.hold();
      const asks = bob.dial('203');
      const rings = await carol.rings();
      // Without having heard that it rings his phone could not name the call.
      await world.until(() => asks.ringing, calm ? '1s' : '5s').catch(() => asks.hangup());
      if (asks.ended) return call.hangup();
      his.referAttended(asks, '203');
      await world.until(() => same(rings.display, ALICE) && rings.ringing);
      await rings.answer();
      await world.until(() => same(call.display, CAROL) && same(rings.display, ALICE) && his.ended && asks.ended);
      await call.hangup();
    },
  },
];

type Given = Parameters<Act>[0];

/** He picks up when the caller has heard that it rings, which may be lost. */
async function answered({ world, calm }: Given, caller: PhoneCall, phone: Phone): Promise<PhoneCall> {
  const rings = await phone.rings();
  if (calm) await world.until(() => caller.ringing);
  await rings.answer();
  return rings;
}

async function ready(stage: Given): Promise<Given> {
  for (const phone of [stage.alice, stage.bob, stage.carol]) await phone.register();
  return stage;
}
