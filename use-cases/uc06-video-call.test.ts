import assert from 'node:assert/strict';
import { type Phone, phoneOf, type PhoneCall, type Stage, story, TONES } from '../testing/index.ts';
import type { PictureOptions } from '../testing/phone/picture.ts';
import { H264, seen, seesNothing, TEXT, videoOf, VP8 } from './video.ts';

const PLACES = { eve: '10.0.1.5', frank: '10.0.1.6' } as const;

/** Two phones with these streams beside their audio, registered as Alice and Bob. */
async function phones(
  { world, exchange }: Stage,
  eve: readonly PictureOptions[],
  frank: readonly PictureOptions[],
  srtp: 'off' | 'required' = 'off',
): Promise<{ eve: Phone; frank: Phone }> {
  const both = {
    eve: phoneOf(world, exchange, 'eve', {
      number: '101',
      address: PLACES.eve,
      tone: TONES.alice,
      pictures: eve,
      srtp,
    }),
    frank: phoneOf(world, exchange, 'frank', {
      number: '102',
      address: PLACES.frank,
      tone: TONES.bob,
      pictures: frank,
    }),
  };
  await both.eve.register();
  await both.frank.register();
  return both;
}

interface Talk {
  readonly call: PhoneCall;
  readonly answered: PhoneCall;
}

/** Eve calls Frank, and they hear each other. */
async function talk({ world }: Stage, eve: Phone, frank: Phone): Promise<Talk> {
  const call = eve.dial('102');
  const answered = await frank.answer();
  await world.until(() => call.hearsOnly(TONES.bob) && answered.hearsOnly(TONES.alice));
  return { call, answered };
}

/** The last message to a host that begins so. */
function said({ world }: Stage, start: string): string {
  return world.transcript.messages.findLast(({ firstLine }) => firstLine.startsWith(start))?.text ?? '';
}

async function over(eve: Phone, frank: Phone): Promise<void> {
  await eve.hangup();
  await frank.hangup();
}

story('UC06: video both ways beside the audio, payloads as they were sent', async (stage) => {
  const { eve, frank } = await phones(stage, [H264], [H264]);
  const { call, answered } = await talk(stage, eve, frank);
  await seen(stage, videoOf(call), videoOf(answered));
  await seen(stage, videoOf(answered), videoOf(call));
  assert.ok(
    videoOf(answered).received.some(({ content }) => content.length === 2 * 1460),
    'packets of a whole frame',
  );
  const offered = said(stage, 'INVITE sip:102@10.0.1.6');
  assert.match(offered, /^m=video \d+ RTP\/AVPF 97 98\r\nb=AS:512\r\n/m);
  assert.match(offered, /^a=fmtp:97 profile-level-id=42e01f;packetization-mode=1\r$/m);
  assert.match(offered, /^a=rtcp-fb:97 nack pli\r$/m);
  assert.match(offered, /^a=content:main\r$/m);
  assert.match(offered, /^a=label:7\r$/m);
  await over(eve, frank);
});

story('UC06: the formats that both have are agreed, by the numbers of either', async (stage) => {
  const { eve, frank } = await phones(stage, [H264], [{ ...VP8, ownNumbers: true }]);
  const { call, answered } = await talk(stage, eve, frank);
  assert.deepEqual(videoOf(call).peer?.formats, ['98']);
  await seen(stage, videoOf(call), videoOf(answered));
  assert.ok(videoOf(answered).received.every(({ payload }) => payload === 120));
  // Whoever answered sends by the numbers of the offer, those of the caller.
  await seen(stage, videoOf(answered), videoOf(call));
  assert.ok(videoOf(call).received.every(({ payload }) => payload === 98));
  await over(eve, frank);
});

story('UC06: an audio-only phone refuses the video, and the call is one with audio', async (stage) => {
  const { eve, frank } = await phones(stage, [H264, TEXT], []);
  const { call } = await talk(stage, eve, frank);
  assert.equal(videoOf(call).direction, undefined);
  assert.equal(videoOf(call).peer?.port, 0);
  assert.equal(call.text?.peer?.port, 0);
  await over(eve, frank);
});

story('UC06: an audio-only phone calls a video phone', async (stage) => {
  const { eve, frank } = await phones(stage, [], [H264]);
  const { answered } = await talk(stage, eve, frank);
  assert.equal(videoOf(answered).direction, undefined);
  await over(eve, frank);
});

story(
  'UC06: where video is off it is refused',
  async (stage) => {
    const { eve, frank } = await phones(stage, [H264], [H264]);
    const { call, answered } = await talk(stage, eve, frank);
    assert.equal(videoOf(call).direction, undefined);
    assert.equal(videoOf(answered).direction, undefined);
    assert.doesNotMatch(said(stage, 'INVITE sip:102@10.0.1.6'), /^m=video/m);
    await over(eve, frank);
  },
  {
    exchange: {
      accounts: [
        { number: '101', name: 'Alice' },
        { number: '102', name: 'Bob', video: 'off' },
      ],
    },
  },
);

story(
  'UC06: feedback about what came reaches whoever sent it, under its own SSRC and numbers',
  async (stage) => {
    const { eve, frank } = await phones(stage, [H264], [H264]);
    const { call, answered } = await talk(stage, eve, frank);
    const [camera, screen] = [videoOf(call), videoOf(answered)];
    await seen(stage, camera, screen);
    const last = screen.received.at(-1);
    assert.ok(last !== undefined);
    const original = camera.sent.find(({ content }) => content === last.content);
    assert.ok(original !== undefined && original.ssrc !== last.ssrc);
    const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
    const told = async (type: number, count: number): Promise<void> =>
      stage.world.until(() => camera.told.some((one) => one.type === type && one.count === count && one.sender !== 0));
    const source = hex(camera.ssrc, 8);
    const ours = new Set(camera.received.map(({ ssrc }) => ssrc));

    screen.tell(205, 1, last.ssrc, `${hex((last.sequence - 2) & 0xffff, 4)}0002`);
    await told(205, 1);
    const nack = camera.told.find(({ type, count }) => type === 205 && count === 1);
    assert.equal(nack?.fci, `${hex((original.sequence - 2) & 0xffff, 4)}0002`);
    assert.equal(nack?.media, camera.ssrc);
    assert.ok(ours.has(nack?.sender ?? 0), 'it comes from the stream that the camera sees');

    camera.told.length = 0;
    screen.tell(206, 1, last.ssrc, '');
    await told(206, 1);
    assert.equal(camera.told.at(-1)?.media, camera.ssrc);
    screen.tell(206, 15, 0, `52454d420102abcd${hex(last.ssrc, 8)}`);
    await told(206, 15);
    assert.deepEqual(camera.told.at(-1)?.fci, `52454d420102abcd${source}`);
    screen.tell(205, 15, last.ssrc, '0001000200000300');
    await told(205, 15);
    assert.equal(camera.told.at(-1)?.fci, '0001000200000300');

    camera.told.length = 0;
    screen.tell(206, 1, last.ssrc ^ 1, '');
    await stage.world.after('1s');
    assert.equal(camera.told.length, 0, 'what is about another stream goes nowhere');
    await over(eve, frank);
  },
  { chaos: 'none' },
);

story('UC06: a phone that knows FIR alone is asked for a full picture by it', async (stage) => {
  const { eve, frank } = await phones(stage, [VP8], [VP8]);
  const { call, answered } = await talk(stage, eve, frank);
  const [camera, screen] = [videoOf(call), videoOf(answered)];
  await seen(stage, camera, screen);
  await stage.world.after('1s');
  camera.told.length = 0;
  for (let asked = 0; camera.told.length === 0 && asked < 20; asked += 1) {
    screen.tell(206, 1, screen.received.at(-1)?.ssrc ?? 0, '');
    await stage.world.after('1s');
  }
  const [fir] = camera.told;
  assert.deepEqual([fir?.type, fir?.count], [206, 4]);
  assert.equal(fir?.fci.slice(0, 8), camera.ssrc.toString(16).padStart(8, '0'));
  await over(eve, frank);
});

story('UC06: video is added to a call, and taken away again', async (stage) => {
  const { world } = stage;
  const { eve, frank } = await phones(stage, [{ ...H264, on: false }], [H264]);
  const { call, answered } = await talk(stage, eve, frank);
  assert.equal(videoOf(answered).direction, undefined);
  await call.film('sendrecv');
  assert.equal(videoOf(call).direction, 'sendrecv');
  await seen(stage, videoOf(call), videoOf(answered));
  await seen(stage, videoOf(answered), videoOf(call));
  await call.film('off');
  await world.until(() => videoOf(answered).direction === undefined);
  call.mark();
  answered.mark();
  await world.until(() => call.hearsOnly(TONES.bob) && answered.hearsOnly(TONES.alice));
  await over(eve, frank);
});

story('UC06: video that is added to a call with an audio-only phone is refused', async (stage) => {
  const { eve, frank } = await phones(stage, [{ ...H264, on: false }], []);
  const { call, answered } = await talk(stage, eve, frank);
  await call.film('sendrecv');
  assert.equal(videoOf(call).direction, undefined);
  call.mark();
  answered.mark();
  await stage.world.until(() => call.hearsOnly(TONES.bob) && answered.hearsOnly(TONES.alice));
  await over(eve, frank);
});

story('UC06: video alone is held: the other side is told, and the audio goes on', async (stage) => {
  const { world } = stage;
  const { eve, frank } = await phones(stage, [H264], [H264]);
  const { call, answered } = await talk(stage, eve, frank);
  await seen(stage, videoOf(call), videoOf(answered));
  await call.film('sendonly');
  assert.equal(videoOf(answered).direction, 'recvonly');
  await seesNothing(stage, videoOf(call));
  await seen(stage, videoOf(call), videoOf(answered));
  call.mark();
  await world.until(() => call.hearsOnly(TONES.bob));
  await call.film('sendrecv');
  assert.equal(videoOf(answered).direction, 'sendrecv');
  await seen(stage, videoOf(answered), videoOf(call));
  await over(eve, frank);
});

story('UC06: a call on hold shows nothing; resumed, a key frame is asked for', async (stage) => {
  const { world } = stage;
  const { eve, frank } = await phones(stage, [H264], [H264]);
  const { call, answered } = await talk(stage, eve, frank);
  await seen(stage, videoOf(call), videoOf(answered));
  await call.hold();
  await world.until(() => answered.hearsSound() && !answered.hears(TONES.alice));
  await seesNothing(stage, videoOf(answered));
  assert.equal(answered.reoffers, 0, 'hold ends at the exchange');
  const before = videoOf(call).told.length;
  await call.resume();
  await seen(stage, videoOf(call), videoOf(answered));
  // A report that is lost is not repeated.
  if (stage.calm)
    await world.until(() =>
      videoOf(call)
        .told.slice(before)
        .some(({ type, count }) => type === 206 && count === 1),
    );
  await over(eve, frank);
});

story('UC06: text in real time is passed on with its redundancy', async (stage) => {
  const { eve, frank } = await phones(stage, [TEXT], [TEXT]);
  const { call, answered } = await talk(stage, eve, frank);
  const [keyboard, display] = [call.text, answered.text];
  assert.ok(keyboard !== undefined && display !== undefined);
  assert.match(said(stage, 'INVITE sip:102@10.0.1.6'), /^m=text \d+ RTP\/AVPF 100 101\r$/m);
  assert.match(said(stage, 'INVITE sip:102@10.0.1.6'), /^a=fmtp:101 100\/100\/100\r$/m);
  await seen(stage, keyboard, display);
  await seen(stage, display, keyboard);
  await over(eve, frank);
});

story('UC06: a video call is transferred to an audio-only phone: the audio goes on, the video rests', async (stage) => {
  const { world, carol } = stage;
  const { eve, frank } = await phones(stage, [H264], [H264]);
  await carol.register();
  const { call, answered } = await talk(stage, eve, frank);
  await seen(stage, videoOf(call), videoOf(answered));
  answered.refer('103');
  const third = await carol.answer();
  await world.until(() => call.hearsOnly(TONES.carol) && third.hearsOnly(TONES.alice));
  await world.until(() => answered.ended);
  await seesNothing(stage, videoOf(call));
  await call.hangup();
});

story('UC06: a video call is transferred to a video phone, which is seen', async (stage) => {
  const { world, exchange } = stage;
  const { eve, frank } = await phones(stage, [H264], [H264]);
  const grace = phoneOf(world, exchange, 'grace', {
    number: '103',
    address: '10.0.1.7',
    tone: TONES.carol,
    pictures: [H264],
  });
  await grace.register();
  const { call, answered } = await talk(stage, eve, frank);
  answered.refer('103');
  const third = await grace.answer();
  await world.until(() => call.hearsOnly(TONES.carol) && third.hearsOnly(TONES.alice));
  await seen(stage, videoOf(call), videoOf(third));
  await seen(stage, videoOf(third), videoOf(call));
  await call.hangup();
  await world.until(() => answered.ended);
});

story('UC06: a caller who was answered before anybody was rung gets video by a re-INVITE', async (stage) => {
  const { eve, frank } = await phones(stage, [H264], [H264]);
  const call = eve.dial('700');
  await stage.world.until(() => call.up);
  assert.equal(videoOf(call).direction, undefined);
  await stage.world.after('3s');
  await call.press('1');
  const answered = await frank.answer();
  await stage.world.until(() => call.hearsOnly(TONES.bob) && answered.hearsOnly(TONES.alice));
  await seen(stage, videoOf(call), videoOf(answered));
  await seen(stage, videoOf(answered), videoOf(call));
  await over(eve, frank);
});

story(
  'UC06: on a protected leg the video is protected under keys of its own; the other leg is plain',
  async (stage) => {
    const { eve, frank } = await phones(stage, [H264], [H264], 'required');
    const { call, answered } = await talk(stage, eve, frank);
    assert.ok(call.secure && !answered.secure);
    await seen(stage, videoOf(call), videoOf(answered));
    await seen(stage, videoOf(answered), videoOf(call));
    const keys = said(stage, 'INVITE sip:102').matchAll(/^a=crypto/gm);
    assert.equal([...keys].length, 0);
    const ours = [...said(stage, 'SIP/2.0 200 OK').matchAll(/^a=crypto:\S+ \S+ inline:(\S+)/gm)].map(([, key]) => key);
    assert.equal(new Set(ours).size, ours.length);
    await over(eve, frank);
  },
  {
    exchange: {
      accounts: [
        { number: '101', name: 'Alice', srtp: 'required' },
        { number: '102', name: 'Bob' },
      ],
    },
  },
);

story('UC06: both switch their cameras on at the same moment', async (stage) => {
  const camera = { ...H264, on: false };
  const { eve, frank } = await phones(stage, [camera], [camera]);
  const { call, answered } = await talk(stage, eve, frank);
  await Promise.all([call.film('sendrecv'), answered.film('sendrecv')]);
  await stage.world.until(() => videoOf(call).direction === 'sendrecv' && videoOf(answered).direction === 'sendrecv');
  await seen(stage, videoOf(call), videoOf(answered));
  await seen(stage, videoOf(answered), videoOf(call));
  await over(eve, frank);
});

story('UC06: who is asked for video hangs up instead', async (stage) => {
  const { eve, frank } = await phones(stage, [{ ...H264, on: false }], [H264]);
  const { call, answered } = await talk(stage, eve, frank);
  const filming = call.film('sendrecv').catch(() => undefined);
  await stage.world.until(() => answered.reoffers === 1 || call.ended);
  await answered.hangup();
  await stage.world.until(() => call.ended);
  await filming;
  await over(eve, frank);
});

story('UC06: video before the call is answered is seen by the caller', async (stage) => {
  const { world } = stage;
  const { eve, frank } = await phones(stage, [H264], [H264]);
  const call = eve.dial('102');
  const ringing = await frank.rings();
  ringing.early();
  // What rides on an unreliable provisional response may be lost.
  if (stage.calm) await seen(stage, videoOf(ringing), videoOf(call));
  await ringing.answer();
  await world.until(() => call.up && call.hearsOnly(TONES.bob) && ringing.hearsOnly(TONES.alice));
  await seen(stage, videoOf(call), videoOf(ringing));
  await seen(stage, videoOf(ringing), videoOf(call));
  await over(eve, frank);
});

story('UC06: of two phones of Bob the one with a camera answers, or the other', async (stage) => {
  const { world, exchange } = stage;
  const { eve, frank } = await phones(stage, [H264], [H264]);
  const desk = phoneOf(world, exchange, 'desk', { number: '102', address: '10.0.1.9', tone: 1300 });
  await desk.register();
  const call = eve.dial('102');
  const [seeing, blind] = [await frank.rings(), await desk.rings()];
  await blind.answer();
  await world.until(() => call.hearsOnly(1300) && seeing.ended);
  assert.equal(videoOf(call).direction, undefined);
  await call.hangup();
  const again = eve.dial('102');
  await desk.rings();
  const answered = await frank.answer();
  await world.until(() => again.hearsOnly(TONES.bob));
  await seen(stage, videoOf(again), videoOf(answered));
  await again.hangup();
});

story('UC06: phones without RTCP feedback ask, and are asked, for a full picture by SIP INFO', async (stage) => {
  const { world } = stage;
  const old: PictureOptions = { kind: 'video', formats: ['98 VP8/90000'] };
  const { eve, frank } = await phones(stage, [H264], [old]);
  const { call, answered } = await talk(stage, eve, frank);
  await seen(stage, videoOf(call), videoOf(answered));
  await seen(stage, videoOf(answered), videoOf(call));
  const asked = (phone: PhoneCall): boolean =>
    phone.requests.some(
      ({ headers, body }) =>
        headers.get('Content-Type') === 'application/media_control+xml' &&
        new TextDecoder().decode(body).includes('<picture_fast_update/>'),
    );
  await world.until(() => asked(answered));
  assert.ok(!asked(call), 'it takes PLI');
  videoOf(call).told.length = 0;
  const body = new TextEncoder().encode('<media_control><vc_primitive><to_encoder><picture_fast_update/>');
  let status = 0;
  answered.session?.request(
    'INFO',
    { headers: [['Content-Type', 'application/media_control+xml']], body },
    (result) => {
      status = result.status;
    },
  );
  await world.until(() => status > 0);
  assert.equal(status, 200);
  if (stage.calm) await world.until(() => videoOf(call).told.some(({ type, count }) => type === 206 && count === 1));
  await over(eve, frank);
});
