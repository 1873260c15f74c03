import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operations } from '../../api/index.ts';
import type { Store, TokenRow } from '../../pbx/store.ts';
import { EventStream } from '../../pbx/stream.ts';
import { type ApiScope, Tokens } from '../../pbx/tokens.ts';
import type {
  CallView,
  ConferenceView,
  DiversionView,
  ExchangeView,
  PlacedView,
  RecordView,
  RegistrationView,
} from '../../pbx/view.ts';
import { createLiveKernel } from '../clock.ts';

export const kernel = createLiveKernel({
  onFault: ({ error }) => {
    throw error;
  },
});

/** Keeps rows as long as the process lives; what is committed is answered in a later step. */
function memory(): Store {
  const rows = new Map<string, TokenRow>();
  return {
    commit: (changes, then) => {
      for (const change of changes) {
        if ('remove' in change) rows.delete(change.id);
        else if (change.put === 'token') rows.set(change.row.id, change.row);
      }
      setImmediate(() => kernel.input('store', () => then({ ok: true })));
    },
    load: (_table, then) => setImmediate(() => kernel.input('store', () => then([...rows.values()] as never))),
  };
}

/** A token of that exchange. */
export function tokenOf({ tokens }: Pick<ExchangeView, 'tokens'>, ...scopes: readonly ApiScope[]): Promise<string> {
  return new Promise((resolve, reject) => {
    tokens.create({ name: 'test', scopes, lasts: undefined }, (made) => {
      if (made.ok) resolve(made.token.token);
      else reject(new Error(made.why));
    });
  });
}

/** An exchange that only shows itself, for tests of what is shown; `ended` collects the calls hung up. */
export function shown(changed: Partial<ExchangeView> = {}, ended: string[] = []): ExchangeView {
  const view: ExchangeView = {
    status: () => ({
      version: '1.2.3',
      node: 'n1',
      startedAt: 1_000_000,
      accounts: 2,
      registrations: 1,
      calls: 1,
      scene: { leg: 1, timer: 2 },
      house: {},
      faults: 0,
    }),
    calls: () => [call],
    call: (id) => (id === call.id ? call : undefined),
    measured: (id, then) => then(view.call(id)),
    originate: () => assert.fail('nothing is placed here'),
    subscribe: (client, topics, since) => streamOf(() => [call]).subscribe(client, topics, since),
    tokens: new Tokens(kernel, memory()),
    records: (limit) => [RECORD].slice(0, limit),
    registrations: () => [registration],
    parked: () => [],
    transfer: () => 'no call',
    park: () => 'no parking',
    diversion: () => NO_FORWARDS,
    divert: () => assert.fail('nothing is set here'),
    conferences: {
      views: () => [room],
      view: (number) => (number === room.number ? room : undefined),
      change: () => false,
      changeMember: () => false,
      kick: () => false,
      end: () => false,
    },
    hangup: (id) => call.id.startsWith(id) && ended.push(id) > 0,
    accounts: () => [
      { number: '101', name: 'Alice' },
      { number: '102', name: 'Bob' },
    ],
    ...changed,
  };
  return view;
}

/** A stream of these calls. */
export function streamOf(calls: () => readonly CallView[]): EventStream {
  return new EventStream(kernel, {
    calls,
    call: (id) => calls().find((one) => one.id === id),
    over: () => undefined,
    registrations: () => [],
    registration: () => undefined,
    conferences: () => [],
    conference: () => undefined,
  });
}

/** An exchange whose placed call becomes what the test says. */
export function placing(): {
  readonly view: ExchangeView;
  readonly asked: unknown[];
  readonly cancelled: () => boolean;
  become(now: PlacedView): void;
} {
  let [now, cancelled]: [PlacedView, boolean] = [{ state: 'calling' }, false];
  let hear: (now: PlacedView) => void = () => undefined;
  const asked: unknown[] = [];
  return {
    asked,
    cancelled: () => cancelled,
    become: (next) => {
      now = next;
      kernel.input('test', () => hear(next));
    },
    view: shown({
      call: (id) => (id === 'new' ? { ...call, id, legs: [], placed: now } : undefined),
      originate: (request, listen) => {
        asked.push(request);
        hear = listen ?? hear;
        return { call: 'new', now, cancel: () => void (cancelled = true) };
      },
    }),
  };
}

const NO_FORWARDS: DiversionView = {
  always: undefined,
  busy: undefined,
  noAnswer: undefined,
  unregistered: undefined,
  after: 15_000,
  doNotDisturb: false,
  locked: [],
};

const room: ConferenceView = {
  number: '600',
  name: 'Conference 600',
  since: 1_060_000,
  locked: false,
  waiting: false,
  recording: undefined,
  members: [
    {
      id: 'm1',
      call: 'c0ffee',
      leg: 'l1',
      party: { name: 'Alice', number: '101' },
      since: 1_061_000,
      moderator: true,
      muted: false,
      deaf: false,
      talking: true,
      raised: false,
      held: false,
    },
  ],
};

export const call: CallView = {
  id: 'c0ffee',
  from: { name: 'Alice', number: '101' },
  dialed: '800',
  since: 1_060_000,
  answeredAt: 1_061_000,
  legs: [
    {
      id: 'l1',
      direction: 'in',
      state: 'up',
      party: { name: 'Alice', number: '101' },
      held: true,
      place: 'script',
    },
  ],
};

export const registration: RegistrationView = {
  account: '101',
  contact: '<sip:101@192.0.2.7:5060>',
  source: 'udp:192.0.2.7:5060',
  userAgent: 'Phone/1.0',
  expiresAt: 1_180_000,
  reach: 'reachable',
};

/** A call that was answered and has ended. */
const RECORD: RecordView = {
  id: 'r1',
  from: { name: 'Alice', number: '101' },
  withheld: false,
  origin: 'phone',
  dialed: '102',
  answeredBy: { name: 'Bob', number: '102' },
  startedAt: 1_000_000,
  answeredAt: 1_002_000,
  endedAt: 1_060_000,
  status: 200,
  reasonPhrase: 'Normal Clearing',
  q850: 16,
  legs: [],
};

function numbered(path: string): { readonly number?: string } {
  if (!path.includes(':number')) return {};
  return { number: path.includes('conferences') ? room.number : '101' };
}

test('what it shows is what an exchange may show', () => {
  for (const { method, path, handle, body } of operations.filter(({ method: how }) => how === 'GET')) {
    const params = path.endsWith(':id') ? { id: call.id } : numbered(path);
    const said = handle(shown(), { params, query: {}, body });
    const told: boolean[] = 'ok' in said ? [said.ok] : [];
    if ('later' in said)
      said.later(
        ({ ok }) => void told.push(ok),
        () => undefined,
      );
    assert.deepEqual(told, [true], `${method} ${path}`);
  }
});
