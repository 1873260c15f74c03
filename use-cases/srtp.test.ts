import assert from 'node:assert/strict';
import {
  type Datagram,
  phoneOf,
  type Phone,
  type PhoneCall,
  type Stage,
  story,
  type StoryOptions,
  TONES,
} from '../testing/index.ts';

type Policy = 'off' | 'offered' | 'required';

/** What the exchange is told about two accounts. */
function accounts(eve: Policy, frank: Policy): StoryOptions {
  const people = { 101: 'Alice', 102: 'Bob', 103: 'Carol' };
  return {
    exchange: {
      accounts: [
        ...Object.entries(people).map(([number, name]) => ({ number, name })),
        { number: '105', name: 'Eve', srtp: eve },
        { number: '106', name: 'Frank', srtp: frank },
      ],
    },
  };
}

/** Their phones, and what these can. */
async function phones({ world, exchange }: Stage, eve: Policy, frank: Policy): Promise<{ eve: Phone; frank: Phone }> {
  const both = {
    eve: phoneOf(world, exchange, 'eve', { number: '105', address: '10.0.1.5', srtp: eve, tone: TONES.alice }),
    frank: phoneOf(world, exchange, 'frank', { number: '106', address: '10.0.1.6', srtp: frank, tone: TONES.bob }),
  };
  for (const phone of [both.eve, both.frank]) await phone.register();
  return both;
}

/** Eve calls Frank, and they hear each other. */
async function talk(stage: Stage, eve: Phone, frank: Phone): Promise<{ call: PhoneCall; answered: PhoneCall }> {
  const call = eve.dial('106');
  const answered = await frank.answer();
  await stage.world.until(() => call.hearsOnly(TONES.bob) && answered.hearsOnly(TONES.alice));
  return { call, answered };
}

async function leave(...all: readonly Phone[]): Promise<void> {
  for (const phone of all) await phone.unregister();
}

/** The last message to a host that begins so. */
function said({ world }: Stage, start: string): string {
  return world.transcript.messages.findLast(({ firstLine }) => firstLine.startsWith(start))?.text ?? '';
}

story(
  'two phones whose accounts require SRTP hear each other, each leg under keys of its own',
  async (stage) => {
    const { eve, frank } = await phones(stage, 'required', 'required');
    const { call, answered } = await talk(stage, eve, frank);
    assert.ok(call.secure && answered.secure);
    const keys = stage.world.transcript.messages.flatMap(({ text }) =>
      [...text.matchAll(/^a=crypto:\d+ AES_CM_128_HMAC_SHA1_80 inline:(\S+)/gm)].map(([, key]) => key),
    );
    assert.equal(new Set(keys).size, 4, 'a key each way on each leg, and no other');
    await call.hangup();
    await leave(eve, frank);
  },
  accounts('required', 'required'),
);

story(
  'a protected leg and a plain one are joined: SRTP ends at the exchange',
  async (stage) => {
    const { eve, frank } = await phones(stage, 'offered', 'off');
    const { call, answered } = await talk(stage, eve, frank);
    assert.ok(call.secure);
    assert.ok(!answered.secure);
    await call.hangup();
    await leave(eve, frank);
  },
  { ...accounts('offered', 'off'), chaos: 'fair' },
);

story(
  'where SRTP is offered the exchange offers plain RTP with keys beside it, which a plain phone leaves out',
  async (stage) => {
    const { eve, frank } = await phones(stage, 'off', 'off');
    const { call, answered } = await talk(stage, eve, frank);
    assert.match(
      said(stage, 'INVITE sip:106@10.0.1.6'),
      /^m=audio \d+ RTP\/AVP [^]*^a=crypto:1 AES_CM_128_HMAC_SHA1_80 /m,
    );
    assert.ok(!call.secure && !answered.secure);
    await call.hangup();
    await leave(eve, frank);
  },
  accounts('offered', 'offered'),
);

story(
  'music, and prompts of the exchange itself, come protected; digits are understood',
  async (stage) => {
    const { eve, frank } = await phones(stage, 'required', 'off');
    const call = eve.dial('801');
    await stage.world.until(() => call.hearsOnly(TONES.alice));
    assert.ok(call.secure);
    await call.hangup();
    await leave(eve, frank);
  },
  accounts('required', 'off'),
);

story(
  'holding and resuming keep the keys: the rollover counters go on, and nothing is lost',
  async (stage) => {
    const { eve, frank } = await phones(stage, 'offered', 'required');
    const { call, answered } = await talk(stage, eve, frank);
    const before = new Set(keysOf(stage));
    await call.hold();
    await stage.world.until(() => answered.hearsSound());
    await call.resume();
    call.mark();
    answered.mark();
    await stage.world.until(() => call.hearsOnly(TONES.bob) && answered.hearsOnly(TONES.alice));
    assert.deepEqual(new Set(keysOf(stage)), before);
    // What chaos delivers twice is refused the second time.
    if (stage.calm) assert.equal(call.stream.strangers + answered.stream.strangers, 0);
    await call.hangup();
    await leave(eve, frank);
  },
  accounts('offered', 'required'),
);

function keysOf({ world }: Stage): readonly string[] {
  return world.transcript.messages.flatMap(({ text }) => [...text.matchAll(/^a=crypto:(.*)$/gm)].map(([line]) => line));
}

story(
  'a plain phone whose account requires SRTP is refused with 488 and a Warning that says why',
  async (stage) => {
    const { eve, frank } = await phones(stage, 'off', 'off');
    const call = eve.dial('106');
    await stage.world.until(() => call.ended);
    assert.equal(call.refusal?.status, 488);
    assert.match(said(stage, 'SIP/2.0 488'), /^Warning: 302 \S+ "SRTP with a crypto suite of ours is required"/m);
    assert.ok(!frank.ringing);
    await leave(eve, frank);
  },
  accounts('required', 'off'),
);

story(
  'an offer of nothing but SRTP is refused with 488 and a Warning where the account takes none',
  async (stage) => {
    const { eve, frank } = await phones(stage, 'required', 'off');
    const call = eve.dial('106');
    await stage.world.until(() => call.ended);
    assert.equal(call.refusal?.status, 488);
    assert.match(said(stage, 'SIP/2.0 488'), /^Warning: 302 \S+ "SRTP is not taken here"/m);
    await leave(eve, frank);
  },
  accounts('off', 'off'),
);

story(
  'a phone that cannot protect its audio refuses what requires SRTP, and hears nothing in plain',
  async (stage) => {
    const { eve, frank } = await phones(stage, 'off', 'off');
    const call = eve.dial('106');
    await frank.answer();
    await stage.world.until(() => frank.incoming?.ended === true);
    assert.match(said(stage, 'SIP/2.0 488'), /^To: <?"?Frank/m);
    assert.equal(frank.incoming?.stream.packets, 0);
    await call.hangup();
    assert.match(said(stage, 'INVITE sip:106@10.0.1.6'), /^m=audio \d+ RTP\/SAVP /m);
    await leave(eve, frank);
  },
  accounts('off', 'required'),
);

story(
  'packets that are played again, changed, or sent in plain by strangers are not heard',
  async (stage) => {
    const { world, exchange } = stage;
    const { eve, frank } = await phones(stage, 'required', 'required');
    const { call, answered } = await talk(stage, eve, frank);
    const taken: Datagram[] = [];
    world.network.drop((datagram) => {
      if (datagram.kind === 'rtp' && datagram.from.address === '10.0.1.5' && taken.length < 25) taken.push(datagram);
      return false;
    });
    await world.until(() => taken.length === 25);
    answered.mark();
    const { packets } = answered.stream;
    for (const { from, to, bytes } of taken) {
      const changed = bytes.slice();
      changed[3]! += 100;
      const plain = new Uint8Array(172).fill(0x20, 12);
      plain.set(bytes.subarray(0, 12));
      for (const forged of [bytes.slice(), changed, plain])
        exchange.host.kernel.input('forger', () => exchange.host.take(to.port, from, forged));
    }
    assert.equal(answered.stream.packets, packets, 'nothing of it was passed on');
    await world.after('1s');
    assert.ok(answered.hearsOnly(TONES.alice));
    assert.equal(answered.stream.stepsBack, 0);
    await call.hangup();
    await leave(eve, frank);
  },
  accounts('required', 'required'),
);
