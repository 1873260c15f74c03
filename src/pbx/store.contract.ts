import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  BindingRow,
  CdrRow,
  DiversionRow,
  Change,
  Committed,
  SecretRow,
  SettingRow,
  Store,
  SubscriptionRow,
  Tables,
  TokenRow,
} from './store.ts';

/** One store at work: `reopen` closes it as its process would and opens what lasted. */
export interface StoreSession {
  readonly store: Store;
  close(): Promise<void>;
  reopen(): Promise<StoreSession>;
  /** Lets virtual time pass until what was asked has been answered; left out where real time does. */
  readonly run?: () => void;
}

export interface StoreFactory {
  /** An empty store, sharing nothing with others. */
  open(): Promise<StoreSession>;
  /**
   * A change whose commit must fail, made just before that commit is called: either one this store cannot write, or
   * any change after arming the failure of the next commit.
   */
  poison(session: StoreSession): Change;
}

/** What every store must do; `name` stands in the tests' names. */
export function storeContract(name: string, factory: StoreFactory): void {
  const held = (what: string, run: (session: StoreSession) => Promise<StoreSession | void>): void => {
    test(`${name}: ${what}`, async () => {
      const session = await factory.open();
      const last = await run(session);
      await (last ?? session).close();
    });
  };

  held('begins empty', async (session) => {
    for (const table of ['binding', 'secret', 'setting', 'cdr', 'token', 'subscription'] as const)
      assert.deepEqual(await load(session, table), []);
  });

  held('gives rows back as they were put, over a reopening too', async (session) => {
    const rows = [
      put('binding', alice),
      put('binding', odd),
      put('secret', secret),
      put('token', token),
      put('setting', setting('realm', 'x')),
    ];
    assert.deepEqual(await commit(session, rows), { ok: true });
    await assertHolds(session);
    const again = await session.reopen();
    await assertHolds(again);
    return again;
  });

  held('keeps a subscription and its high-water mark, and forgets it', async (session) => {
    await commit(session, [put('subscription', lamp)]);
    await commit(session, [put('subscription', { ...lamp, mark: 2000 })]);
    const again = await session.reopen();
    assert.deepEqual(await load(again, 'subscription'), [{ ...lamp, mark: 2000 }]);
    await commit(again, [remove('subscription', lamp.id)]);
    assert.deepEqual(await load(again, 'subscription'), []);
    return again;
  });

  held('keeps where an account sends its calls, and forgets it', async (session) => {
    await commit(session, [put('diversion', diversion)]);
    await commit(session, [put('diversion', { ...diversion, always: '', after: 0, doNotDisturb: 0 })]);
    const again = await session.reopen();
    assert.deepEqual(await load(again, 'diversion'), [{ ...diversion, always: '', after: 0, doNotDisturb: 0 }]);
    await commit(again, [remove('diversion', diversion.id)]);
    assert.deepEqual(await load(again, 'diversion'), []);
    return again;
  });

  held('a row put twice is replaced as a whole', async (session) => {
    await commit(session, [put('binding', alice)]);
    await commit(session, [put('binding', { ...odd, id: alice.id })]);
    await commit(session, [put('setting', setting('a', '1')), put('setting', setting('a', '2'))]);
    assert.deepEqual(await load(session, 'binding'), [{ ...odd, id: alice.id }]);
    assert.deepEqual(await load(session, 'setting'), [setting('a', '2')]);
  });

  held('removes by id, and what is not there without complaint', async (session) => {
    await commit(session, [put('binding', alice), put('binding', odd), put('setting', setting(alice.id, 'stays'))]);
    assert.deepEqual(await commit(session, [remove('binding', alice.id), remove('binding', 'nobody')]), { ok: true });
    assert.deepEqual(await load(session, 'binding'), [odd]);
    assert.deepEqual(await load(session, 'setting'), [setting(alice.id, 'stays')]);
    const again = await session.reopen();
    assert.deepEqual(await load(again, 'binding'), [odd]);
    return again;
  });

  held('the changes of one commit are made in their order', async (session) => {
    await commit(session, [put('binding', alice), remove('binding', alice.id), put('binding', { ...alice, cseq: 9 })]);
    assert.deepEqual(await load(session, 'binding'), [{ ...alice, cseq: 9 }]);
  });

  held('gives the last rows by id when only so many are asked for', async (session) => {
    const ids = ['c', 'a', 'e', 'b', 'd'];
    await commit(
      session,
      ids.map((id) => put('cdr', { ...call, id })),
    );
    const found = await asked<readonly CdrRow[]>(session, (then) => session.store.load('cdr', then, 2));
    assert.deepEqual(
      found.map((row) => ({ ...row })),
      [
        { ...call, id: 'd' },
        { ...call, id: 'e' },
      ],
    );
    const none = await asked<readonly CdrRow[]>(session, (then) => session.store.load('cdr', then, 0));
    assert.deepEqual(none, []);
    assert.equal((await load(session, 'cdr')).length, 5);
  });

  held('an empty commit is a commit', async (session) => {
    assert.deepEqual(await commit(session, []), { ok: true });
  });

  held('a commit is all or nothing', async (session) => {
    await commit(session, [put('setting', setting('a', 'before'))]);
    const poison = factory.poison(session);
    const changes = [
      put('setting', setting('a', 'after')),
      put('setting', setting('b', 'new')),
      poison,
      put('binding', alice),
    ];
    const result = await commit(session, changes);
    assert.equal(result.ok, false);
    assert.ok(result.ok || result.why.length > 0);
    assert.deepEqual(await load(session, 'setting'), [setting('a', 'before')]);
    assert.deepEqual(await load(session, 'binding'), []);
  });

  held('a commit that fails does not fail its neighbours', async (session) => {
    const before = commit(session, [put('setting', setting('a', '1'))]);
    const failing = commit(session, [put('setting', setting('b', '1')), factory.poison(session)]);
    const after = commit(session, [put('setting', setting('c', '1'))]);
    assert.deepEqual(await before, { ok: true });
    assert.equal((await failing).ok, false);
    assert.deepEqual(await after, { ok: true });
    const again = await session.reopen();
    assert.deepEqual(byId(await load(again, 'setting')), [setting('a', '1'), setting('c', '1')]);
    return again;
  });

  held('never answers within the call, and answers in the order of the calls, loads among commits', async (session) => {
    const order: string[] = [];
    const answers: Promise<unknown>[] = [];
    for (let n = 0; n < 500; n += 1) {
      answers.push(commit(session, [put('setting', setting('n', String(n)))]).then(() => order.push(`commit ${n}`)));
      if (n % 100 === 0) {
        answers.push(load(session, 'setting').then(([row]) => order.push(`load ${n}: ${row?.value ?? 'nothing'}`)));
      }
    }
    assert.deepEqual(order, []);
    await Promise.all(answers);
    const due = Array.from({ length: 500 }, (_, n) => [`commit ${n}`, ...(n % 100 === 0 ? [`load ${n}: ${n}`] : [])]);
    assert.deepEqual(order, due.flat());
  });
}

const alice: BindingRow = {
  id: 'alice <urn:uuid:1>',
  aor: 'alice',
  contact: 'sip:alice@192.168.1.7:5062;transport=udp',
  params: ';methods="INVITE, ACK";audio',
  callId: 'a84b4c76e66710@192.168.1.7',
  cseq: 4_294_967_295,
  expiresAt: 1_900_000_000_123,
  registeredAt: 1_800_000_000_123,
  refreshedAt: 1_899_999_000_123,
  q: 500,
  userAgent: 'Phone 1.0',
  instance: '<urn:uuid:1>',
  regId: 2_147_483_647,
  gruuKey: '0123456789abcdef',
  gruuCseq: 4_294_967_295,
  protocol: 'udp',
  localAddress: '192.168.1.2',
  localPort: 5060,
  sourceAddress: '192.168.1.7',
  sourcePort: 65_535,
  path: '<sip:p1;lr>\n<sip:p2;lr>',
  algorithm: 'SHA-256',
};

/** Every field empty, nought or outside ASCII: what a careless store would change. */
const odd: BindingRow = {
  id: '\u00e4\u20ac\u{1f4de}"\'\\%;--',
  aor: '',
  contact: '\u00ff\u0000\u0080',
  params: '',
  callId: '0',
  cseq: 0,
  expiresAt: 0,
  registeredAt: 0,
  refreshedAt: 0,
  q: 0,
  userAgent: ' \r\n\t',
  instance: '',
  regId: 0,
  gruuKey: '',
  gruuCseq: 0,
  protocol: '',
  localAddress: '2001:db8::1',
  localPort: 0,
  sourceAddress: '1.0',
  sourcePort: 0,
  path: '',
  algorithm: '',
};

const secret: SecretRow = { id: 'alice', realm: 'strowger', md5: '0'.repeat(32), sha256: 'f'.repeat(64) };

const lamp: SubscriptionRow = {
  id: 'a84b4c76e66710 1928301774 a6c85cf reg;id=7',
  package: 'reg',
  account: 'alice',
  resource: 'sip:alice@192.168.1.2',
  event: 'reg;id=7',
  callId: 'a84b4c76e66710',
  localTag: '1928301774',
  remoteTag: 'a6c85cf',
  local: '<sip:alice@192.168.1.2>;tag=1928301774',
  remote: '"\u00c4lice" <sip:alice@192.168.1.2>;tag=a6c85cf',
  routeSet: '<sip:p1;lr>\n<sip:p2;lr>',
  remoteTarget: 'sip:alice@192.168.1.7:5062',
  remoteSeq: 4_294_967_295,
  mark: 1000,
  expiresAt: 1_900_000_000_123,
  protocol: 'udp',
  localAddress: '192.168.1.2',
  localPort: 5060,
  remoteAddress: '192.168.1.7',
  remotePort: 65_535,
};

const diversion: DiversionRow = {
  id: '102',
  always: '+43 1 \u00e9',
  busy: '103',
  noAnswer: '',
  unregistered: '*',
  after: 4_294_967_295,
  doNotDisturb: 1,
};

const token: TokenRow = {
  id: '0123456789ab',
  hash: 'e'.repeat(64),
  name: 'wall board \u00e9',
  scopes: 'read calls',
  createdAt: 1_900_000_000_123,
  expiresAt: 0,
};

const call: CdrRow = {
  id: '000001900000000 c0ffee',
  call: 'c0ffee',
  fromName: '\u00c4nne "Nan"',
  fromNumber: '101',
  withheld: 1,
  dialed: '*67102',
  answeredByName: '',
  answeredByNumber: '',
  startedAt: 1_900_000_000_123,
  answeredAt: 0,
  endedAt: 1_900_000_001_123,
  status: 486,
  reasonPhrase: 'Busy Here',
  q850: 17,
  legs: '[{"direction":"in"}]',
  origin: 'phone',
};

async function assertHolds(session: StoreSession): Promise<void> {
  assert.deepEqual(byId(await load(session, 'binding')), byId([alice, odd]));
  assert.deepEqual(await load(session, 'secret'), [secret]);
  assert.deepEqual(await load(session, 'token'), [token]);
  assert.deepEqual(await load(session, 'setting'), [setting('realm', 'x')]);
}

function setting(id: string, value: string): SettingRow {
  return { id, value };
}

/** The pair of a table and its row, which the type of a generic function cannot hold together. */
function put<T extends keyof Tables>(table: T, row: Tables[T]): Change {
  return { put: table, row } as unknown as Change;
}

function remove(table: keyof Tables, id: string): Change {
  return { remove: table, id };
}

function commit(session: StoreSession, changes: readonly Change[]): Promise<Committed> {
  return asked(session, (then) => session.store.commit(changes, then));
}

/** Plain copies: a row's prototype is no part of it. */
async function load<T extends keyof Tables>(session: StoreSession, table: T): Promise<readonly Tables[T][]> {
  const rows = await asked<readonly Tables[T][]>(session, (then) => session.store.load(table, then));
  return rows.map((row) => ({ ...row }));
}

function asked<A>(session: StoreSession, ask: (then: (answer: A) => void) => void): Promise<A> {
  return new Promise<A>((resolve) => {
    let called = false;
    ask((answer) => {
      assert.ok(called, 'answered within the call');
      resolve(answer);
    });
    called = true;
    if (session.run !== undefined) queueMicrotask(session.run);
  });
}

function byId<R extends { readonly id: string }>(rows: readonly R[]): readonly R[] {
  return [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));
}
