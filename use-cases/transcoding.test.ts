import assert from 'node:assert/strict';
import { type Act, phoneOf, type PhoneCall, type PhoneOptions, type Stage, story } from '../testing/index.ts';

type Codecs = PhoneOptions['codecs'] & {};
type Codec = Codecs[number];

/** dave with these codecs rings erin with those: they talk, each in this codec, and neither is spoken to in another. */
function inOne(daves: Codecs, erins: Codecs, codec: Codec): Act {
  return async (stage) => {
    const [dave, erin] = await both(stage, daves, erins);
    const call = dave.dial('102');
    const answered = await erin.answer();
    await stage.world.until(() => call.hearsOnly(900) && answered.hearsOnly(700));
    speakAlike(stage, call, answered, codec);
    await call.hangup();
    await stage.world.until(() => answered.ended);
    await dave.unregister();
    await erin.unregister();
  };
}

async function both({ world, exchange }: Stage, daves: Codecs, erins: Codecs) {
  const dave = phoneOf(world, exchange, 'dave', { number: '104', address: '10.0.0.24', codecs: daves, tone: 700 });
  const erin = phoneOf(world, exchange, 'erin', { number: '102', address: '10.0.0.25', codecs: erins, tone: 900 });
  await dave.register();
  await erin.register();
  return [dave, erin] as const;
}

function speakAlike({ calm }: Stage, a: PhoneCall, b: PhoneCall, codec: Codec): void {
  assert.deepEqual([a.codec, b.codec], [codec, codec]);
  // In chaos media may come before what agrees them.
  if (calm) assert.deepEqual([a.stream.codecs, b.stream.codecs], [[codec], [codec]]);
}

story(
  'a wide-band phone that also has G.711 speaks that to a phone that has nothing else',
  inOne(['G722', 'PCMU'], ['PCMU'], 'PCMU'),
);
story(
  'a phone that would rather speak wide band speaks what its caller does',
  inOne(['PCMU'], ['G722', 'PCMU'], 'PCMU'),
);
story('two wide-band phones speak wide band', inOne(['G722', 'PCMU'], ['PCMU', 'G722'], 'G722'));
story('the second law of G.711 is spoken when the other phone has no other', inOne(['PCMU', 'PCMA'], ['PCMA'], 'PCMA'));
story(
  'Opus is not transcoded where both also have the second choice',
  inOne(['opus', 'PCMA', 'PCMU'], ['PCMU', 'PCMA'], 'PCMA'),
);

story('whoever is heard early is spoken to in his codec, and the answer keeps it', async (stage) => {
  const { world, calm } = stage;
  const [dave, erin] = await both(stage, ['G722', 'PCMU'], ['PCMU']);
  const call = dave.dial('102');
  const ringing = await erin.rings();
  ringing.early();
  // A provisional response that is lost is not sent again.
  if (calm) await world.until(() => call.hearsOnly(900) && ringing.hearsOnly(700));
  if (calm) assert.ok(!call.up);
  await ringing.answer();
  await world.until(() => call.up && call.hearsOnly(900) && ringing.hearsOnly(700));
  speakAlike(stage, call, ringing, 'PCMU');
  await call.hangup();
  await world.until(() => ringing.ended);
  await dave.unregister();
  await erin.unregister();
});

story('who was answered by a prompt stays with the codec of that', async (stage) => {
  const { world } = stage;
  const [dave] = await both(stage, ['G722', 'PCMU'], ['PCMU']);
  const call = dave.dial('800');
  await world.until(() => call.hearsSound());
  assert.equal(call.codec, 'G722');
  await call.hangup();
});

story('a caller and a phone without a codec in common still hear each other', async (stage) => {
  const { world } = stage;
  const [dave, erin] = await both(stage, ['G722'], ['PCMU']);
  const call = dave.dial('102');
  const answered = await erin.answer();
  await world.until(() => call.hearsOnly(900) && answered.hearsOnly(700));
  assert.deepEqual([call.codec, answered.codec], ['G722', 'PCMU']);
  await call.hangup();
  await world.until(() => answered.ended);
});
