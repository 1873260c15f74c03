import assert from 'node:assert/strict';
import { parseWav, toneShare } from '../src/codec/index.ts';
import type { ConferenceView, StreamClient } from '../src/pbx/index.ts';
import { cruel, hears, PASSWORD, type Phone, type PhoneCall, phoneOf, story, TONES } from '../testing/index.ts';
import { ask, joined, memberOf, over, rooms, three } from './conferences.ts';

/** The largest step from one sample to the next of what was heard since the mark. */
function jump(call: PhoneCall): number {
  const { samples, known } = call.heard;
  let most = 0;
  for (let at = 1; at < samples.length; at += 1)
    if (known[at] === 1 && known[at - 1] === 1)
      most = Math.max(most, Math.abs((samples[at] ?? 0) - (samples[at - 1] ?? 0)));
  return most;
}

story(
  'UC08 conference: everyone hears everyone but himself, displays name the bridge, the last one closes it',
  async (stage) => {
    const { world } = stage;
    const [a, b, c] = await three(stage);
    for (const call of [a, b, c]) assert.deepEqual(call.display, { name: 'Conference 600', number: '600' });
    await a.hangup();
    await world.until(() => b.hearsOnly(TONES.carol) && c.hearsOnly(TONES.bob));
    await b.hangup();
    // Who is left alone hears music.
    await world.until(() => c.hearsSound() && !c.hears(TONES.bob));
    assert.equal(rooms(stage).length, 1);
    await over(stage, [c]);
    for (const call of [a, b, c]) assert.equal(call.stream.ssrcs.length, 1);
  },
  { chaos: 'fair' },
);

story(
  'UC08 conference: who comes and goes makes no click in what the others hear',
  async (stage) => {
    const { world, alice, bob, carol, exchange } = stage;
    const dave = phoneOf(world, exchange, 'dave', { number: '104', address: '10.0.0.24' });
    const a = await joined(stage, alice);
    const b = await joined(stage, bob);
    const d = await joined(stage, dave);
    await world.until(() => d.hearsOnly(TONES.alice, TONES.bob));
    await world.after('2s');
    d.mark();
    const c = await joined(stage, carol);
    await world.until(() => d.hearsOnly(TONES.alice, TONES.bob, TONES.carol));
    await b.hangup();
    await world.until(() => d.hearsOnly(TONES.alice, TONES.carol));
    await c.hangup();
    await world.until(() => d.hearsOnly(TONES.alice));
    // Sines at −12 dB: steps of 2π·f·A/8000 at most, all three together; who comes in rises by A in 5 ms. The tones that tell of it
    // reach 0.2 of full scale at 880 Hz. G.711 is exact to one part in 32 there and here, on both ends of a step.
    const amplitude = 32768 * 10 ** (-12 / 20);
    const sines = ((TONES.alice + TONES.bob + TONES.carol) * 2 * Math.PI * amplitude) / 8000;
    const chime = (880 * 2 * Math.PI * 0.2 * 32768) / 8000;
    const bound = (sines + chime + amplitude / (0.005 * 8000)) * (1 + 2 / 32);
    assert.ok(jump(d) <= bound, `a step of ${jump(d)}, at most ${bound}`);
    await over(stage, [a, d]);
  },
  { chaos: 'none' },
);

const TWENTY = Array.from({ length: 20 }, (_, at) => ({ number: String(401 + at), name: `Member ${at + 1}` }));

story(
  'UC08 conference: of twenty members one leaves while he talks; the others hear the rest, and not themselves',
  async (stage) => {
    const { world, exchange } = stage;
    const tones = [500, 800, 1100] as const;
    const calls: PhoneCall[] = [];
    for (const [at, { number, name }] of TWENTY.entries()) {
      const tone = tones[at];
      const options = { number, password: PASSWORD, address: `10.0.1.${at + 1}`, ...(tone !== undefined && { tone }) };
      calls.push(await joined(stage, phoneOf(world, exchange, name, options)));
    }
    const [first, second, third, ...silent] = calls;
    assert.ok(first && second && third);
    await world.until(() => silent.every((call) => call.hearsOnly(...tones)) && first.hearsOnly(tones[1], tones[2]));
    assert.equal(rooms(stage)[0]?.members.length, 20);
    await first.hangup();
    await world.until(
      () =>
        silent.every((call) => call.hearsOnly(tones[1], tones[2])) &&
        second.hearsOnly(tones[2]) &&
        third.hearsOnly(tones[1]),
    );
    await Promise.all(calls.filter((call) => !call.ended).map((call) => call.hangup()));
    await over(stage, []);
  },
  { exchange: { accounts: TWENTY }, chaos: 'fair' },
);

const ENDPOINTS = {
  '101': { name: 'Alice', secret: PASSWORD },
  '102': { name: 'Bob', secret: PASSWORD },
  '103': { name: 'Carol', secret: PASSWORD },
  '104': { name: 'Dave', secret: PASSWORD },
} as const;
const CONFIGURED = {
  exchange: {
    configuration: {
      realm: 'strowger.test',
      endpoints: ENDPOINTS,
      conference: {
        '600': { name: 'Monday', pin: '1234', moderatorPin: '9876', announce: false },
        '601': { maxMembers: 1, announce: false },
        '602': { record: true, announce: false },
        '603': {},
      },
    },
  },
};

story(
  'UC08 conference: a PIN lets in who knows it, the moderator’s makes a moderator, three wrong ones end the call',
  async (stage) => {
    const { world, alice, bob, carol } = stage;
    const a = await joined(stage, alice);
    await a.press('9876#');
    await world.until(() => rooms(stage)[0]?.members.length === 1);
    const b = await joined(stage, bob);
    await b.press('4711#');
    await world.after('3s');
    await b.press('1234#');
    await world.until(() => a.hearsOnly(TONES.bob) && b.hearsOnly(TONES.alice));
    assert.deepEqual(b.display, { name: 'Monday', number: '600' });
    assert.deepEqual([memberOf(stage, '101').moderator, memberOf(stage, '102').moderator], [true, false]);
    const c = await joined(stage, carol);
    for (let tries = 0; tries < 3; tries += 1) {
      await c.press('0#');
      await world.after('4s');
    }
    await world.until(() => c.ended, '60s');
    assert.equal(rooms(stage)[0]?.members.length, 2);
    await over(stage, [a, b]);
  },
  CONFIGURED,
);

story(
  'UC08 conference: a moderator locks the room by *5, and then only moderators come in',
  async (stage) => {
    const { world, alice, bob, carol } = stage;
    const a = await joined(stage, alice);
    await a.press('9876#');
    const b = await joined(stage, bob);
    await b.press('1234#');
    await world.until(() => a.hearsOnly(TONES.bob));
    await b.press('*5');
    await world.after('1s');
    assert.equal(rooms(stage)[0]?.locked, false, 'only a moderator can');
    await a.press('*5');
    await world.until(() => rooms(stage)[0]?.locked === true);
    const c = await joined(stage, carol);
    await c.press('1234#');
    await world.until(() => c.ended, '60s');
    await a.press('*5');
    await world.until(() => rooms(stage)[0]?.locked === false);
    const again = await joined(stage, carol);
    await again.press('1234#');
    await world.until(() => a.hearsOnly(TONES.bob, TONES.carol));
    await over(stage, [a, b, again]);
  },
  CONFIGURED,
);

story(
  'UC08 conference: in a room without moderators everybody may lock it, and then nobody comes in',
  async (stage) => {
    const { world, alice, bob, carol } = stage;
    const a = await joined(stage, alice);
    const b = await joined(stage, bob);
    await world.until(() => a.hearsOnly(TONES.bob));
    await b.press('*5');
    await world.until(() => rooms(stage)[0]?.locked === true);
    const c = await joined(stage, carol);
    await world.until(() => c.ended, '60s');
    assert.equal(rooms(stage)[0]?.members.length, 2);
    await over(stage, [a, b]);
  },
);

story(
  'UC08 conference: a full room lets nobody in',
  async (stage) => {
    const { world, alice, bob } = stage;
    const a = await joined(stage, alice, '601');
    await world.until(() => rooms(stage).length === 1);
    const b = await joined(stage, bob, '601');
    await world.until(() => b.ended, '60s');
    await over(stage, [a]);
  },
  CONFIGURED,
);

story(
  'UC08 conference: all that is said is recorded in one file, from the first member to the last',
  async (stage) => {
    const { world, exchange, calm } = stage;
    const [a, b, c] = await three(stage, '602');
    const file = rooms(stage)[0]?.recording ?? '';
    await world.after('2s');
    await over(stage, [a, b, c]);
    await world.until(() => exchange.events.some(({ event }) => event === 'conference.recorded'));
    const wav = parseWav(exchange.recordings.get(file) ?? new Uint8Array());
    assert.ok(!('malformed' in wav));
    const seconds = wav.samples.length / wav.rate;
    assert.ok(seconds > 2);
    if (!calm) return;
    const all = wav.samples.subarray(wav.samples.length - wav.rate * 2.2, wav.samples.length - wav.rate * 1.2);
    assert.ok(hears(all, TONES.alice, TONES.bob, TONES.carol), 'all three are in it');
  },
  CONFIGURED,
);

story(
  'UC08 conference: who mutes himself by *6 is not heard and hears; so is one whom the API mutes; one whom it makes deaf hears nothing',
  async (stage) => {
    const { world } = stage;
    const [a, b, c] = await three(stage);
    await b.press('*6');
    await world.until(() => a.hearsOnly(TONES.carol) && c.hearsOnly(TONES.alice));
    await world.until(() => b.hearsOnly(TONES.alice, TONES.carol));
    assert.equal(memberOf(stage, '102').muted, true);
    await b.press('*6');
    await world.until(() => a.hearsOnly(TONES.bob, TONES.carol));
    assert.ok(ask(stage, (all) => all.changeMember('600', memberOf(stage, '103').id, { muted: true, deaf: true })));
    await world.until(() => a.hearsOnly(TONES.bob) && c.hearsNothing());
    assert.ok(ask(stage, (all) => all.changeMember('600', memberOf(stage, '103').id, { muted: false, deaf: false })));
    await world.until(() => a.hearsOnly(TONES.bob, TONES.carol) && c.hearsOnly(TONES.alice, TONES.bob));
    await over(stage, [a, b, c]);
  },
  { chaos: 'fair' },
);

story(
  'UC08 conference: one who is sent away is hung up, and the others go on; then all are sent away',
  async (stage) => {
    const { world } = stage;
    const [a, b, c] = await three(stage);
    const { id } = memberOf(stage, '102');
    assert.ok(ask(stage, (all) => all.kick('600', id)));
    await world.until(() => a.hearsOnly(TONES.carol) && c.hearsOnly(TONES.alice));
    await world.until(() => b.ended, '60s');
    assert.equal(
      ask(stage, (all) => all.kick('600', id)),
      false,
    );
    assert.ok(ask(stage, (all) => all.end('600')));
    await world.until(() => a.ended && c.ended, '60s');
    await over(stage, []);
  },
);

story('UC08 conference: *# leaves it', async (stage) => {
  const [a, b, c] = await three(stage);
  await b.press('*#');
  await stage.world.until(() => b.ended && a.hearsOnly(TONES.carol), '60s');
  await over(stage, [a, c]);
});

story('UC08 conference: who holds it is not heard, nor is the music of his phone', async (stage) => {
  const { world } = stage;
  const [a, b, c] = await three(stage);
  await b.hold();
  await world.until(() => a.hearsOnly(TONES.carol) && c.hearsOnly(TONES.alice));
  await b.resume();
  await world.until(() => a.hearsOnly(TONES.bob, TONES.carol) && b.hearsOnly(TONES.alice, TONES.carol));
  await over(stage, [a, b, c]);
});

story('UC08 conference: the exchange calls somebody into it', async (stage) => {
  const { world, alice, bob, exchange } = stage;
  await bob.register();
  const a = await joined(stage, alice);
  exchange.host.kernel.input('test', () => void exchange.exchange.originate({ from: '102', to: '600' }));
  const b = await bob.answer();
  await world.until(() => a.hearsOnly(TONES.bob) && b.hearsOnly(TONES.alice));
  await over(stage, [a, b]);
});

story(
  'UC08 conference: a tone tells the others who comes and another who goes, unless the room is silent about it',
  async (stage) => {
    const { world, exchange } = stage;
    // They say nothing themselves.
    const quiet = (name: string, at: number): Phone =>
      phoneOf(world, exchange, name, { number: String(100 + at), password: PASSWORD, address: `10.0.2.${at}` });
    const [x, y, z] = [quiet('xenia', 1), quiet('yann', 2), quiet('zoe', 3)];
    const [rising, falling] = [587, 880];
    for (const [number, told] of [
      ['603', true],
      ['602', false],
    ] as const) {
      const calls = [await joined(stage, x, number), await joined(stage, y, number)];
      const [a] = calls;
      await world.until(() => rooms(stage)[0]?.members.length === 2, '60s');
      await world.after('2s');
      a?.mark();
      const c = await joined(stage, z, number);
      await world.until(() => rooms(stage)[0]?.members.length === 3, '60s');
      await world.after('1s');
      assert.ok(a);
      assert.equal(order(a, rising, falling), told ? 'rises' : 'silent');
      a.mark();
      await c.hangup();
      await world.until(() => rooms(stage)[0]?.members.length === 2);
      await world.after('1s');
      assert.equal(order(a, rising, falling), told ? 'falls' : 'silent');
      await over(stage, calls);
    }
  },
  { ...CONFIGURED, chaos: 'none' },
);

/** Which of two notes came first since the mark. */
function order(call: PhoneCall, low: number, high: number): 'rises' | 'falls' | 'silent' {
  const { samples } = call.heard;
  const first = (hz: number): number => {
    for (let at = 0; at + 400 <= samples.length; at += 80)
      if (toneShare(samples.subarray(at, at + 400), 8000, hz) > 0.7) return at;
    return Number.POSITIVE_INFINITY;
  };
  const [deep, shrill] = [first(low), first(high)];
  if (deep === shrill) return 'silent';
  return deep < shrill ? 'rises' : 'falls';
}

story(
  'UC08 conference: by keys a moderator records, mutes all others, and sends away who came last; a hand is raised',
  async (stage) => {
    const { world, alice, bob, carol, exchange } = stage;
    const a = await joined(stage, alice);
    await a.press('9876#');
    const b = await joined(stage, bob);
    await b.press('1234#');
    // Who came last is the last to have given the PIN.
    await world.until(() => a.hearsOnly(TONES.bob), '60s');
    const c = await joined(stage, carol);
    await c.press('1234#');
    await world.until(() => a.hearsOnly(TONES.bob, TONES.carol), '60s');
    await b.press('*8');
    await b.press('*9');
    await world.until(() => memberOf(stage, '102').raised);
    assert.ok(!memberOf(stage, '103').muted, 'he is no moderator');
    await a.press('*8');
    await world.until(() => a.hearsNothing() && b.hearsOnly(TONES.alice) && c.hearsOnly(TONES.alice));
    assert.ok(memberOf(stage, '102').muted && memberOf(stage, '103').muted && !memberOf(stage, '101').muted);
    await a.press('*8');
    await world.until(() => a.hearsOnly(TONES.bob, TONES.carol));
    await a.press('*4');
    await world.until(() => rooms(stage)[0]?.recording !== undefined);
    await world.after('2s');
    await a.press('*4');
    await world.until(() => exchange.events.some(({ event }) => event === 'conference.recorded'));
    assert.equal(rooms(stage)[0]?.recording, undefined);
    await a.press('*3');
    await world.until(() => c.ended && a.hearsOnly(TONES.bob), '60s');
    await over(stage, [a, b]);
  },
  CONFIGURED,
);

cruel('UC08 conference', async (stage) => {
  const calls = await three(stage);
  await calls[1].press('*6');
  await stage.world.after('5s');
  await over(stage, calls);
});

story('UC08 conference: a wallboard is told who is in it and who talks', async (stage) => {
  const { world, alice, bob, exchange } = stage;
  const told: (ConferenceView | null)[] = [];
  const client: StreamClient = {
    send: (text) => {
      const message = JSON.parse(text) as { topic?: string; value?: ConferenceView | null };
      if (message.topic === 'conferences') told.push(message.value ?? null);
    },
    queued: () => 0,
  };
  let close = (): void => undefined;
  exchange.host.kernel.input('test', () => {
    const subscription = exchange.exchange.view.subscribe(client, ['conferences']);
    close = () => subscription.close();
  });
  const a = await joined(stage, alice);
  const b = await joined(stage, bob);
  await world.until(() => told.at(-1)?.members.filter(({ talking }) => talking).length === 2);
  await b.press('*6');
  await world.until(
    () =>
      told.at(-1)?.members.some(({ party, muted, talking }) => party.number === '102' && muted && !talking) === true,
  );
  await over(stage, [a, b]);
  await world.until(() => told.at(-1) === null);
  close();
});
