import assert from 'node:assert/strict';
import type { Phone, Stage } from '../testing/index.ts';
import { type Act, cruel, story, TONES } from '../testing/index.ts';
import { type Cast, hearsMusic, ROLES, same, talking, together } from './transfers.ts';

interface Failure {
  readonly name: string;
  /** The number that is dialled, and what is told of it. */
  readonly to: string;
  readonly told: readonly number[];
  /** Brings it about. */
  readonly prepare: (stage: Stage) => Promise<void>;
}

const FAILURES: readonly Failure[] = [
  {
    name: 'UC16 busy target',
    to: '303',
    told: [100, 486],
    // Carol listens to music: one call is all she takes at 303.
    prepare: async ({ world, carol }) => {
      const call = carol.dial('802');
      await world.until(() => call.up);
    },
  },
  { name: 'UC17 nonexistent target', to: '199', told: [100, 404], prepare: () => Promise.resolve() },
  { name: 'UC18 target that does not answer', to: '203', told: [100, 180, 480], prepare: () => Promise.resolve() },
];

/** As people say it: the party of that phone, come back. */
function returned({ party }: Cast): { name: string; number: string } {
  return { ...party.transferee, name: `${party.transferee.name} (transfer returned)` };
}

/** Rings the transferor back, who picks up. */
async function rungBack(stage: Stage, cast: Cast, transferor: Phone): Promise<void> {
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
}

for (const { name, to, told, prepare } of FAILURES) {
  for (const role of ROLES) {
    const hungUp: Act = async (stage) => {
      const { world, carol } = stage;
      const cast = await talking(stage, role);
      await prepare(stage);
      const referral = cast.his.refer(to);
      await world.until(() => referral.status === 202);
      await cast.his.hangup();
      await rungBack(stage, cast, cast.transferor);
      await world.until(() => referral.over);
      assert.equal(referral.told.at(-1), told.at(-1));
      await carol.hangup();
    };
    story(`${name}: ${role} has hung up and is rung back`, hungUp);
    cruel(`${name}: ${role} has hung up`, hungUp);

    story(`${name}: ${role} has kept his call, and is back at once`, async (stage) => {
      const { world, carol, calm } = stage;
      const { his, call, tone, party } = await talking(stage, role);
      await prepare(stage);
      const referral = his.refer(to);
      await world.until(() => referral.over);
      if (calm) assert.deepEqual(referral.told, told);
      assert.equal(referral.told.at(-1), told.at(-1), "the target's own status");
      await together(stage, [call, tone.transferee, party.transferee], [his, tone.transferor, party.transferor]);
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
      await world.until(() => referral.over);
      assert.equal(referral.told.at(-1), told.at(-1));
      call.mark();
      await world.after('2s');
      assert.ok(hearsMusic(call), 'music until he comes back');
      await his.resume();
      await together(stage, [call, tone.transferee, party.transferee], [his, tone.transferor, party.transferor]);
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
  const referral = his.refer('199');
  await world.until(() => referral.status === 202);
  await his.hangup();
  const rings = await bob.rings();
  await world.until(() => rings.ended, '30s');
  const since = world.now;
  call.mark();
  await world.after('1s');
  assert.ok(call.heardSomewhere(425), 'fast busy');
  await world.until(() => call.ended, '30s');
  if (calm) assert.ok(world.now - since > 14_000 && world.now - since < 16_000, `${world.now - since} ms`);
  assert.equal(call.ending?.by, 'remote');
});

story('UC16: Alice hangs up while Bob is rung back: he stops ringing', async (stage) => {
  const { world, bob } = stage;
  const { his, call } = await talking(stage, 'Bob');
  const referral = his.refer('199');
  await world.until(() => referral.status === 202);
  await his.hangup();
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
    const { world, carol, calm } = stage;
    const { his, call } = await talking(stage, role);
    const referral = his.refer('203');
    const rings = await carol.rings();
    await call.hangup();
    await world.until(() => rings.ended && his.ended && referral.over);
    assert.equal(rings.ending?.by, 'remote');
    if (calm) assert.deepEqual(referral.told, [100, 180, 487]);
    assert.equal(carol.ringing, false);
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
