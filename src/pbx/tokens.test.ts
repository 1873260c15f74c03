import assert from 'node:assert/strict';
import { createHash, randomFillSync, timingSafeEqual } from 'node:crypto';
import { test } from 'node:test';
import { Kernel } from '../kernel/index.ts';
import type { Change, Store, TokenRow } from './store.ts';
import { type ApiScope, type NewToken, Tokens } from './tokens.ts';

function world() {
  let wall = 1_000_000;
  let why: string | undefined;
  const kernel = new Kernel({
    now: () => 0,
    wall: () => wall,
    arm: () => undefined,
    onFault: ({ error }) => {
      throw error;
    },
    crypto: {
      hash: (_name, data) => createHash('sha256').update(data).digest(),
      hmac: () => new Uint8Array(),
      random: (count) => randomFillSync(new Uint8Array(count)),
      equal: (a, b) => a.length === b.length && timingSafeEqual(a, b),
    },
  });
  const commits: Change[] = [];
  const store: Store = {
    commit: (changes, then) => {
      if (why === undefined) commits.push(...changes);
      then(why === undefined ? { ok: true } : { ok: false, why });
    },
    load: () => assert.fail('not here'),
  };
  return {
    kernel,
    store,
    commits,
    pass: (ms: number) => void (wall += ms),
    fail: (text: string) => void (why = text),
  };
}

function make(tokens: Tokens, scopes: readonly ApiScope[], lasts?: number): NewToken {
  let made: NewToken | undefined;
  tokens.create({ name: 'test', scopes, lasts }, (result) => {
    if (result.ok) made = result.token;
  });
  assert.ok(made !== undefined);
  return made;
}

const rowsOf = (commits: readonly Change[]): readonly TokenRow[] =>
  commits.flatMap((change) => ('put' in change && change.put === 'token' ? [change.row] : []));

test('a token opens what it was made for, over a restart too; on disk there is only its hash', () => {
  const { kernel, store, commits } = world();
  const { token, id } = make(new Tokens(kernel, store), ['read', 'calls']);
  const rows = rowsOf(commits);
  assert.equal(
    rows[0]?.hash,
    createHash('sha256')
      .update(token.split('_')[2] ?? '')
      .digest('hex'),
  );
  assert.ok(!JSON.stringify(rows).includes(token.split('_')[2] ?? ''));
  const again = new Tokens(kernel, store);
  assert.equal(again.verify(token), undefined);
  again.restore(rows);
  assert.deepEqual(again.verify(token), { id, name: 'test', scopes: ['read', 'calls'], createdAt: 1_000_000 });
  assert.ok(!JSON.stringify(again.list()).includes(rows[0]?.hash ?? ''));
});

test('what is not quite the token opens nothing', () => {
  const { kernel, store } = world();
  const tokens = new Tokens(kernel, store);
  const [one, other] = [make(tokens, ['admin']), make(tokens, ['admin'])];
  const [, id = '', secret = ''] = one.token.split('_');
  const flipped = secret.endsWith('0') ? '1' : '0';
  const wrong = [
    '',
    'stw__',
    secret,
    `stw_${id}_`,
    `stw_${id}_${secret}0`,
    ` ${one.token}`,
    `stw_${id}_${secret.slice(0, -1)}${flipped}`,
  ];
  wrong.push(
    `stw_${other.id}_${secret}`,
    one.token.toUpperCase(),
    `stw_${'0'.repeat(12)}_${secret}`,
    `stw_${id}_${'g'.repeat(64)}`,
  );
  for (const text of wrong) assert.equal(tokens.verify(text), undefined, text);
});

test('its time runs out; revoked it is worthless before the disk has answered', () => {
  const { kernel, store, pass, commits } = world();
  const tokens = new Tokens(kernel, store);
  const brief = make(tokens, ['read'], 60_000);
  const lasting = make(tokens, ['read']);
  pass(59_999);
  assert.ok(tokens.verify(brief.token) !== undefined);
  pass(1);
  assert.equal(tokens.verify(brief.token), undefined);
  assert.ok(tokens.revoke(lasting.id, () => assert.equal(tokens.verify(lasting.token), undefined)));
  assert.deepEqual(commits.at(-1), { remove: 'token', id: lasting.id });
  assert.equal(
    tokens.revoke(lasting.id, () => assert.fail('answered')),
    false,
  );
});

test('one that could not be written down is not given out', () => {
  const { kernel, store, fail } = world();
  const tokens = new Tokens(kernel, store);
  fail('the disk is full');
  let answer: unknown;
  tokens.create({ name: '', scopes: ['read'], lasts: undefined }, (result) => (answer = result));
  assert.deepEqual(answer, { ok: false, why: 'the disk is full' });
  assert.deepEqual(tokens.list(), []);
});
