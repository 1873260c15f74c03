import assert from 'node:assert/strict';
import { DEMO_CONFIG, demoRules } from '../src/demo.ts';
import type { Origination } from '../src/pbx/index.ts';
import { type Phone, phoneOf, type PhoneCall, type Stage, story, TONES } from '../testing/index.ts';
import type { PictureOptions } from '../testing/phone/picture.ts';
import { H264, seen, seesNothing, videoOf, VP8 } from './video.ts';

const WHO = {
  eve: { number: '101', address: '10.0.1.5', tone: TONES.alice },
  frank: { number: '102', address: '10.0.1.6', tone: TONES.bob },
  grace: { number: '103', address: '10.0.1.7', tone: TONES.carol },
} as const;
type Name = keyof typeof WHO;

/** A registered phone with these streams beside its audio. */
async function phone({ world, exchange }: Stage, name: Name, ...pictures: readonly PictureOptions[]): Promise<Phone> {
  const made = phoneOf(world, exchange, name, { ...WHO[name], pictures });
  await made.register();
  return made;
}

/** They hear each other. */
async function heard({ world }: Stage, [a, one]: readonly [PhoneCall, Name], [b, two]: readonly [PhoneCall, Name]) {
  await world.until(() => a.up && b.up && a.hearsOnly(WHO[two].tone) && b.hearsOnly(WHO[one].tone));
}

/** Pictures flow both ways. */
async function bothSeen(stage: Stage, a: PhoneCall, b: PhoneCall): Promise<void> {
  await seen(stage, videoOf(a), videoOf(b));
  await seen(stage, videoOf(b), videoOf(a));
}

/** How often it was asked for a full picture. */
function keyFrames(call: PhoneCall): number {
  return videoOf(call).told.filter(({ type, count }) => type === 206 && (count === 1 || count === 4)).length;
}

function originate({ exchange: { exchange, host } }: Stage, request: Origination): void {
  host.kernel.input('test', () => void exchange.originate(request));
}

story('UC04 with video: the exchange calls Eve, then Frank, and they see each other', async (stage) => {
  const [eve, frank] = [await phone(stage, 'eve', H264), await phone(stage, 'frank', H264)];
  originate(stage, { from: '101', join: '102' });
  const first = await eve.answer();
  const second = await frank.answer();
  await heard(stage, [first, 'eve'], [second, 'frank']);
  await bothSeen(stage, first, second);
  if (stage.calm) assert.equal(first.reoffers + second.reoffers, 0, 'what they have in common was known in time');
  await first.hangup();
  await stage.world.until(() => second.ended);
});

story('UC04 with video: Frank takes one format only, and Eve is told which', async (stage) => {
  const [eve, frank] = [await phone(stage, 'eve', H264), await phone(stage, 'frank', VP8)];
  originate(stage, { from: '101', join: '102' });
  const first = await eve.answer();
  const second = await frank.answer();
  await heard(stage, [first, 'eve'], [second, 'frank']);
  await stage.world.until(() => first.reoffers >= 1);
  await bothSeen(stage, first, second);
  if (stage.calm) assert.deepEqual([first.reoffers, second.reoffers], [1, 0]);
  await second.hangup();
  await stage.world.until(() => first.ended);
});

for (const [name, cameras] of [
  ['the first has a camera, the second has none', [[H264], []]],
  ['the first has none', [[], [H264]]],
] as const)
  story(`UC04 with video where ${name}: a call with audio`, async (stage) => {
    const [eve, frank] = [await phone(stage, 'eve', ...cameras[0]), await phone(stage, 'frank', ...cameras[1])];
    originate(stage, { from: '101', join: '102' });
    const first = await eve.answer();
    const second = await frank.answer();
    await heard(stage, [first, 'eve'], [second, 'frank']);
    const calls = [first, second];
    // Whoever was offered it for nothing is told that there is none.
    await stage.world.until(() => calls.every(({ video }) => video?.direction === undefined));
    await stage.world.after('3s');
    assert.ok(first.reoffers <= 1 && second.reoffers === 0);
    for (const call of calls) call.mark();
    await heard(stage, [first, 'eve'], [second, 'frank']);
    await first.hangup();
    await stage.world.until(() => second.ended);
  });

story('UC02: who is called for a recording is offered no video', async (stage) => {
  const eve = await phone(stage, 'eve', H264);
  originate(stage, { from: '101', to: '802' });
  const call = await eve.answer();
  await stage.world.until(() => call.hearsSound());
  assert.equal(videoOf(call).direction, undefined);
  await call.hangup();
});

story('UC06: a caller who makes no offer is offered video where whom he calls has it', async (stage) => {
  const [eve, frank] = [await phone(stage, 'eve', H264), await phone(stage, 'frank', H264)];
  const call = eve.dial('202', { delayedOffer: true });
  const answered = await frank.answer();
  await heard(stage, [call, 'eve'], [answered, 'frank']);
  await bothSeen(stage, call, answered);
  if (stage.calm) assert.equal(call.reoffers + answered.reoffers, 0);
  await call.hangup();
  await stage.world.until(() => answered.ended);
});

story(
  'UC06: a caller who makes no offer and has no camera: whom he calls sends no pictures for long',
  async (stage) => {
    const [eve, frank] = [await phone(stage, 'eve'), await phone(stage, 'frank', H264)];
    const call = eve.dial('202', { delayedOffer: true });
    const answered = await frank.answer();
    await heard(stage, [call, 'eve'], [answered, 'frank']);
    await stage.world.until(() => videoOf(answered).direction === undefined);
    await stage.world.after('3s');
    assert.ok(answered.reoffers <= 1 && call.reoffers === 0);
    await call.hangup();
    await stage.world.until(() => answered.ended);
  },
);

story(
  'UC06: a caller who makes no offer is offered first what is spoken at the other end',
  async (stage) => {
    const { world, exchange } = stage;
    const eve = await phone(stage, 'eve');
    const frank = phoneOf(world, exchange, 'frank', { ...WHO.frank, codecs: ['PCMA'] });
    await frank.register();
    const call = eve.dial('202', { delayedOffer: true });
    const answered = await frank.answer();
    await world.until(() => call.up && answered.up);
    const offer = world.transcript.messages.find(
      ({ to, firstLine, cseq }) => to === 'eve' && firstLine.startsWith('SIP/2.0 200') && cseq.includes('INVITE'),
    );
    assert.match(offer?.text ?? '', /^m=audio \d+ RTP\/AVP 8 /m, 'PCMA');
    await call.hangup();
  },
  { exchange: { config: { codecs: ['PCMU', 'PCMA'] } } },
);

/** Frank's phone, which sees nothing, talks to Eve; and to Grace in another call. Eve and Grace have cameras. */
async function joining(stage: Stage, eve: Phone, frank: Phone, grace: Phone) {
  const call = eve.dial('202');
  const his = await frank.answer();
  await heard(stage, [call, 'eve'], [his, 'frank']);
  assert.equal(videoOf(call).direction, undefined);
  await his.hold();
  const asks = frank.dial('203');
  const atGrace = await grace.answer();
  await heard(stage, [asks, 'frank'], [atGrace, 'grace']);
  return { call, his, asks, atGrace };
}

story('UC10 with video: Eve and Grace, joined by Frank who has no camera, see each other', async (stage) => {
  const [eve, frank] = [await phone(stage, 'eve', H264), await phone(stage, 'frank')];
  const grace = await phone(stage, 'grace', H264);
  const { call, his, asks, atGrace } = await joining(stage, eve, frank, grace);
  his.referAttended(asks, '203');
  await heard(stage, [call, 'eve'], [atGrace, 'grace']);
  await stage.world.until(() => his.ended && asks.ended);
  await stage.world.until(() => videoOf(call).direction === 'sendrecv' && videoOf(atGrace).direction === 'sendrecv');
  await bothSeen(stage, call, atGrace);
  await stage.world.after('5s');
  // A report that is lost is not repeated.
  if (stage.calm) assert.ok(keyFrames(call) > 0 && keyFrames(atGrace) > 0, 'each is asked for a full picture');
  if (stage.calm) assert.deepEqual([call.reoffers, atGrace.reoffers], [1, 1], 'asked once each');
  await call.hangup();
  await stage.world.until(() => atGrace.ended);
});

story(
  'UC10 with video: a call with pictures is joined with one without: it has none, and nobody is asked twice',
  async (stage) => {
    const [eve, frank] = [await phone(stage, 'eve', H264), await phone(stage, 'frank')];
    const grace = await phone(stage, 'grace');
    const { call, his, asks, atGrace } = await joining(stage, eve, frank, grace);
    his.referAttended(asks, '203');
    await heard(stage, [call, 'eve'], [atGrace, 'grace']);
    await stage.world.until(() => his.ended && asks.ended);
    await stage.world.after('5s');
    assert.equal(videoOf(call).direction, undefined);
    if (stage.calm) assert.deepEqual([call.reoffers, atGrace.reoffers], [0, 1]);
    await call.hold();
    await call.resume();
    await stage.world.after('3s');
    if (stage.calm) assert.equal(atGrace.reoffers, 1);
    call.mark();
    await heard(stage, [call, 'eve'], [atGrace, 'grace']);
    await call.hangup();
    await stage.world.until(() => atGrace.ended);
  },
);

for (const transferor of ['frank', 'eve'] as const)
  story(
    `UC10 with video: all have cameras, ${transferor} transfers attended: the two who stay see each other`,
    async (stage) => {
      const [eve, frank] = [await phone(stage, 'eve', H264), await phone(stage, 'frank', H264)];
      const grace = await phone(stage, 'grace', H264);
      const call = eve.dial('202');
      const answered = await frank.answer();
      await heard(stage, [call, 'eve'], [answered, 'frank']);
      await bothSeen(stage, call, answered);
      const [who, his, stays, staying] =
        transferor === 'frank' ? ([frank, answered, call, 'eve'] as const) : ([eve, call, answered, 'frank'] as const);
      await his.hold();
      const asks = who.dial('203');
      const atGrace = await grace.answer();
      await heard(stage, [asks, transferor], [atGrace, 'grace']);
      await bothSeen(stage, asks, atGrace);
      videoOf(stays).told.length = 0;
      his.referAttended(asks, '203');
      await heard(stage, [stays, staying], [atGrace, 'grace']);
      await stage.world.until(() => his.ended && asks.ended);
      await bothSeen(stage, stays, atGrace);
      if (stage.calm) await stage.world.until(() => keyFrames(stays) > 0);
      if (stage.calm) assert.ok(stays.reoffers + atGrace.reoffers <= 2);
      await stays.hangup();
      await stage.world.until(() => atGrace.ended);
    },
  );

story('UC15 with video: Eve, who was called, is sent on by Frank, and sees Grace', async (stage) => {
  const [eve, frank] = [await phone(stage, 'eve', H264), await phone(stage, 'frank', H264)];
  const grace = await phone(stage, 'grace', VP8);
  const call = frank.dial('201');
  const answered = await eve.answer();
  await heard(stage, [call, 'frank'], [answered, 'eve']);
  await bothSeen(stage, call, answered);
  const referral = call.refer('203');
  const third = await grace.answer();
  await heard(stage, [answered, 'eve'], [third, 'grace']);
  // Grace takes VP8 alone, and Eve is told so.
  await stage.world.until(() => answered.reoffers >= 1);
  await bothSeen(stage, answered, third);
  await stage.world.until(() => referral.over && call.ended);
  if (stage.calm) assert.deepEqual([answered.reoffers, third.reoffers], [1, 0]);
  await answered.hangup();
  await stage.world.until(() => third.ended);
});

story('Parked with video, and retrieved by a phone that has it: they see each other', async (stage) => {
  const { world } = stage;
  const [eve, frank] = [await phone(stage, 'eve', H264), await phone(stage, 'frank', H264)];
  const grace = await phone(stage, 'grace', H264);
  const call = eve.dial('202');
  const answered = await frank.answer();
  await heard(stage, [call, 'eve'], [answered, 'frank']);
  answered.refer('721');
  await world.until(() => answered.ended, '30s');
  await seesNothing(stage, videoOf(call));
  const retrieved = grace.dial('701');
  await heard(stage, [call, 'eve'], [retrieved, 'grace']);
  await world.until(() => videoOf(retrieved).direction === 'sendrecv');
  await bothSeen(stage, call, retrieved);
  await call.hangup();
  await world.until(() => retrieved.ended);
});

story(
  'Joined by a script after each was answered by it: they see each other',
  async (stage) => {
    const [eve, frank] = [await phone(stage, 'eve', H264), await phone(stage, 'frank', H264)];
    const call = eve.dial('500');
    await stage.world.until(() => call.up && call.hearsSound());
    const answered = await frank.answer();
    await heard(stage, [call, 'eve'], [answered, 'frank']);
    await stage.world.until(() => videoOf(call).direction === 'sendrecv');
    await bothSeen(stage, call, answered);
    await call.hangup();
    await stage.world.until(() => answered.ended);
  },
  {
    exchange: {
      accounts: DEMO_CONFIG.accounts,
      rules: (builder) => {
        demoRules(builder);
        builder.on('500', async (script) => {
          await script.answer();
          await script.play('demo/weasels');
          const result = await script.dial('102');
          if (result.kind === 'answered') await script.bridge(result.leg);
        });
      },
    },
  },
);
