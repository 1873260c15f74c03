import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConsoleKey, consoleKey, consoleLink } from './console-key.ts';
import type { Change, Store, TokenView } from './pbx/index.ts';

/** A store of settings, and tokens of which some were revoked. */
function exchange(fails = false) {
  const settings = new Map<string, { readonly id: string; readonly value: string }>();
  const good = new Set<string>();
  let made = 0;
  const store: Store = {
    commit: (changes: readonly Change[], then) => {
      for (const change of changes)
        if (!fails && 'put' in change && change.put === 'setting') settings.set(change.row.id, change.row);
      then(fails ? { ok: false, why: 'full' } : { ok: true });
    },
    load: (_table, then) => then([...settings.values()] as never),
  };
  const view = (token: string): TokenView => ({ id: token, name: '', scopes: ['read', 'calls'], createdAt: 0 });
  const tokens = {
    list: () => [],
    revoke: (id: string) => good.delete(id),
    verify: (token: string) => (good.has(token) ? view(token) : undefined),
    create: (asked: { readonly scopes: readonly string[] }, then: (result: never) => void) => {
      assert.deepEqual(asked.scopes, ['read', 'calls'], 'no more than the console needs');
      made += 1;
      good.add(`t${made}`);
      then({ ok: true, token: { ...view(`t${made}`), token: `t${made}` } } as never);
    },
  };
  const ask = (): ConsoleKey | undefined => {
    let key: ConsoleKey | undefined;
    consoleKey(store, { tokens }, (given) => {
      key = given;
    });
    return key;
  };
  return { ask, revoke: tokens.revoke };
}

test('the key is made once and the same at each start; one that was revoked is followed by another', () => {
  const { ask, revoke } = exchange();
  assert.deepEqual(ask(), { token: 't1', made: true });
  assert.deepEqual(ask(), { token: 't1', made: false });
  revoke('t1');
  assert.deepEqual(ask(), { token: 't2', made: true });
});

test('what could not be written is not shown', () => {
  assert.equal(exchange(true).ask(), undefined);
});

test('the link carries it where no server sees it', () => {
  const { hash, search } = new URL(consoleLink('http://127.0.0.1:8080', { token: 'stw_1', made: true }));
  assert.deepEqual([hash, search], ['#token=stw_1', '']);
});
