import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DEMO_CONFIG, DEMO_FEATURES } from '../src/demo.ts';
import { wavHeader } from '../src/codec/index.ts';
import { latin1 } from '../src/kernel/index.ts';
import type { SoundFiles } from '../src/media/ports.ts';
import type { Account } from '../src/pbx/index.ts';
import { type Stage, story, TONES } from '../testing/index.ts';

/** What no phone means to send: each is answered or passed over, and the calls of others go on. */

const MALLORY = '10.0.0.66';
const accounts: readonly Account[] = [
  ...DEMO_CONFIG.accounts,
  { number: 'mallory', name: 'Mallory', addresses: [MALLORY] },
];
const options = { exchange: { accounts, features: DEMO_FEATURES }, chaos: 'none' } as const;

/** Somebody who may call, and says in SDP what he likes. */
function mallory({ world, exchange }: Stage) {
  const finals = new Map<string, number>();
  const target = `sip:801@${exchange.hop.address}`;
  const send = (text: string): void =>
    socket?.send(new TextEncoder().encode(text), exchange.hop.address, exchange.hop.port);
  const message = (
    method: string,
    call: string,
    cseq: number,
    to: string,
    more: readonly string[],
    body = '',
  ): string =>
    [
      `${method} ${target} SIP/2.0`,
      `Via: SIP/2.0/UDP ${MALLORY}:5060;branch=z9hG4bK${call}${method === 'BYE' ? 'bye' : to === '' ? '' : 'ack'};rport`,
      'Max-Forwards: 70',
      `From: <sip:mallory@${exchange.hop.address}>;tag=${call}`,
      `To: <${target}>${to}`,
      `Call-ID: ${call}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: <sip:mallory@${MALLORY}:5060>`,
      ...more,
      `Content-Length: ${new TextEncoder().encode(body).length}`,
      '',
      body,
    ].join('\r\n');
  const socket = world.host(MALLORY).socket(5060, (bytes) => {
    const text = latin1(bytes);
    const [, status, call] = /^SIP\/2\.0 (\d{3}) [^]*?\r\nCall-ID: *(\S+)/i.exec(text) ?? [];
    if (status === undefined || call === undefined || Number(status) < 200 || !/\r\nCSeq: *1 INVITE/i.test(text))
      return;
    const tag = /\r\nTo:[^\r]*(;tag=[^\s;]+)/i.exec(text)?.[1] ?? '';
    const ok = Number(status) < 300;
    const ack = message('ACK', call, 1, tag, []);
    send(ok ? ack : ack.replace(`${call}ack`, call));
    if (ok) send(message('BYE', call, 2, tag, []));
    finals.set(call, Number(status));
  });
  return {
    finals,
    call: (call: string, sdp: string) => send(message('INVITE', call, 1, '', ['Content-Type: application/sdp'], sdp)),
  };
}

const LINES = [
  'v=0',
  `o=- 1 1 IN IP4 ${MALLORY}`,
  's=-',
  `c=IN IP4 ${MALLORY}`,
  't=0 0',
  'm=audio 4000 RTP/AVP 0 8 9 111 101 13',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 useinbandfec=1',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-16',
  'a=ptime:20',
  'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  'a=rtcp:4001',
  'a=sendrecv',
];

const number = fc.constantFrom(
  '0',
  '-1',
  '1',
  '65535',
  '65536',
  '4294967296',
  '99999999999999999999',
  '1e9',
  'NaN',
  '',
);
/** One change of a description: a line gone, twice, elsewhere, of other numbers, cut, or of any text at all. */
const change = fc.oneof(
  fc.record({ at: fc.nat(LINES.length - 1) }).map(
    ({ at }) =>
      (lines: string[]) =>
        void lines.splice(at, 1),
  ),
  fc.record({ at: fc.nat(LINES.length - 1), times: fc.integer({ min: 1, max: 30 }) }).map(
    ({ at, times }) =>
      (lines: string[]) =>
        void lines.splice(at, 0, ...Array.from({ length: times }, () => lines[at] ?? '')),
  ),
  fc
    .record({ at: fc.nat(LINES.length - 1), number, which: fc.nat(5) })
    .map(({ at, number: other, which }) => (lines: string[]) => {
      let seen = 0;
      lines[at] = (lines[at] ?? '').replaceAll(/\d+/g, (digits) => (seen++ === which ? other : digits));
    }),
  fc.record({ at: fc.nat(LINES.length - 1), length: fc.nat(40) }).map(({ at, length }) => (lines: string[]) => {
    lines[at] = (lines[at] ?? '').slice(0, length);
  }),
  fc
    .record({ at: fc.nat(LINES.length - 1), text: fc.string({ maxLength: 60, unit: 'binary' }) })
    .map(({ at, text }) => (lines: string[]) => {
      lines[at] = (lines[at] ?? '').slice(0, 2) + text;
    }),
);

const bodies = fc.sample(
  fc.array(change, { minLength: 1, maxLength: 5 }).map((changes) => {
    const lines = [...LINES];
    for (const alter of changes) alter(lines);
    return `${lines.join('\r\n')}\r\n`;
  }),
  { numRuns: 200, seed: 8866 },
);

story(
  'two hundred descriptions that nobody means, seeded: each call is answered or refused, a talk beside them goes on',
  async (stage) => {
    const { world, alice, bob, exchange } = stage;
    for (const phone of [alice, bob]) await phone.register();
    const call = alice.dial('102');
    const answered = await bob.answer();
    await world.until(() => call.hearsOnly(TONES.bob) && answered.hearsOnly(TONES.alice));
    const { finals, call: invite } = mallory(stage);
    for (const [at, body] of bodies.entries()) {
      invite(`m${at}`, body);
      await world.until(() => finals.has(`m${at}`), '35s');
    }
    for (const [id, status] of finals)
      assert.ok([200, 400, 415, 480, 488].includes(status), `${status} to ${bodies[Number(id.slice(1))]}`);
    assert.ok([...finals.values()].includes(200) && [...finals.values()].includes(488), 'some are good, some are not');
    assert.deepEqual(world.faults, []);
    call.mark();
    answered.mark();
    await world.after('2s');
    assert.ok(call.hearsOnly(TONES.bob) && answered.hearsOnly(TONES.alice));
    assert.equal(exchange.media.census().sessions, 2, 'only the talk is left');
    await call.hangup();
    await world.until(() => answered.ended);
  },
  options,
);

story(
  'INFO with a body of anything is refused or taken, and the call goes on',
  async ({ world, alice }) => {
    await alice.register();
    const call = alice.dial('801');
    await world.until(() => call.hearsOnly(TONES.alice));
    const told: (number | undefined)[] = [];
    const junk = fc.sample(fc.uint8Array({ minLength: 1, maxLength: 300 }), { numRuns: 40, seed: 6086 });
    for (const [at, body] of junk.entries()) {
      const type = ['application/dtmf-relay', 'application/dtmf', 'text/plain', ';;;'][at % 4] ?? '';
      call.session?.request(
        'INFO',
        { headers: [['Content-Type', type]], body },
        (result) => void told.push(result.status),
      );
      await world.until(() => told.length === at + 1);
    }
    assert.ok(told.every((status) => status === 200 || status === 400 || status === 415));
    call.mark();
    await world.after('2s');
    assert.ok(call.hearsOnly(TONES.alice));
    assert.deepEqual(world.faults, []);
    await call.hangup();
  },
  options,
);

/** What is no packet of the call: from the phone itself, and from a stranger who knows the port. */
const STRAYS: Readonly<Record<string, (at: number) => Uint8Array>> = {
  'no RTP': (at) => Uint8Array.from({ length: at % 40 }, (_, octet) => octet * 7),
  'a payload number that was not agreed': (at) => rtp(77, at, 172),
  'from elsewhere than its phone': (at) => rtp(0, at, [13, 172, 1400][at % 3] ?? 12),
};

function rtp(payload: number, at: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set([0x80, payload, 0x77, at & 0xff, 0, 0, at >> 8, at & 0xff, 9, 9, 9, 9]);
  return bytes;
}

for (const [why, stray] of Object.entries(STRAYS)) {
  story(
    `packets that are not of the call (${why}): the talk goes on, and an event says where they come from`,
    async ({ world, alice, bob, exchange }) => {
      for (const phone of [alice, bob]) await phone.register();
      const call = alice.dial('102');
      const answered = await bob.answer();
      await world.until(() => call.hearsOnly(TONES.bob) && answered.hearsOnly(TONES.alice));
      const to = call.stream.sources[0]?.split(':') ?? [];
      const stranger = world.host(MALLORY).socket(4666, () => undefined);
      for (let at = 0; at < 400; at += 1) {
        stranger?.send(stray(at), to[0] ?? '', Number(to[1]));
        await world.after('20ms');
      }
      const events = exchange.events.filter(({ event }) => event === 'media.strays');
      assert.equal(events.length, 1);
      const [told] = events;
      assert.ok(told?.event === 'media.strays');
      assert.deepEqual([told.source, told.why], [`${MALLORY}:4666`, why]);
      assert.ok(told.packets >= 25);
      call.mark();
      answered.mark();
      await world.after('2s');
      assert.ok(call.hearsOnly(TONES.bob) && answered.hearsOnly(TONES.alice));
      assert.deepEqual(world.faults, []);
      await call.hangup();
      await world.until(() => answered.ended);
    },
    options,
  );
}

const TONE_WAV = wavOf(1500, 2000);
/** A prompt cut in half, one that may not be read, one that is no sound, and music that may not be read. */
const broken: SoundFiles = {
  load: (name, then) => {
    if (name === 'half') then(TONE_WAV.subarray(0, TONE_WAV.length >> 1));
    else if (name === 'locked') then(undefined, 'no right to read');
    else if (name === 'text') then(new TextEncoder().encode('hello'));
    else then(TONE_WAV);
  },
  music: (then) => then([], 'no right to read'),
};

function wavOf(hz: number, ms: number): Uint8Array {
  const samples = Int16Array.from({ length: ms * 8 }, (_, at) => 8000 * Math.sin((2 * Math.PI * hz * at) / 8000));
  const data = new Uint8Array(samples.buffer);
  return Uint8Array.of(...wavHeader('PCM16', 8000, data.length), ...data);
}

story(
  'a prompt that is cut short is heard as far as it goes, one that cannot be read is left out; events say which and why',
  async ({ world, alice, exchange }) => {
    await alice.register();
    const call = alice.dial('500');
    await world.until(() => call.up);
    call.mark();
    await world.until(() => call.hearsOnly(1500));
    await world.until(() => call.ended, '20s');
    const missing = exchange.events.flatMap((one) => (one.event === 'sound.missing' ? [[one.file, one.why]] : []));
    assert.deepEqual(
      missing.toSorted(([a = ''], [b = '']) => a.localeCompare(b)),
      [
        ['half', 'half: cut short, 999 of 2000 ms'],
        ['locked', 'no right to read: locked'],
        ['text', 'text: no RIFF WAVE file'],
      ],
    );
    assert.deepEqual(world.faults, []);
  },
  {
    exchange: {
      sounds: broken,
      rules: (builder) =>
        void builder.on('500', async (call) => {
          await call.answer();
          await call.play('half', 'locked', 'text', 'whole');
        }),
    },
    chaos: 'none',
  },
);

story(
  'a folder of music without rights: whoever is held hears silence, an event says why, and the talk goes on',
  async ({ world, alice, bob, exchange }) => {
    for (const phone of [alice, bob]) await phone.register();
    const call = alice.dial('102');
    const answered = await bob.answer();
    await world.until(() => call.hearsOnly(TONES.bob) && answered.hearsOnly(TONES.alice));
    await answered.hold();
    call.mark();
    await world.after('3s');
    assert.ok(!call.hearsSound());
    const missing = exchange.events.flatMap((one) => (one.event === 'sound.missing' ? [[one.file, one.why]] : []));
    assert.deepEqual(missing, [['music', 'no right to read']]);
    await answered.resume();
    await world.until(() => call.hearsOnly(TONES.bob) && answered.hearsOnly(TONES.alice));
    await call.hangup();
    await world.until(() => answered.ended);
  },
  { exchange: { sounds: broken }, chaos: 'none' },
);
