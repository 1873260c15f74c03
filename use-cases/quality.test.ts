import assert from 'node:assert/strict';
import type { CallView } from '../src/pbx/index.ts';
import { type Phone, type Stage, story, type StoryOptions } from '../testing/index.ts';

/** Configured to end a call whose phone is silent for so long (ms). */
function patient(mediaTimeout: number): StoryOptions {
  return { exchange: { config: { mediaTimeout } }, chaos: 'none' };
}

async function talk({ world, alice, bob }: Stage): Promise<void> {
  for (const phone of [alice, bob]) await phone.register();
  const call = alice.dial('102');
  const answered = await bob.answer();
  await world.until(() => call.hearsSound() && answered.hearsSound());
}

/** Nothing that a phone sends for its ears arrives any more; what it signals does. */
function mute({ world }: Stage, phone: Phone): void {
  const { address } = phone.host;
  world.network.drop(({ kind, from }) => (kind === 'rtp' || kind === 'rtcp') && from.address === address);
}

story(
  'the record says how well each leg heard and was heard',
  async (stage) => {
    const { world, exchange, alice, bob } = stage;
    await talk(stage);
    await world.after('20s');
    await alice.hangup();
    await world.until(
      () => exchange.exchange.view.records(1)[0]?.legs.every(({ quality }) => quality !== undefined) === true,
    );
    const [record] = exchange.exchange.view.records(1);
    for (const { quality } of record?.legs ?? []) {
      assert.ok(quality);
      assert.equal(quality.codec, 'PCMU');
      assert.ok(quality.received.packets > 900, `${quality.received.packets} packets`);
      assert.equal(quality.received.lost, 0);
      assert.ok(quality.received.jitter < 5);
      assert.ok(quality.received.mos > 4.3, `MOS ${quality.received.mos}`);
    }
    for (const phone of [alice, bob]) await phone.unregister();
  },
  { chaos: 'none' },
);

story(
  'a leg whose way loses packets is told from the one that does not',
  async (stage) => {
    const { world, exchange, alice, bob } = stage;
    await talk(stage);
    let count = 0;
    const { address } = alice.host;
    world.network.drop(({ kind, from }) => kind === 'rtp' && from.address === address && (count += 1) % 10 === 0);
    await world.after('20s');
    await alice.hangup();
    await world.until(
      () => exchange.exchange.view.records(1)[0]?.legs.every(({ quality }) => quality !== undefined) === true,
    );
    const [caller, called] = exchange.exchange.view.records(1)[0]?.legs ?? [];
    const { lost = 0, mos = 0 } = caller?.quality?.received ?? {};
    assert.ok(lost > 80 && lost < 120, `${lost} lost of 1000, every tenth`);
    assert.ok(mos < 3.6, `MOS ${mos}`);
    assert.equal(called?.quality?.received.lost, 0);
    for (const phone of [alice, bob]) await phone.unregister();
  },
  { chaos: 'none' },
);

story(
  'a phone that is gone without a word ends its call, and the record says why',
  async (stage) => {
    const { world, exchange, alice, bob } = stage;
    await talk(stage);
    mute(stage, alice);
    const since = world.now;
    await world.until(() => bob.call?.ended === true, '60s');
    assert.ok(world.now - since >= 30_000, `after ${world.now - since} ms`);
    assert.ok(world.now - since < 45_000);
    const [record] = exchange.exchange.view.records(1);
    assert.equal(record?.reasonPhrase, 'Media Timeout');
    assert.equal(record?.q850, 102);
    const bye = world.transcript.messages.find(({ firstLine }) => firstLine.startsWith('BYE sip:101@'));
    assert.match(bye?.text ?? '', /^Reason: Q\.850;cause=102;text="Media Timeout"/m);
    for (const phone of [alice, bob]) await phone.unregister();
  },
  patient(30_000),
);

story(
  'a held leg and a phone that rings are not taken for dead',
  async (stage) => {
    const { world, alice, bob } = stage;
    for (const phone of [alice, bob]) await phone.register();
    const call = alice.dial('102');
    const ringing = await bob.rings();
    ringing.early();
    await world.after('12s');
    await ringing.answer();
    await world.until(() => call.hearsSound() && ringing.hearsSound());
    await ringing.hold();
    mute(stage, bob);
    await world.after('60s');
    assert.ok(call.up && ringing.up);
    await call.hangup();
    for (const phone of [alice, bob]) await phone.unregister();
  },
  patient(10_000),
);

story(
  'how well a talk sounds is told while it lasts: of each leg, as it is now, and packets that are lost show at once',
  async (stage) => {
    const { world, exchange, alice, bob } = stage;
    await talk(stage);
    const { view } = exchange.exchange;
    const id = view.calls()[0]?.id ?? '';
    const ask = async (): Promise<CallView> => {
      const told: (CallView | undefined)[] = [];
      exchange.host.kernel.input('test', () => view.measured(id, (call) => void told.push(call)));
      await world.until(() => told.length === 1);
      return told[0] ?? assert.fail('no such call');
    };
    await world.after('16s');
    const good = await ask();
    for (const { quality } of good.legs) {
      assert.equal(quality?.codec, 'PCMU');
      assert.deepEqual([quality.received.lost, quality.received.packets > 750], [0, true]);
      assert.ok(quality.received.jitter < 2 && quality.received.mos > 4.3);
    }
    assert.ok(
      view.calls()[0]?.legs.every(({ quality }) => quality === undefined),
      'nobody is asked for a list',
    );
    let count = 0;
    const { address } = alice.host;
    world.network.drop(({ kind, from }) => kind === 'rtp' && from.address === address && (count += 1) % 5 === 0);
    await world.after('10s');
    const [caller, called] = (await ask()).legs;
    const { lost = 0, mos = 5 } = caller?.quality?.received ?? {};
    assert.ok(lost >= 90 && lost <= 110, `${lost} lost of 500, every fifth`);
    assert.ok(mos < 4 && called?.quality?.received.lost === 0, `MOS ${mos}`);
    await alice.hangup();
    const gone: (CallView | undefined)[] = [];
    await world.until(() => view.calls().length === 0);
    exchange.host.kernel.input('test', () => view.measured(id, (call) => void gone.push(call)));
    await world.until(() => gone.length === 1);
    assert.deepEqual(gone, [undefined]);
    for (const phone of [alice, bob]) await phone.unregister();
  },
  { chaos: 'none' },
);
