import assert from 'node:assert/strict';
import { type Act, cruel, story, TONES } from '../testing/index.ts';
import { CAROL, hearsMusic, ROLES, same, talking, together } from './transfers.ts';

for (const role of ROLES) {
  const success: Act = async (stage) => {
    const { world, carol, calm } = stage;
    const { his, call, tone, party } = await talking(stage, role);
    const referral = his.refer('203');
    const rings = await carol.rings();
    assert.deepEqual(rings.display, party.transferee, 'Carol sees whom she will talk to');
    assert.equal(rings.invite?.headers.get('Referred-By'), `<sip:${party.transferor.number}@10.0.0.1>`);
    if (calm) await world.until(() => same(call.display, CAROL));
    await world.until(() => call.hears(TONES.alice));
    await rings.answer();
    await together(stage, [call, tone.transferee, party.transferee], [rings, TONES.carol, CAROL]);
    await world.until(() => his.ended && referral.over);
    assert.equal(his.ending?.by, 'remote', 'who does not hang up by himself is hung up');
    assert.equal(referral.status, 202);
    if (calm) assert.deepEqual(referral.told, [100, 180, 200]);
    assert.equal(referral.told.at(-1), 200);
    assert.equal(referral.notifies.at(-1)?.headers.get('Subscription-State'), 'terminated;reason=noresource');
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
    await world.until(() => hearsMusic(call) || carol.ringing);
    const rings = await carol.answer();
    await together(stage, [call, tone.transferee, party.transferee], [rings, TONES.carol, CAROL]);
    await world.until(() => referral.over);
    assert.equal(referral.told.at(-1), 200);
    await rings.hangup();
    await world.until(() => call.ended);
  });
}
