import assert from 'node:assert/strict';
import type { RecordView } from '../src/pbx/index.ts';
import { type Stage, startExchange, story } from '../testing/index.ts';

/** The records so far, the newest first, when there are so many. */
async function records({ world, exchange }: Stage, count: number): Promise<readonly RecordView[]> {
  const { view } = exchange.exchange;
  await world.until(() => view.records(100).length === count);
  return view.records(100);
}

story('what a call was is on record when it has ended, and after a restart', async (stage) => {
  const { world, alice, bob, exchange, calm } = stage;
  await alice.register();
  await bob.register();
  const began = world.wall;
  const call = alice.dial('*67102');
  const answered = await bob.answer();
  await world.until(() => call.up);
  await world.after('10s');
  await call.hangup();
  await world.until(() => answered.ended);
  const [record] = await records(stage, 1);
  assert.ok(record !== undefined);
  assert.deepEqual(record.from, { name: 'Alice', number: '101' });
  assert.equal(record.withheld, true);
  assert.equal(record.dialed, '*67102');
  assert.deepEqual(record.answeredBy, { name: 'Bob', number: '102' });
  assert.deepEqual([record.status, record.q850], [200, 16]);
  assert.ok(record.startedAt >= began && (record.answeredAt ?? 0) >= record.startedAt);
  const talked = record.endedAt - (record.answeredAt ?? 0);
  assert.ok(talked >= 10_000 && (talked < 10_100 || !calm));
  assert.deepEqual(
    record.legs.map(({ direction, party, status }) => [direction, party.number, status]),
    [
      ['in', '101', 200],
      ['out', '102', 200],
    ],
  );
  await world.after('1s');
  const disk = exchange.crash();
  const again = await startExchange(world, { disk, name: 'exchange again' });
  assert.deepEqual(again.exchange.view.records(100), [record]);
});

story('calls that nobody answered are on record with what their callers were told', async (stage) => {
  const { world, alice, bob } = stage;
  await alice.register();
  await bob.register();
  bob.busy = true;
  const busy = alice.dial('202');
  await world.until(() => busy.ended);
  bob.busy = false;
  const cancelled = alice.dial('202');
  const ringing = await bob.rings();
  await cancelled.hangup();
  await world.until(() => ringing.ended);
  const unknown = alice.dial('199');
  await world.until(() => unknown.ended);
  const prompt = alice.dial('801');
  await world.until(() => prompt.up);
  await prompt.hangup();
  const found = (await records(stage, 4)).toReversed();
  assert.deepEqual(
    found.map(({ dialed, status, answeredBy }) => [dialed, status, answeredBy]),
    [
      ['202', 486, undefined],
      ['202', 487, undefined],
      ['199', 404, undefined],
      ['801', 200, undefined],
    ],
  );
  assert.deepEqual(
    found.map(({ answeredAt }) => answeredAt !== undefined),
    [false, false, false, true],
  );
  assert.equal(found[0]?.legs[1]?.status, 486);
});

story(
  'a record that cannot be written disturbs no call, and is told of',
  async (stage) => {
    const { world, alice, exchange } = stage;
    await alice.register();
    const call = alice.dial('801');
    await world.until(() => call.up);
    exchange.store.failCommit(1);
    await call.hangup();
    await world.until(() => exchange.events.some(({ event }) => event === 'record.lost'));
    assert.equal((await records(stage, 1)).length, 1);
  },
  { chaos: 'none' },
);
