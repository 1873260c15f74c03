import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  CallView,
  ConferenceView,
  DiversionRefusal,
  DiversionView,
  ExchangeView,
  Origination,
  PlacedView,
  QualityView,
  RecordView,
} from '../pbx/index.ts';
import { type Answer, openApi, type Operation, operations } from './index.ts';

const call: CallView = {
  id: 'c1',
  from: { name: 'Alice', number: '101' },
  dialed: '800',
  since: 1000,
  answeredAt: undefined,
  legs: [{ id: 'l1', direction: 'in', state: 'up', party: { name: '', number: '101' }, held: false, place: 'script' }],
};

const QUALITY: QualityView = {
  codec: 'G722',
  received: { packets: 500, lost: 5, jitter: 1.5, mos: 4.28 },
  sent: { packets: 499, lost: 0, jitter: 2.1, mos: 4.4, told: 4.1 },
  roundTrip: 18.2,
};

const ROOM: ConferenceView = {
  number: '101',
  name: 'Conference 101',
  since: 1000,
  locked: false,
  waiting: false,
  recording: undefined,
  members: [
    {
      id: 'm1',
      call: 'c1',
      leg: 'l1',
      party: { name: 'Alice', number: '101' },
      since: 1000,
      moderator: true,
      muted: false,
      deaf: false,
      talking: true,
      raised: false,
      held: false,
    },
  ],
};

const DIVERSION: DiversionView = {
  always: undefined,
  busy: '103',
  noAnswer: undefined,
  unregistered: undefined,
  after: 15_000,
  doNotDisturb: false,
  locked: [],
};

const NOTHING = (): never => assert.fail('not asked here');

function view(changed: Partial<ExchangeView> = {}): ExchangeView {
  return {
    status: () => ({
      version: '1.2.3',
      node: 'n1',
      startedAt: 1,
      accounts: 4,
      registrations: 2,
      calls: 1,
      scene: { leg: 1 },
      house: {},
      faults: 0,
    }),
    calls: () => [call],
    call: (id) => (id === 'c1' ? call : undefined),
    measured: (id, then) =>
      then(id === 'c1' ? { ...call, legs: call.legs.map((leg) => ({ ...leg, quality: QUALITY })) } : undefined),
    records: (limit) => [RECORD].slice(0, limit),
    parked: () => [{ space: '701', call: 'c1', party: { name: 'Alice', number: '101' }, by: '102', since: 1 }],
    transfer: NOTHING,
    park: NOTHING,
    diversion: (account) => (account === '101' ? DIVERSION : undefined),
    divert: NOTHING,
    conferences: {
      views: () => [ROOM],
      view: (number) => (number === '101' ? ROOM : undefined),
      change: NOTHING,
      changeMember: NOTHING,
      kick: NOTHING,
      end: NOTHING,
    },
    registrations: () => [
      {
        account: '101',
        contact: '<sip:101@192.0.2.7>',
        source: 'udp:192.0.2.7:5060',
        userAgent: 'x',
        expiresAt: 9,
        reach: 'unknown',
      },
    ],
    hangup: (id) => id === 'c1',
    accounts: () => [{ number: '101', name: 'Alice' }],
    originate: NOTHING,
    subscribe: NOTHING,
    tokens: { list: () => [], create: NOTHING, revoke: NOTHING, verify: NOTHING },
    ...changed,
  };
}

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

function operationAt(method: string, path: string): Operation {
  const operation = operations.find((one) => one.method === method && one.path === path);
  assert.ok(operation !== undefined, `${method} ${path}`);
  return operation;
}

interface Parts {
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
}

/** The answer of an operation that answers at once, or is told its answer at once. */
function handle(method: string, path: string, { params, query, body }: Parts = {}, of = view()) {
  const said = operationAt(method, path).handle(of, { params, query, body });
  if ('ok' in said) return said;
  const told: Answer<unknown>[] = [];
  said.later(
    (answer) => void told.push(answer),
    () => undefined,
  );
  assert.ok(told[0] !== undefined, `${method} ${path} answers later`);
  return told[0];
}

test('what can be seen answers with the shape it promises', () => {
  for (const { method, path, output } of operations.filter((one) => one.method === 'GET')) {
    const answer = handle(method, path, {
      params: path.endsWith(':id') ? { id: 'c1' } : path.includes(':number') ? { number: '101' } : {},
    });
    assert.ok(answer.ok, path);
    assert.ok(output.safeParse(JSON.parse(JSON.stringify(answer.body))).success, path);
  }
});

test('a method and path stand once, and nothing that changes anything is for those who may only read', () => {
  const names = operations.map(({ method, path }) => `${method} ${path}`);
  assert.equal(new Set(names).size, names.length);
  for (const { method, scopes, path } of operations) {
    assert.ok(scopes.length > 0, path);
    if (method !== 'GET') assert.ok(!scopes.includes('read'), path);
    if (path.startsWith('/api/tokens')) assert.deepEqual(scopes, ['admin']);
  }
});

test('a conference and its members are changed as asked; where there is nobody it is 404', () => {
  const asked: unknown[] = [];
  const here = (number: string): boolean => number === '101';
  const conferences: ExchangeView['conferences'] = {
    views: () => [ROOM],
    view: (number) => (here(number) ? ROOM : undefined),
    change: (number, change) => here(number) && asked.push(['change', change]) > 0,
    changeMember: (number, id, change) => here(number) && id === 'm1' && asked.push(['member', change]) > 0,
    kick: (number, id) => here(number) && id === 'm1' && asked.push(['kick']) > 0,
    end: (number) => here(number) && asked.push(['end']) > 0,
  };
  const ask = (method: string, path: string, params: object, body?: object) =>
    handle(method, `/api/conferences/:number${path}`, { params, body }, view({ conferences }));
  const room = { number: '101' };
  const member = { ...room, id: 'm1' };
  assert.ok(ask('POST', '', room, { locked: true }).ok);
  assert.ok(ask('POST', '/members/:id', member, { muted: true }).ok);
  assert.ok(ask('DELETE', '/members/:id', member).ok);
  assert.ok(ask('DELETE', '', room).ok);
  assert.deepEqual(asked, [['change', { locked: true }], ['member', { muted: true }], ['kick'], ['end']]);
  const statuses = [
    ask('GET', '', { number: '9' }),
    ask('POST', '', { number: '9' }, {}),
    ask('POST', '/members/:id', { ...room, id: 'x' }, {}),
    ask('DELETE', '/members/:id', { ...room, id: 'x' }),
    ask('DELETE', '', { number: '9' }),
    ask('POST', '', room, { louder: true }),
  ].map((said) => (said.ok ? 200 : said.status));
  assert.deepEqual(statuses, [404, 404, 404, 404, 404, 400]);
});

test('the one call that is asked for says how well its legs hear and are heard now; in the list nobody asked', () => {
  const answer = handle('GET', '/api/calls/:id', { params: { id: 'c1' } });
  assert.ok(answer.ok);
  const { legs } = answer.body as { readonly legs: readonly { readonly quality?: unknown }[] };
  assert.deepEqual(legs[0]?.quality, QUALITY);
  const all = handle('GET', '/api/calls');
  assert.ok(all.ok && !JSON.stringify(all.body).includes('quality'));
  const nobody = handle('GET', '/api/calls/:id', { params: { id: 'c9' } });
  assert.ok(!nobody.ok && nobody.status === 404);
});

test('hanging up ends the call, an unknown one is 404', () => {
  const ended: string[] = [];
  const hangup = (id: string): boolean => id === 'c1' && ended.push(id) > 0;
  const path = '/api/calls/:id';
  assert.deepEqual(handle('DELETE', path, { params: { id: 'c1' } }, view({ hangup })), {
    ok: true,
    body: { ended: true },
  });
  assert.deepEqual(ended, ['c1']);
  const answer = handle('DELETE', path, { params: { id: 'c9' } });
  assert.ok(!answer.ok);
  assert.equal(answer.status, 404);
  assert.deepEqual([answer.problem.code, answer.problem.status], ['E_NO_CALL', 404]);
  assert.match(answer.problem.detail, /c9/);
});

test('a transfer is asked for; each reason against it has its status', () => {
  const path = '/api/calls/:id/transfer';
  const statuses = (['asked', 'no call', 'no other call', 'no number', 'nobody', 'forbidden'] as const).map((came) => {
    const said = handle('POST', path, { params: { id: 'c1' }, body: { to: '103' } }, view({ transfer: () => came }));
    return said.ok ? said.status : said.status;
  });
  assert.deepEqual(statuses, [202, 404, 404, 404, 409, 403]);
  const never = view({ transfer: NOTHING });
  for (const body of [{}, { to: '103', join: 'c2' }, { to: '1 3' }])
    assert.equal(handle('POST', path, { params: { id: 'c1' }, body }, never).ok, false);
});

test('records come in pages, a hundred unless said, and say where the next one is', () => {
  const asked: unknown[] = [];
  const counting = view({ records: (limit, before) => (asked.push([limit, before]), [RECORD]) });
  for (const query of [{}, { limit: '7' }, { limit: '1000', before: 'r9' }])
    assert.ok(handle('GET', '/api/cdr', { query }, counting).ok);
  assert.deepEqual(asked, [
    [100, undefined],
    [7, undefined],
    [1000, 'r9'],
  ]);
  const full = handle('GET', '/api/cdr', { query: { limit: '1' } }, counting);
  assert.ok(full.ok);
  assert.equal(full.next, '/api/cdr?limit=1&before=r1');
  for (const query of [{ limit: 0 }, { limit: '1001' }, { limit: 'all' }, { limit: 1.5 }, { page: '2' }])
    assert.equal(handle('GET', '/api/cdr', { query }, counting).ok, false);
});

test('what does not fit the schema is 400, names the field, and reaches nobody', () => {
  const touched = view({ hangup: NOTHING, originate: NOTHING });
  const wrong: readonly (readonly [string, string, Parts, string])[] = [
    ['DELETE', '/api/calls/:id', { params: { id: '' } }, 'id'],
    ['DELETE', '/api/calls/:id', { params: { id: 'x'.repeat(201) } }, 'id'],
    ['DELETE', '/api/calls/:id', { params: { id: 'c1' }, body: { force: true } }, 'force'],
    ['POST', '/api/calls', {}, 'from'],
    ['POST', '/api/calls', { body: { from: '102', to: '800', now: true } }, 'now'],
    ['POST', '/api/calls', { body: { from: '1 2', to: '800' } }, 'from'],
    ['POST', '/api/calls', { body: { from: '102', to: '800', for: 'soon' } }, 'for'],
    ['POST', '/api/calls', { body: { from: '102', to: '800', callerId: { number: '1', rank: 2 } } }, 'callerId.rank'],
    [
      'POST',
      '/api/calls',
      { body: { from: '102', to: '800', callerId: { name: 'a\r\nVia: b', number: '1' } } },
      'callerId.name',
    ],
    ['POST', '/api/calls', { body: { from: '102', to: '800', join: '103' } }, ''],
    ['POST', '/api/calls', { body: { from: '102' } }, ''],
    ['POST', '/api/calls', { query: { wait: 'maybe' }, body: { from: '102', to: '800' } }, 'wait'],
    ['POST', '/api/tokens', { body: { scopes: ['root'] } }, 'scopes.0'],
    ['POST', '/api/tokens', { body: { scopes: [] } }, 'scopes'],
    ['POST', '/api/calls', { body: 'from=102' }, ''],
  ];
  for (const [method, path, parts, field] of wrong) {
    const answer = handle(method, path, parts, touched);
    assert.ok(!answer.ok, JSON.stringify(parts));
    assert.deepEqual([answer.status, answer.problem.code], [400, 'E_INPUT']);
    assert.ok(
      answer.problem.mistakes?.some((one) => one.field === field),
      JSON.stringify(answer.problem.mistakes),
    );
  }
});

test('what the contract does not name stays inside', () => {
  const accounts = () => [{ number: '101', name: 'Alice', password: 'sesame' } as { number: string; name: string }];
  assert.deepEqual(handle('GET', '/api/accounts', {}, view({ accounts })), {
    ok: true,
    body: [{ number: '101', name: 'Alice' }],
  });
});

interface Placing {
  readonly of: ExchangeView;
  readonly asked: Origination[];
  readonly become: (now: PlacedView) => void;
  cancelled: boolean;
}

function placing(): Placing {
  let now: PlacedView = { state: 'calling' };
  let hear: (now: PlacedView) => void = () => undefined;
  const asked: Origination[] = [];
  const self: Placing = {
    asked,
    cancelled: false,
    become: (next) => {
      now = next;
      hear(next);
    },
    of: view({
      call: () => ({ ...call, id: 'new', placed: now }),
      originate: (request, listen = hear) => {
        asked.push(request);
        hear = listen;
        return { call: 'new', now, cancel: () => void (self.cancelled = true) };
      },
    }),
  };
  return self;
}

test('a call that is asked for is accepted at once, with where to look', () => {
  const { of, asked } = placing();
  const body = { from: '102', to: '800', callerId: { number: '0' }, for: '10s', account: '101', autoAnswer: true };
  const answer = handle('POST', '/api/calls', { body }, of);
  assert.ok(answer.ok);
  assert.deepEqual([answer.status, answer.location], [202, '/api/calls/new']);
  assert.deepEqual(asked, [{ ...body, callerId: { name: '', number: '0' } }]);
});

test('who waits hears each step, and the answer once it is decided; who stops waiting cancels', () => {
  const waits = (join: boolean) => {
    const placed = placing();
    const body = join ? { from: '102', join: '103' } : { from: '102', to: '800' };
    const said = operationAt('POST', '/api/calls').handle(placed.of, { params: {}, query: { wait: 'true' }, body });
    assert.ok('later' in said);
    const heard: string[] = [];
    const note = (what: string, told: unknown): void =>
      void heard.push(`${what} ${(told as { placed: PlacedView }).placed.state}`);
    const stop = said.later(
      (answer) => note('answer', answer.ok ? answer.body : undefined),
      (now) => note('progress', now),
    );
    return { placed, heard, stop };
  };
  const dialplan = waits(false);
  for (const state of ['ringing', 'answered', 'ended'] as const) dialplan.placed.become({ state });
  assert.deepEqual(dialplan.heard, ['progress ringing', 'answer answered']);
  dialplan.stop();
  assert.equal(dialplan.placed.cancelled, false, 'a call that is answered goes on');

  const joined = waits(true);
  for (const state of ['ringing', 'answered', 'joined'] as const) joined.placed.become({ state });
  assert.deepEqual(joined.heard, ['progress ringing', 'progress answered', 'answer joined']);

  const left = waits(true);
  left.placed.become({ state: 'ringing' });
  left.stop();
  assert.equal(left.placed.cancelled, true);
});

test('the OpenAPI document has every operation, with its parameters, body and scopes', () => {
  const document = JSON.parse(JSON.stringify(openApi(operations, '1.2.3'))) as {
    openapi: string;
    paths: Record<
      string,
      Record<string, { parameters?: { name: string; in: string }[]; requestBody?: unknown; description: string }>
    >;
  };
  assert.equal(document.openapi, '3.1.0');
  const listed = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  );
  assert.deepEqual(
    listed.sort(),
    operations.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`).sort(),
  );
  const one = document.paths['/api/calls/{id}']?.['get'];
  assert.deepEqual(
    one?.parameters?.map(({ name, in: place }) => [name, place]),
    [['id', 'path']],
  );
  assert.match(one?.description ?? '', /read or calls/);
  assert.ok(document.paths['/api/calls']?.['post']?.requestBody !== undefined);
});

test('where calls go: shown, changed, taken back by null; each refusal has its status', () => {
  const shown = handle('GET', '/api/accounts/:number/forwarding', { params: { number: '101' } });
  assert.ok(shown.ok);
  assert.equal((shown.body as { busy: string }).busy, '103');
  assert.equal(handle('GET', '/api/accounts/:number/forwarding', { params: { number: '9' } }).ok, false);
  const asked: unknown[] = [];
  const path = '/api/accounts/:number/forwarding';
  const post = (body: unknown, result: { ok: true } | DiversionRefusal) => {
    const of = view({
      divert: (account, change, then) => {
        asked.push([account, change]);
        then(result);
      },
    });
    const said = operationAt('POST', path).handle(of, { params: { number: '101' }, query: {}, body });
    assert.ok('later' in said);
    let status = 0;
    said.later(
      (answer) => {
        status = answer.ok ? 200 : answer.status;
      },
      () => undefined,
    );
    return status;
  };
  const body = { always: null, busy: '104', after: '5s', doNotDisturb: true };
  assert.equal(post(body, { ok: true }), 200);
  assert.deepEqual(asked, [['101', { always: undefined, busy: '104', after: 5000, doNotDisturb: true }]]);
  assert.equal('always' in (asked as [[string, object]])[0][1], true);
  for (const [why, status] of [
    ['account', 404],
    ['locked', 409],
    ['number', 400],
  ] as const)
    assert.equal(post({}, { ok: false, why }), status);
  assert.equal(post({}, { ok: false, why: 'disk', said: 'full' }), 503);
});

test('parking: who is where, and a call is parked or it is said why not', () => {
  const list = handle('GET', '/api/parking', {});
  assert.ok(list.ok);
  assert.deepEqual(list.body, [
    { space: '701', call: 'c1', party: { name: 'Alice', number: '101' }, by: '102', since: 1 },
  ]);
  const asked: unknown[] = [];
  for (const [came, status] of [
    ['parked', 202],
    ['no call', 404],
    ['no parking', 404],
  ] as const) {
    const of = view({
      park: (...given) => {
        asked.push(given);
        return came;
      },
    });
    const answer = handle(
      'POST',
      '/api/calls/:id/park',
      { params: { id: 'c1' }, body: { by: '102', space: '703' } },
      of,
    );
    assert.equal(answer.status, status);
  }
  assert.deepEqual(asked[0], ['c1', '102', '703']);
});
