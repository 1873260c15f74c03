import assert from 'node:assert/strict';
import { type Act, cruel, story, TONES } from '../testing/index.ts';
import { CAROL, hearsMusic, hearsRinging, ROLES, same, saw, talking, together, told } from './transfers.ts';

for (const role of ROLES) {
  const success: Act = async (stage) => {
    const { world, carol, calm } = stage;
    const { his, call, tone, party } = await talking(stage, role);
    const referral = his.refer('203');
    const rings = await carol.rings();
    assert.deepEqual(rings.display, party.transferee, 'Carol sees whom she will talk to');
    assert.equal(rings.invite?.headers.get('Referred-By'), `<sip:${party.transferor.number}@10.0.0.1>`);
    if (calm) await world.until(() => same(call.display, CAROL));
    // Where the 180 was lost nobody knows that it rings.
    if (calm) await hearsRinging(stage, call);
    assert.equal(his.ended, false, 'his call lasts until it is known what comes of it');
    await rings.answer();
    await together(stage, [call, tone.transferee, party.transferee], [rings, TONES.carol, CAROL]);
    await world.until(() => his.ended && referral.over);
    assert.equal(his.ending?.by, 'remote', 'who does not hang up by himself is hung up');
    await told(stage, referral, 100, 180, 200);
    saw(stage, call, party.transferor, CAROL);
    saw(stage, rings, party.transferee);
    saw(stage, his, party.transferee);
    await call.hangup();
    await world.until(() => rings.ended);
  };
  story(`UC15 blind transfer by ${role}: success`, success);
  cruel(`UC15 blind transfer by ${role}`, success);

  story(`UC15 blind transfer by ${role}, who hangs up at once: he is told all the same`, async (stage) => {
    const { world, carol } = stage;
    const { his, call, tone, party } = await talking(stage, role);
    const referral = his.refer('203');
    await world.until(() => referral.status === 202);
    await his.hangup();
    const rings = await carol.rings();
    if (stage.calm) await hearsRinging(stage, call);
    await rings.answer();
    await together(stage, [call, tone.transferee, party.transferee], [rings, TONES.carol, CAROL]);
    await told(stage, referral, 100, 180, 200);
    saw(stage, call, party.transferor, CAROL);
    saw(stage, rings, party.transferee);
    await rings.hangup();
    await world.until(() => call.ended);
  });

  story(
    `UC15 blind transfer by ${role} to a phone that is slow to ring: music until it does, then ringing`,
    async (stage) => {
      const { world, carol } = stage;
      const { his, call, tone, party } = await talking(stage, role);
      world.network.weather({ delay: 2000 }, { from: '10.0.0.13', kind: 'sip' });
      const referral = his.refer('203');
      const rings = await carol.rings();
      await world.until(() => hearsMusic(call));
      assert.deepEqual(call.display, party.transferor, 'nobody else rings yet');
      await hearsRinging(stage, call);
      assert.deepEqual(call.display, CAROL);
      assert.deepEqual(referral.told, [100, 180]);
      rings.reject(486);
      await together(stage, [call, tone.transferee, party.transferee], [his, tone.transferor, party.transferor]);
      await told(stage, referral, 100, 180, 486);
      saw(stage, call, party.transferor, CAROL, party.transferor);
      await world.after('3s');
      await his.hangup();
    },
    // Who hears what when is asserted to the moment.
    { chaos: 'none' },
  );
}
