import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Kernel } from '../kernel/index.ts';
import { EventStream, type Topic, TOPICS } from './stream.ts';
import type { CallView, QualityView } from './view.ts';

interface Message {
  readonly type: 'snapshot' | 'change' | 'reset' | 'resumed';
  readonly at: string;
  readonly topic?: Topic;
  readonly key?: string;
  readonly value?: unknown;
  readonly calls?: Readonly<Record<string, unknown>>;
}

/** A kernel whose time passes when it is told to. */
function kernelAt(): { readonly kernel: Kernel; readonly pass: (ms: number) => void } {
  let now = 0;
  let octet = 0;
  const kernel = new Kernel({
    now: () => now,
    wall: () => now,
    arm: () => undefined,
    onFault: ({ error }) => {
      throw error;
    },
    crypto: {
      hash: () => new Uint8Array(),
      hmac: () => new Uint8Array(),
      random: (count) => Uint8Array.from({ length: count }, () => (octet += 1)),
      equal: () => false,
    },
  });
  return {
    kernel,
    pass: (ms) => {
      now += ms;
      kernel.runDue();
    },
  };
}

/** Somebody who follows, and whose connection takes so much and no more. */
function follower() {
  const messages: Message[] = [];
  const self = {
    queue: 0,
    messages,
    client: { send: (text: string) => void messages.push(JSON.parse(text) as Message), queued: () => self.queue },
    /** What he would show, made of what he was told. */
    state: (): ReadonlyMap<string, unknown> => {
      const shown = new Map<string, unknown>();
      for (const message of messages) {
        if (message.type === 'snapshot') {
          shown.clear();
          for (const topic of TOPICS)
            for (const [key, value] of Object.entries((message as unknown as Record<string, object>)[topic] ?? {}))
              shown.set(`${topic} ${key}`, value);
        }
        if (message.type !== 'change') continue;
        if (message.value === null) shown.delete(`${message.topic} ${message.key}`);
        else shown.set(`${message.topic} ${message.key}`, message.value);
      }
      return shown;
    },
  };
  return self;
}

function callOf(id: string, dialed: string, legs: readonly string[] = []): CallView {
  const party = { name: '', number: '101' };
  return {
    id,
    from: party,
    dialed,
    since: 0,
    answeredAt: undefined,
    legs: legs.map((leg) => ({ id: leg, direction: 'in', state: 'up', party, held: false, place: 'script' })),
  };
}

function world() {
  const { kernel, pass } = kernelAt();
  const calls = new Map<string, CallView>();
  const over = new Map<string, CallView>();
  const asked = { count: 0 };
  const qualities = new Map<string, QualityView>();
  const stream = new EventStream(kernel, {
    calls: () => [...calls.values()],
    call: (id) => calls.get(id),
    over: (id) => over.get(id),
    registrations: () => [],
    registration: () => undefined,
    conferences: () => [],
    conference: () => undefined,
    measure: (tell) => {
      asked.count += 1;
      for (const [leg, quality] of qualities) tell(leg, 'c1', quality);
    },
  });
  const set = (id: string, call: CallView | undefined): void =>
    kernel.input('test', () => {
      if (call === undefined) calls.delete(id);
      else calls.set(id, call);
      stream.touchCall(id);
    });
  return { kernel, pass, stream, set, over, asked, qualities };
}

test('the quality of legs is asked for each five seconds while somebody follows it, and told when it has changed', () => {
  const { stream, set, pass, asked, qualities } = world();
  const received = { packets: 50, lost: 0, jitter: 1, mos: 4.4 };
  set('c1', callOf('c1', '800', ['l1']));
  const [usual, keen] = [follower(), follower()];
  stream.subscribe(usual.client, ['calls', 'legs']);
  pass(20_000);
  assert.equal(asked.count, 0, 'nobody follows it');
  qualities.set('l1', { codec: 'PCMU', received });
  qualities.set('gone', { codec: 'PCMU', received });
  const subscription = stream.subscribe(keen.client, ['quality']);
  pass(6000);
  assert.deepEqual([...keen.state()], [['quality l1', { call: 'c1', codec: 'PCMU', received }]]);
  const told = keen.messages.length;
  pass(5000);
  assert.equal(keen.messages.length, told, 'it is as it was');
  qualities.set('l1', { codec: 'PCMU', received: { ...received, packets: 300 } });
  pass(5000);
  assert.equal(keen.messages.length, told + 1);
  set('c1', undefined);
  assert.equal(keen.state().size, 0);
  subscription.close();
  pass(6000);
  const { count } = asked;
  pass(60_000);
  assert.equal(asked.count, count, 'nobody follows it any more');
  assert.ok(usual.messages.every((message) => !JSON.stringify(message).includes('quality')));
});

test('a snapshot comes first, then each change once, numbered', () => {
  const { stream, set } = world();
  set('c1', callOf('c1', '800', ['l1']));
  const { client, messages, state } = follower();
  stream.subscribe(client, TOPICS);
  assert.deepEqual(Object.keys(messages[0]?.calls ?? {}), ['c1']);
  set('c2', callOf('c2', '801'));
  set('c2', callOf('c2', '801'));
  set('c1', callOf('c1', '800'));
  set('c2', undefined);
  assert.deepEqual(
    messages.slice(1).map(({ topic, key, value }) => [topic, key, value === null]),
    [
      ['calls', 'c2', false],
      ['legs', 'l1', true],
      ['calls', 'c2', true],
    ],
  );
  const epoch = messages[0]?.at.split(':')[0];
  assert.deepEqual(
    messages.map(({ at }) => at),
    [0, 1, 2, 3].map((seq) => `${epoch}:${seq}`),
  );
  assert.deepEqual([...state().keys()], ['calls c1']);
});

test('only the topics that were asked for are told', () => {
  const { stream, set } = world();
  const { client, messages } = follower();
  stream.subscribe(client, ['legs']);
  set('c1', callOf('c1', '800', ['l1']));
  assert.deepEqual(
    messages.map(({ topic }) => topic),
    [undefined, 'legs'],
  );
  assert.equal(messages[0]?.calls, undefined);
});

test('a placed call that is over is told once more, then taken away', () => {
  const { stream, set, over } = world();
  set('c1', callOf('c1', '800'));
  const { client, messages } = follower();
  stream.subscribe(client, TOPICS);
  over.set('c1', { ...callOf('c1', '800'), placed: { state: 'ended', outcome: 'busy', status: 486 } });
  set('c1', undefined);
  const values = messages.slice(1).map(({ value }) => value as CallView | null);
  assert.deepEqual([values[0]?.placed?.status, values[1]], [486, null]);
});

test('whoever comes back is told exactly what he missed', () => {
  const { stream, set } = world();
  const gone = follower();
  const stays = follower();
  stream.subscribe(stays.client, TOPICS);
  const subscription = stream.subscribe(gone.client, TOPICS);
  set('c1', callOf('c1', '800'));
  subscription.close();
  for (let n = 0; n < 100; n += 1) set(`c${n}`, n % 3 === 0 ? undefined : callOf(`c${n}`, String(n)));
  const since = gone.messages.at(-1)?.at;
  assert.ok(since !== undefined);
  stream.subscribe(gone.client, TOPICS, since);
  assert.equal(gone.messages.filter(({ type }) => type === 'snapshot').length, 1);
  assert.ok(gone.messages.some(({ type }) => type === 'resumed'));
  set('c7', callOf('c7', 'last'));
  assert.deepEqual(gone.state(), stays.state());
  const numbers = gone.messages.filter(({ type }) => type === 'change').map(({ at }) => Number(at.split(':')[1]));
  assert.deepEqual(
    numbers,
    numbers.map((_, index) => index + 1),
    'no gap and nothing twice',
  );
});

test('what is too long ago, of another time, or nonsense is answered by reset and a snapshot', () => {
  const { stream, set } = world();
  const stays = follower();
  stream.subscribe(stays.client, TOPICS);
  const early = stays.messages[0]?.at;
  assert.ok(early !== undefined);
  for (let n = 0; n < 9000; n += 1) set('c1', callOf('c1', String(n)));
  for (const since of [early, 'ffffffff:1', early.replace(/:.*/, ':99999'), 'nonsense', '', '0:0:0']) {
    const { client, messages } = follower();
    stream.subscribe(client, TOPICS, since);
    assert.deepEqual(
      messages.map(({ type }) => type),
      ['reset', 'snapshot'],
      since,
    );
  }
});

test('a slow client gets the last of each key when it can take it', () => {
  const { stream, set } = world();
  const slow = follower();
  const swift = follower();
  const subscription = stream.subscribe(slow.client, TOPICS);
  stream.subscribe(swift.client, TOPICS);
  slow.queue = 1_000_000;
  for (let n = 0; n < 500; n += 1) set(`c${n % 5}`, callOf(`c${n % 5}`, String(n)));
  assert.equal(slow.messages.length, 1);
  assert.equal(swift.messages.length, 501);
  slow.queue = 100_000;
  subscription.drained();
  assert.equal(slow.messages.length, 1, 'not until little is left');
  slow.queue = 0;
  subscription.drained();
  assert.equal(slow.messages.length, 6);
  assert.deepEqual(slow.state(), swift.state());
  set('c9', callOf('c9', '9'));
  assert.deepEqual(slow.state(), swift.state());
});

test('one that is too slow for that begins again', () => {
  const { stream, set } = world();
  const slow = follower();
  const swift = follower();
  const subscription = stream.subscribe(slow.client, TOPICS);
  stream.subscribe(swift.client, TOPICS);
  slow.queue = 1_000_000;
  for (let n = 0; n < 2500; n += 1) set(`c${n}`, callOf(`c${n}`, String(n)));
  slow.queue = 0;
  subscription.drained();
  assert.deepEqual(
    slow.messages.map(({ type }) => type),
    ['snapshot', 'reset', 'snapshot'],
  );
  assert.deepEqual(slow.state(), swift.state());
});

test('nobody listens: changes are kept for a while, then nothing is kept and a new time begins', () => {
  const { stream, set, pass, kernel } = world();
  const first = follower();
  stream.subscribe(first.client, TOPICS).close();
  pass(60_000);
  set('c1', callOf('c1', '1'));
  const back = follower();
  stream.subscribe(back.client, TOPICS, first.messages[0]?.at).close();
  assert.deepEqual(
    back.messages.map(({ type }) => type),
    ['resumed', 'change'],
  );
  pass(300_000);
  assert.deepEqual(kernel.house.census(), {});
  const late = follower();
  stream.subscribe(late.client, TOPICS, back.messages.at(-1)?.at);
  assert.deepEqual(
    late.messages.map(({ type }) => type),
    ['reset', 'snapshot'],
  );
});
