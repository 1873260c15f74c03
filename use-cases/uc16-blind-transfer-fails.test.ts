import assert from 'node:assert/strict';
import type { Phone, Stage } from '../testing/index.ts';
import { type Act, cruel, story, TONES } from '../testing/index.ts';
import {
  CAROL,
  type Cast,
  hearsCongestion,
  hearsMusic,
  ROLES,
  same,
  saw,
  talking,
  together,
  told,
} from './transfers.ts';

type PhoneCall = NonNullable<Phone['call']>;

interface Failure {
  readonly name: string;
  /** The number that is dialled, and what is told of it. */
  readonly to: string;
  readonly statuses: readonly number[];
  /** Brings it about. */
  readonly prepare: (stage: Stage) => Promise<void>;
}

const FAILURES: readonly Failure[] = [
  {
    name: 'UC16 busy target',
    to: '303',
    statuses: [100, 486],
    // Carol listens to music: one call is all she takes at 303.
    prepare: async ({ world, carol }) => {
      const call = carol.dial('802');
      await world.until(() => call.up);
    },
  },
  { name: 'UC17 nonexistent target', to: '199', statuses: [100, 404], prepare: () => Promise.resolve() },
  { name: 'UC18 target that does not answer', to: '203', statuses: [100, 180, 480], prepare: () => Promise.resolve() },
];

/** As people say it: the party of that phone, come back. */
function returned({ party }: Cast): { name: string; number: string } {
  return { ...party.transferee, name: `${party.transferee.name} (transfer returned)` };
}

/** Rings the transferor back, who picks up. */
async function rungBack(stage: Stage, cast: Cast, transferor: Phone): Promise<PhoneCall> {
  const { world } = stage;
  const rings = await transferor.rings();
  assert.deepEqual(rings.display, returned(cast), 'before the answer he sees who comes back, and why');
  if (stage.calm) await world.until(() => same(cast.call.display, cast.party.transferor));
  await world.until(() => hearsMusic(cast.call));
  await rings.answer();
  await together(
    stage,
    [cast.call, cast.tone.transferee, cast.party.transferee],
    [rings, cast.tone.transferor, cast.party.transferor],
  );
  await cast.call.hangup();
  await world.until(() => rings.ended);
  return rings;
}

/** Sends his party on and hangs up. A BYE that comes seconds after the failure would end the call: who holds may take his time. */
async function leaves({ world, calm }: Stage, his: PhoneCall, to: string): Promise<ReturnType<PhoneCall['refer']>> {
  if (!calm) await his.hold();
  const referral = his.refer(to);
  await world.until(() => referral.status === 202);
  await his.hangup();
  return referral;
}

for (const { name, to, statuses, prepare } of FAILURES) {
  for (const role of ROLES) {
    const hungUp: Act = async (stage) => {
      const { world, carol } = stage;
      const cast = await talking(stage, role);
      await prepare(stage);
      const referral = await leaves(stage, cast.his, to);
      const rings = await rungBack(stage, cast, cast.transferor);
      await told(stage, referral, ...statuses);
      const { transferor, transferee } = cast.party;
      saw(stage, cast.call, transferor, ...(statuses.includes(180) ? [CAROL, transferor] : []));
      saw(stage, rings, returned(cast), transferee);
      await world.until(() => !carol.ringing);
      await carol.hangup();
    };
    story(`${name}: ${role} has hung up and is rung back`, hungUp);
    cruel(`${name}: ${role} has hung up`, hungUp);

    story(`${name}: ${role} has kept his call, and is back at once`, async (stage) => {
      const { world, carol } = stage;
      const { his, call, tone, party } = await talking(stage, role);
      await prepare(stage);
      const referral = his.refer(to);
      await told(stage, referral, ...statuses);
      await together(stage, [call, tone.transferee, party.transferee], [his, tone.transferor, party.transferor]);
      saw(stage, call, party.transferor, ...(statuses.includes(180) ? [CAROL, party.transferor] : []));
      saw(stage, his, party.transferee);
      await world.until(() => !carol.ringing);
      // A BYE that crosses the news would mean: ring me back.
      await world.after('3s');
      await his.hangup();
      await world.until(() => call.ended);
      await carol.hangup();
    });

    story(`${name}: ${role} holds, and takes his call back by un-hold`, async (stage) => {
      const { world, carol } = stage;
      const { his, call, tone, party } = await talking(stage, role);
      await prepare(stage);
      await his.hold();
      await world.until(() => hearsMusic(call));
      const referral = his.refer(to);
      await told(stage, referral, ...statuses);
      call.mark();
      await world.after('2s');
      assert.ok(hearsMusic(call), 'music until he comes back');
      await his.resume();
      await together(stage, [call, tone.transferee, party.transferee], [his, tone.transferor, party.transferor]);
      saw(stage, call, party.transferor, ...(statuses.includes(180) ? [CAROL, party.transferor] : []));
      saw(stage, his, party.transferee);
      await call.hangup();
      await world.until(() => his.ended);
      await carol.hangup();
    });
  }
}

story('UC16: Bob holds and hangs up after the failure was told: he is rung back', async (stage) => {
  const { world } = stage;
  const cast = await talking(stage, 'Bob');
  await cast.his.hold();
  const referral = cast.his.refer('199');
  await world.until(() => referral.over);
  await cast.his.hangup();
  await rungBack(stage, cast, cast.transferor);
});

story('UC16: Bob is rung back and does not answer: Alice hears congestion, and is released', async (stage) => {
  const { world, bob, calm } = stage;
  const { his, call } = await talking(stage, 'Bob');
  await leaves(stage, his, '199');
  const rings = await bob.rings();
  await world.until(() => rings.ended, '30s');
  const since = world.now;
  await hearsCongestion(stage, call);
  await world.until(() => call.ended, '30s');
  if (calm) assert.ok(world.now - since > 14_000 && world.now - since < 16_000, `${world.now - since} ms`);
  assert.equal(call.ending?.by, 'remote');
});

story('UC16: Alice hangs up while Bob is rung back: he stops ringing', async (stage) => {
  const { world, bob } = stage;
  const { his, call } = await talking(stage, 'Bob');
  await leaves(stage, his, '199');
  const rings = await bob.rings();
  await call.hangup();
  await world.until(() => rings.ended);
});

story('UC16: Alice hangs up while Bob, who holds, has not come back: he is hung up', async (stage) => {
  const { world } = stage;
  const { his, call } = await talking(stage, 'Bob');
  await his.hold();
  const referral = his.refer('199');
  await world.until(() => referral.over);
  await call.hangup();
  await world.until(() => his.ended);
});

for (const role of ROLES) {
  const lost: Act = async (stage) => {
    const { world, carol } = stage;
    const { his, call, party } = await talking(stage, role);
    const referral = his.refer('203');
    const rings = await carol.rings();
    await call.hangup();
    await world.until(() => rings.ended && his.ended && referral.over);
    assert.equal(rings.ending?.by, 'remote');
    await told(stage, referral, 100, 180, 487);
    assert.equal(his.ending?.by, 'remote');
    saw(stage, rings, party.transferee);
    await world.until(() => !carol.ringing);
  };
  story(`UC19 transferee hangs up, transferred by ${role}: Carol stops ringing`, lost);
  cruel(`UC19 transferee hangs up, transferred by ${role}`, lost);
}

story(
  'UC16 of a call that comes to Carol and no answer after early media: Alice hears it, then Bob again',
  async (stage) => {
    const { world, carol, calm } = stage;
    const { his, call, tone, party } = await talking(stage, 'Bob');
    const referral = his.refer('203');
    const rings = await carol.rings();
    rings.early();
    if (calm) await world.until(() => call.hearsOnly(TONES.carol));
    rings.reject(603);
    await world.until(() => referral.over);
    assert.equal(referral.told.at(-1), 603);
    await together(stage, [call, tone.transferee, party.transferee], [his, tone.transferor, party.transferor]);
    await call.hangup();
  },
);
