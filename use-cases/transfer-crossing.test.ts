import assert from 'node:assert/strict';
import { type Act, cruel, story, TONES } from '../testing/index.ts';
import { CAROL, hearsMusic, hearsRinging, ROLES, same, saw, talking, together, told } from './transfers.ts';

for (const role of ROLES) {
  const vanishing: Act = async (stage) => {
    const { carol, calm } = stage;
    const { transferor, his, call, tone, party } = await talking(stage, role);
    his.refer('203');
    const rings = await carol.rings();
    transferor.vanish();
    if (calm) await hearsRinging(stage, call);
    await rings.answer();
    await together(stage, [call, tone.transferee, party.transferee], [rings, TONES.carol, CAROL]);
    saw(stage, call, party.transferor, CAROL);
    saw(stage, rings, party.transferee);
    await call.hangup();
  };
  story(`${role} transfers and vanishes while Carol rings: the transfer goes on`, vanishing);
  cruel(`${role} transfers and vanishes while Carol rings`, vanishing);

  story(
    `${role} transfers and vanishes, and the transfer fails: the transferee is released in the end`,
    async (stage) => {
      const { world, carol, calm } = stage;
      const { transferor, his, call, party } = await talking(stage, role);
      await his.hold();
      his.refer('203');
      const rings = await carol.rings();
      transferor.vanish();
      rings.reject(486);
      if (calm) await world.until(() => same(call.display, party.transferor));
      await world.until(() => hearsMusic(call));
      await world.until(() => call.ended, '30m');
      assert.equal(call.ending?.by, 'remote');
      saw(stage, rings, party.transferee);
    },
  );

  story(`${role}'s transferee vanishes while Carol rings: Carol and the transferor are released`, async (stage) => {
    const { world, carol } = stage;
    const { transferee, call, his, party } = await talking(stage, role);
    const referral = his.refer('203');
    const rings = await carol.rings();
    transferee.vanish();
    assert.equal(call.ended, true);
    await rings.answer();
    await world.until(() => his.ended);
    await told(stage, referral, 100, 180, 200);
    await world.until(() => rings.ended, '30m');
    saw(stage, rings, party.transferee);
    saw(stage, his, party.transferee);
  });
}

for (const role of ROLES) {
  const crossing: Act = async (stage) => {
    const { world, carol } = stage;
    for (const lead of ['0ms', '1ms', '3ms', '5ms'] as const) {
      const { his, call, party } = await talking(stage, role);
      const rung = carol.calls.length;
      his.refer('203');
      if (lead !== '0ms') await world.after(lead);
      await call.hangup();
      await world.until(() => his.ended && !carol.ringing && carol.calls.every(({ ended }) => ended));
      saw(stage, his, party.transferee);
      for (const rings of carol.calls.slice(rung)) saw(stage, rings, party.transferee);
    }
  };
  story(`BYE of the transferee crosses the REFER by ${role}: nobody is left`, crossing);
  cruel(`BYE of the transferee crosses the REFER by ${role}`, crossing);

  story(
    `REFER and BYE at once by ${role}: his party reaches Carol`,
    async (stage) => {
      const { world, carol } = stage;
      const { his, call, tone, party } = await talking(stage, role);
      his.refer('203');
      await his.hangup();
      const rings = await carol.rings();
      await hearsRinging(stage, call);
      await rings.answer();
      await together(stage, [call, tone.transferee, party.transferee], [rings, TONES.carol, CAROL]);
      saw(stage, call, party.transferor, CAROL);
      saw(stage, rings, party.transferee);
      await call.hangup();
      await world.until(() => rings.ended);
      // Where one of the two may be lost it is the other that counts.
    },
    { chaos: 'none' },
  );
}
