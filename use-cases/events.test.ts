import assert from 'node:assert/strict';
import type { StreamClient, Topic } from '../src/pbx/index.ts';
import { type Stage, story } from '../testing/index.ts';

interface Message {
  readonly type: string;
  readonly at: string;
  readonly topic?: Topic;
  readonly value?: { readonly state?: string; readonly place?: string; readonly account?: string } | null;
  readonly calls?: Readonly<Record<string, unknown>>;
}

/** Follows the exchange as a wallboard does. */
function follow({ exchange: { exchange, host } }: Stage, since?: string) {
  const messages: Message[] = [];
  const client: StreamClient = { send: (text) => void messages.push(JSON.parse(text) as Message), queued: () => 0 };
  let close = (): void => undefined;
  host.kernel.input('test', () => {
    const subscription = exchange.view.subscribe(client, ['calls', 'legs', 'registrations'], since);
    close = () => subscription.close();
  });
  const of = (topic: Topic) => messages.filter((one) => one.topic === topic).map(({ value }) => value);
  return { messages, of, close: () => close() };
}

story(
  'a wallboard is told of registrations, calls and where each leg is, as it happens',
  async (stage) => {
    const { world, alice, bob, exchange, calm } = stage;
    const board = follow(stage);
    assert.deepEqual(board.messages[0]?.calls, {});
    await Promise.all([alice.register(), bob.register()]);
    assert.deepEqual(new Set(board.of('registrations').map((value) => value?.account)), new Set(['101', '102']));
    const call = alice.dial('102');
    const ringing = await bob.rings();
    // That it rings is not known where the 180 was lost.
    if (calm) await world.until(() => board.of('legs').some((leg) => leg?.state === 'ringing' && leg.place === 'dial'));
    await ringing.answer();
    await world.until(() => board.of('legs').filter((leg) => leg?.place === 'bridge').length >= 2);
    const late = follow(stage);
    assert.equal(Object.keys(late.messages[0]?.calls ?? {}).length, 1);
    board.close();
    await call.hangup();
    await world.until(() => late.of('calls').includes(null));
    assert.equal(late.of('legs').filter((leg) => leg === null).length, 2);
    const back = follow(stage, board.messages.at(-1)?.at);
    assert.equal(back.messages[0]?.type, 'resumed');
    assert.deepEqual(back.messages.slice(1), late.messages.slice(1));
    for (const one of [late, back]) one.close();
    assert.equal(exchange.exchange.view.status().faults, 0);
  },
  { chaos: 'fair' },
);
