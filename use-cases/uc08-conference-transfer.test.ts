import assert from 'node:assert/strict';
import { type Phone, type PhoneCall, phoneOf, type Stage, story, TONES } from '../testing/index.ts';
import type { PictureOptions } from '../testing/phone/picture.ts';
import { joined, over, rooms } from './conferences.ts';

story('UC08 conference: a call is transferred into it', async (stage) => {
  const { world, alice, bob, carol } = stage;
  await Promise.all([alice.register(), bob.register()]);
  const c = await joined(stage, carol);
  const call = alice.dial('102');
  const his = await bob.answer();
  await world.until(() => call.hearsOnly(TONES.bob) && his.hearsOnly(TONES.alice));
  const referral = his.refer('600');
  await world.until(() => call.hearsOnly(TONES.carol) && c.hearsOnly(TONES.alice), '60s');
  await world.until(() => referral.over && his.ended);
  assert.equal(referral.told.at(-1), 200);
  assert.deepEqual(call.display, { name: 'Conference 600', number: '600' });
  await over(stage, [call, c]);
});

story('UC08 conference: who consults it puts his party into his place there', async (stage) => {
  const { world, alice, bob, carol } = stage;
  await Promise.all([alice.register(), bob.register()]);
  const c = await joined(stage, carol);
  const call = alice.dial('102');
  const his = await bob.answer();
  await world.until(() => call.hearsOnly(TONES.bob));
  await his.hold();
  const consulting = await joined(stage, bob);
  await world.until(() => consulting.hearsOnly(TONES.carol));
  const referral = his.referAttended(consulting, '600');
  await world.until(() => call.hearsOnly(TONES.carol) && c.hearsOnly(TONES.alice), '60s');
  await world.until(() => referral.over && his.ended && consulting.ended);
  assert.deepEqual(
    rooms(stage)[0]
      ?.members.map(({ party }) => party.number)
      .sort(),
    ['101', '103'],
  );
  await over(stage, [call, c]);
});

const H264: PictureOptions = {
  kind: 'video',
  formats: ['97 H264/90000 profile-level-id=42e01f;packetization-mode=1'],
  lines: ['a=rtcp-fb:97 nack pli'],
};

/** Two video phones that talk and see each other, and Carol, who is in the conference. */
async function filmed(
  stage: Stage,
): Promise<{ eve: Phone; frank: Phone; call: PhoneCall; answered: PhoneCall; carols: PhoneCall }> {
  const { world, exchange, carol } = stage;
  const phone = (name: string, number: string, address: string, tone: number): Phone =>
    phoneOf(world, exchange, name, { number, address, tone, pictures: [H264] });
  const eve = phone('eve', '101', '10.0.1.5', TONES.alice);
  const frank = phone('frank', '102', '10.0.1.6', TONES.bob);
  await eve.register();
  await frank.register();
  const carols = await joined(stage, carol);
  const call = eve.dial('102');
  const answered = await frank.answer();
  await world.until(() => call.hearsOnly(TONES.bob) && answered.hearsOnly(TONES.alice));
  await world.until(() => pictures(call) > 20 && pictures(answered) > 20);
  return { eve, frank, call, answered, carols };
}

/** How many packets of video it has been sent. */
function pictures(call: PhoneCall): number {
  return call.video?.received.length ?? 0;
}

/** Everything the exchange asked a phone's call to agree to anew. */
function asked({ world }: Stage, phone: string): readonly string[] {
  return world.transcript.messages
    .filter(({ from, to, firstLine }) => from === 'exchange' && to === phone && /^(?:INVITE|UPDATE) /.test(firstLine))
    .map(({ cseq }) => cseq);
}

/** It is heard there, told so, sees nothing any more, and is not asked again and again. */
async function conferred(stage: Stage, call: PhoneCall, carols: PhoneCall): Promise<void> {
  const { world, calm } = stage;
  await world.until(() => call.hearsOnly(TONES.carol) && carols.hearsOnly(TONES.alice), '60s');
  await world.until(() => call.display.number === '600' && call.display.name === 'Conference 600');
  assert.deepEqual(carols.display, { name: 'Conference 600', number: '600' });
  await world.after('1s');
  const [seen, before] = [pictures(call), new Set(asked(stage, 'eve'))];
  await world.after('10s');
  assert.equal(pictures(call), seen, 'nobody is seen in a conference');
  assert.deepEqual(new Set(asked(stage, 'eve')), before, 'all was agreed once');
  assert.ok(before.size >= 1, 'the display came by one');
  if (calm) assert.ok(before.size <= 2, [...before].join());
  assert.ok(!call.ended && call.hearsOnly(TONES.carol));
  assert.deepEqual(
    rooms(stage)[0]
      ?.members.map(({ party }) => party.number)
      .sort(),
    ['101', '103'],
  );
}

story(
  'UC08 conference: a video call is transferred into it: the audio is joined, the video rests, the display says so',
  async (stage) => {
    const { world } = stage;
    const { call, answered, carols } = await filmed(stage);
    const referral = answered.refer('600');
    await conferred(stage, call, carols);
    await world.until(() => referral.over && answered.ended);
    assert.equal(referral.told.at(-1), 200);
    await over(stage, [call, carols]);
  },
  { chaos: 'fair' },
);

story(
  'UC08 conference: who consults it from a video phone puts his party into his place there',
  async (stage) => {
    const { world } = stage;
    const { frank, call, answered, carols } = await filmed(stage);
    await answered.hold();
    const consulting = await joined(stage, frank);
    await world.until(() => consulting.hearsOnly(TONES.carol) && carols.hearsOnly(TONES.bob));
    assert.equal(consulting.video?.direction, undefined, 'a conference takes no video');
    const referral = answered.referAttended(consulting, '600');
    await conferred(stage, call, carols);
    await world.until(() => referral.over && answered.ended && consulting.ended);
    assert.equal(referral.told.at(-1), 200);
    await over(stage, [call, carols]);
  },
  { chaos: 'fair' },
);

story('UC08 conference: a video phone dials it: the video is refused, and adding some later is too', async (stage) => {
  const { world, exchange, bob } = stage;
  const options = { number: '101', address: '10.0.1.5', tone: TONES.alice, pictures: [H264] };
  const eve = phoneOf(world, exchange, 'eve', options);
  const b = await joined(stage, bob);
  const call = await joined(stage, eve);
  await world.until(() => call.hearsOnly(TONES.bob) && b.hearsOnly(TONES.alice));
  assert.equal(call.video?.peer?.port, 0);
  await call.film('sendrecv');
  assert.equal(call.video?.direction, undefined);
  call.mark();
  await world.until(() => call.hearsOnly(TONES.bob));
  await over(stage, [call, b]);
});

story('UC08 conference: two who talk are both transferred into it, one after the other', async (stage) => {
  const { world, alice, bob, carol, exchange } = stage;
  const dave = phoneOf(world, exchange, 'dave', { number: '104', address: '10.0.0.24' });
  await Promise.all([alice.register(), bob.register(), dave.register()]);
  const c = await joined(stage, carol);
  const call = alice.dial('102');
  const his = await bob.answer();
  await world.until(() => call.hearsOnly(TONES.bob));
  his.refer('600');
  await world.until(() => c.hearsOnly(TONES.alice) && his.ended, '60s');
  const second = dave.dial('102');
  const again = await bob.answer();
  await world.until(() => second.up);
  again.refer('600');
  await world.until(() => rooms(stage)[0]?.members.length === 3 && again.ended, '60s');
  await world.until(() => call.hearsOnly(TONES.carol) && second.hearsOnly(TONES.alice, TONES.carol));
  assert.deepEqual(second.display, { name: 'Conference 600', number: '600' });
  await over(stage, [c, call, second]);
});
