import assert from 'node:assert/strict';
import type { Feature, Originated, Origination, PlacedView } from '../src/pbx/index.ts';
import { type Stage, story, TONES } from '../testing/index.ts';

interface Asked extends Originated {
  /** What was told, in order. */
  readonly told: readonly PlacedView[];
}

/** Asks the exchange for a call, as a script does. */
function originate({ exchange: { exchange, host } }: Stage, request: Origination): Asked {
  const told: PlacedView[] = [];
  let placed: Originated | undefined;
  host.kernel.input('test', () => {
    placed = exchange.originate(request, (now) => void told.push(now));
  });
  assert.ok(placed !== undefined);
  const { call } = placed;
  const asked = placed;
  const cancel = (): void => host.kernel.input('test', () => asked.cancel());
  return {
    call,
    told,
    cancel,
    get now() {
      return asked.now;
    },
  };
}

const statesOf = ({ told }: Asked): readonly string[] => told.map(({ state }) => state);

async function ended({ world }: Stage, asked: Asked): Promise<PlacedView> {
  await world.until(() => asked.now.state === 'ended', '90s');
  return asked.now;
}

story(
  'UC02 one-way outgoing call: Bob is rung, answers, hears the recording, hangs up',
  async (stage) => {
    const { world, bob, exchange, calm } = stage;
    await bob.register();
    const asked = originate(stage, { from: '102', to: '800', callerId: { name: 'Your candidate', number: '800' } });
    const ringing = await bob.rings();
    assert.deepEqual(ringing.display, { name: 'Your candidate', number: '800' });
    if (calm) await world.until(() => asked.now.state === 'ringing');
    await ringing.answer();
    await world.until(() => ringing.hearsSound());
    const { view } = exchange.exchange;
    assert.deepEqual(view.call(asked.call)?.placed, asked.now);
    // Where the ACK was lost the recording may be over before he hears it.
    if (calm) assert.equal(asked.now.state, 'answered');
    await ringing.hangup();
    const { outcome, status, by } = await ended(stage, asked);
    assert.deepEqual([outcome, status, by?.number], ['answered', 200, '102']);
    if (calm) assert.deepEqual(statesOf(asked), ['ringing', 'answered', 'ended']);
    await world.until(() => view.records(1).length === 1);
    const [record] = view.records(1);
    assert.deepEqual(
      [record?.id, record?.origin, record?.from.number, record?.dialed, record?.status, record?.answeredBy],
      [asked.call, 'exchange', '102', '800', 200, undefined],
    );
    assert.deepEqual(
      record?.legs.map(({ left }) => left),
      [true],
    );
    assert.equal(view.call(asked.call)?.placed?.state, 'ended');
  },
  { chaos: 'fair' },
);

story(
  'UC04 originated two-way call: Bob, then Carol; both displays change to the other party',
  async (stage) => {
    const { world, bob, carol, exchange } = stage;
    await Promise.all([bob.register(), carol.register()]);
    const callerId = { name: 'Switchboard', number: '0' };
    const asked = originate(stage, { from: '102', join: '103', callerId });
    const first = await bob.rings();
    assert.deepEqual(first.display, callerId);
    assert.equal(carol.calls.length, 0);
    await first.answer();
    const second = await carol.rings();
    assert.deepEqual(second.display, callerId);
    await second.answer();
    await world.until(() => asked.now.state === 'joined');
    await world.until(() => first.hearsOnly(TONES.carol) && second.hearsOnly(TONES.bob));
    await world.until(() => first.display.number === '103' && second.display.number === '102');
    assert.deepEqual(first.display, { name: 'Carol', number: '103' });
    assert.deepEqual(second.display, { name: 'Bob', number: '102' });
    await second.hangup();
    await world.until(() => first.ended);
    const { outcome, by } = await ended(stage, asked);
    assert.deepEqual([outcome, by?.number], ['answered', '103'], 'who hung up, though it is not the first leg');
    await world.until(() => exchange.exchange.view.records(1).length === 1);
    const [record] = exchange.exchange.view.records(1);
    assert.deepEqual([record?.answeredBy?.number, record?.origin], ['103', 'exchange']);
    assert.deepEqual(
      record?.legs.map(({ left }) => left),
      [false, true],
    );
  },
  { chaos: 'fair' },
);

story(
  'click to call: without a caller id Bob sees whom he will talk to, and what he reaches is the dialplan',
  async (stage) => {
    const { world, bob, carol } = stage;
    await Promise.all([bob.register(), carol.register()]);
    const asked = originate(stage, { from: '102', to: '203', autoAnswer: true });
    const first = await bob.rings();
    assert.equal(first.display.number, '203');
    assert.match(first.invite?.headers.get('Call-Info') ?? '', /answer-after=0/);
    await first.answer();
    const second = await carol.rings();
    assert.deepEqual(second.display, { name: 'Bob', number: '102' });
    await second.answer();
    await world.until(() => first.hearsOnly(TONES.carol) && second.hearsOnly(TONES.bob));
    await world.until(() => first.display.number === '103');
    await second.hangup();
    assert.equal((await ended(stage, asked)).outcome, 'answered');
  },
  { chaos: 'fair' },
);

story(
  'the first phone is busy: 486, and nobody else is rung',
  async (stage) => {
    const { world, bob, carol, exchange } = stage;
    await Promise.all([bob.register(), carol.register()]);
    bob.busy = true;
    const asked = originate(stage, { from: '102', join: '103' });
    const { outcome, status } = await ended(stage, asked);
    assert.deepEqual([outcome, status], ['busy', 486]);
    assert.equal(carol.calls.length, 0);
    await world.until(() => exchange.exchange.view.records(1).length === 1);
    const [record] = exchange.exchange.view.records(1);
    assert.deepEqual([record?.status, record?.answeredAt, record?.answeredBy], [486, undefined, undefined]);
  },
  { chaos: 'fair' },
);

story(
  'the second phone is busy: Bob is let go with what was heard of it',
  async (stage) => {
    const { world, bob, carol } = stage;
    await Promise.all([bob.register(), carol.register()]);
    carol.busy = true;
    const asked = originate(stage, { from: '102', join: '103' });
    const first = await bob.answer();
    await world.until(() => first.ended);
    const { outcome, status } = await ended(stage, asked);
    assert.deepEqual([outcome, status], ['busy', 486]);
  },
  { chaos: 'fair' },
);

story(
  'nobody answers within the time: 480 and its cause, the phone stops ringing',
  async (stage) => {
    const { world, bob } = stage;
    await bob.register();
    const asked = originate(stage, { from: '102', to: '800', for: '10s' });
    const ringing = await bob.rings();
    const since = world.now;
    const { outcome, status, q850 } = await ended(stage, asked);
    assert.deepEqual([outcome, status, q850], ['noAnswer', 480, 19]);
    assert.ok(world.now - since <= 10_000);
    await world.until(() => ringing.ended);
  },
  { chaos: 'fair' },
);

story(
  'the asker cancels: while the first rings, while the second rings, while they talk',
  async (stage) => {
    const { world, bob, carol, exchange } = stage;
    await Promise.all([bob.register(), carol.register()]);
    const early = originate(stage, { from: '102', join: '103' });
    const ringing = await bob.rings();
    early.cancel();
    await world.until(() => ringing.ended);
    assert.deepEqual([(await ended(stage, early)).outcome, early.now.status], ['cancelled', 487]);

    const late = originate(stage, { from: '102', join: '103' });
    const first = await bob.answer();
    const second = await carol.rings();
    late.cancel();
    await world.until(() => first.ended && second.ended);
    assert.equal((await ended(stage, late)).outcome, 'cancelled');

    const talking = originate(stage, { from: '102', join: '103' });
    await bob.answer();
    const carols = await carol.answer();
    await world.until(() => talking.now.state === 'joined');
    assert.ok(exchange.exchange.view.hangup(talking.call.slice(0, 12)));
    await world.until(() => carols.ended);
    assert.equal((await ended(stage, talking)).outcome, 'answered');
  },
  { chaos: 'fair' },
);

story(
  'Bob hangs up before Carol answers: she stops ringing',
  async (stage) => {
    const { world, bob, carol } = stage;
    await Promise.all([bob.register(), carol.register()]);
    const asked = originate(stage, { from: '102', join: '103' });
    const first = await bob.answer();
    const second = await carol.rings();
    await first.hangup();
    await world.until(() => second.ended);
    assert.deepEqual([(await ended(stage, asked)).outcome, asked.now.status], ['cancelled', 487]);
  },
  { chaos: 'fair' },
);

story('what cannot be: no such number, no phone, an exchange that drains', async (stage) => {
  const { world, exchange } = stage;
  const cases: readonly (readonly [Origination, number, string])[] = [
    [{ from: '199', to: '800' }, 404, 'unavailable'],
    [{ from: '102', to: '999' }, 404, 'unavailable'],
    [{ from: '102', join: '199' }, 404, 'unavailable'],
    [{ from: '102', to: '800' }, 480, 'unavailable'],
    [{ from: '102', to: '800', account: '199' }, 403, 'rejected'],
  ];
  for (const [request, status, outcome] of cases) {
    const asked = originate(stage, request);
    const now = await ended(stage, asked);
    assert.deepEqual([now.status, now.outcome], [status, outcome], JSON.stringify(request));
  }
  exchange.exchange.drain();
  assert.equal((await ended(stage, originate(stage, { from: '102', to: '800' }))).status, 503);
  await world.until(() => exchange.exchange.view.records(9).length === 6);
  assert.equal(exchange.exchange.view.calls().length, 0);
  const soon = { from: '102', to: '800', for: 'soon' } as unknown as Origination;
  assert.throws(() => exchange.exchange.originate(soon), RangeError);
});

const LIMITED = {
  accounts: [
    { number: '101', name: 'Alice', calls: 1, identities: [{ name: 'Sales', number: '555' }] },
    { number: '102', name: 'Bob' },
    { number: '103', name: 'Carol' },
  ],
};

story(
  'on behalf of an account: its limit of calls holds, and its own names only',
  async (stage) => {
    const { world, bob } = stage;
    await bob.register();
    const forged = originate(stage, { from: '102', to: '800', account: '101', callerId: { name: 'X', number: '103' } });
    assert.equal((await ended(stage, forged)).status, 403);
    const one = originate(stage, {
      from: '102',
      to: '800',
      account: '101',
      callerId: { name: 'Sales', number: '555' },
    });
    const ringing = await bob.rings();
    assert.equal(ringing.display.number, '555');
    const more = originate(stage, { from: '102', to: '800', account: '101' });
    assert.deepEqual([(await ended(stage, more)).outcome, more.now.status], ['busy', 486]);
    one.cancel();
    await ended(stage, one);
    await world.until(() => ringing.ended);
    const again = originate(stage, { from: '102', to: '800', account: '101' });
    const rung = await bob.rings();
    assert.deepEqual(rung.display, { name: 'Alice', number: '101' });
    again.cancel();
    await ended(stage, again);
  },
  { exchange: LIMITED },
);

/** Whoever dials 55 is called back. */
const callBack: Feature = {
  name: 'call back',
  extensions: ({ kernel, originate: place }, builder) => {
    builder.on('55', (call) => {
      kernel.scene.after(60_000, () => void place({ from: call.from.number, to: '66' }));
      return call.hangup({ status: 480, reasonPhrase: 'Later' });
    });
    builder.on('66', (call) => call.echo());
  },
};

story(
  'a feature places a call of its own: a call back after a minute',
  async ({ world, alice }) => {
    await alice.register();
    const call = alice.dial('55');
    await world.until(() => call.ended);
    const back = await alice.answer('70s');
    assert.equal(back.display.number, '66');
    await world.until(() => back.hearsOnly(TONES.alice));
    await back.hangup();
  },
  { chaos: 'fair', exchange: { features: [callBack] } },
);
