import assert from 'node:assert/strict';
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { type StoreSession, storeContract } from '../../pbx/store.contract.ts';
import type { Change, Committed } from '../../pbx/store.ts';
import { createLiveKernel } from '../clock.ts';
import { openStore } from './index.ts';
import { columns } from './schema.ts';

const home = mkdtempSync(join(tmpdir(), 'strowger-store-'));
after(() => rmSync(home, { recursive: true }));

const kernel = createLiveKernel({
  onFault: (fault) => {
    throw fault.error;
  },
});

let files = 0;

function freshFile(): string {
  files += 1;
  return join(home, `${files}.db`);
}

async function session(file: string): Promise<StoreSession> {
  const open = await openStore({ kernel, file });
  return {
    store: open.store,
    close: () => open.close(),
    reopen: async () => {
      await open.close();
      return session(file);
    },
  };
}

/** A column that is not text: STRICT refuses it. */
const poison = { put: 'setting', row: { id: 'poison', value: new Uint8Array([1]) } } as unknown as Change;

storeContract('SQLite', { open: () => session(freshFile()), poison: () => poison });

const change: Change = { put: 'setting', row: { id: 'a', value: '1' } };

function commit({ store }: Pick<StoreSession, 'store'>, changes: readonly Change[] = [change]): Promise<Committed> {
  return new Promise((resolve) => store.commit(changes, resolve));
}

test('what answered ok is in the file, for whoever reads it after the process was killed', async () => {
  const file = freshFile();
  const open = await openStore({ kernel, file });
  assert.deepEqual(await commit(open), { ok: true });
  const copy = freshFile();
  // The state of the disk as a crash would leave it: the database and its journal, not closed.
  copyFileSync(file, copy);
  copyFileSync(`${file}-wal`, `${copy}-wal`);
  await open.close();
  const db = new DatabaseSync(copy);
  assert.deepEqual({ ...db.prepare('select id, value from setting').get() }, { id: 'a', value: '1' });
  db.close();
});

test('what was asked before closing is answered and kept, what is asked later is refused', async () => {
  const file = freshFile();
  const open = await openStore({ kernel, file });
  const results = Array.from({ length: 1000 }, (_, n) =>
    commit(open, [{ put: 'setting', row: { id: String(n), value: 'x' } }]),
  );
  await open.close();
  for (const result of await Promise.all(results)) assert.deepEqual(result, { ok: true });
  assert.equal((await commit(open)).ok, false);
  await open.close();
  const again = await openStore({ kernel, file });
  const rows = await new Promise<readonly unknown[]>((resolve) => again.store.load('setting', resolve));
  assert.equal(rows.length, 1000);
  await again.close();
});

test('commits of one moment share a write', async () => {
  const file = freshFile();
  const open = await openStore({ kernel, file });
  await commit(open);
  const before = statSync(`${file}-wal`).size;
  await commit(open);
  const single = statSync(`${file}-wal`).size - before;
  await Promise.all(Array.from({ length: 200 }, () => commit(open)));
  const together = statSync(`${file}-wal`).size - before - single;
  assert.ok(together < 10 * single, `200 commits wrote ${together} octets, one ${single}`);
  await open.close();
});

test('what has patience waits to share a write, until something hastier is asked or the store closes', async () => {
  const open = await openStore({ kernel, file: freshFile() });
  const patient = (): Promise<Committed> => new Promise((resolve) => open.store.commit([change], resolve, 3_600_000));
  const order: string[] = [];
  const first = patient().then(() => order.push('patient'));
  await commit(open).then(() => order.push('hasty'));
  assert.deepEqual(order, ['patient', 'hasty'], 'answers leave in the order of asking');
  await first;
  const last = patient();
  await open.close();
  assert.deepEqual(await last, { ok: true });
});

test('answers are inputs, and the reactions to one run before the next', async () => {
  const open = await openStore({ kernel, file: freshFile() });
  const order: string[] = [];
  const script = async (name: string): Promise<void> => {
    await commit(open);
    await Promise.resolve();
    order.push(name);
  };
  const all = Promise.all([script('first'), script('second')]);
  open.store.commit([change], () => order.push('third'));
  await all;
  assert.deepEqual(order, ['first', 'second']);
  await open.close();
  assert.deepEqual(order, ['first', 'second', 'third']);
});

test('a thread that dies acknowledges nothing more: what it had, and what comes later, has failed', async () => {
  let thread: Worker | undefined;
  const open = await openStore({ kernel, file: freshFile(), onStart: (worker) => (thread = worker) });
  assert.deepEqual(await commit(open), { ok: true });
  const asked = commit(open);
  await thread?.terminate();
  await assert.rejects(open.failed, { code: 'E_STORE', message: /its thread ended/ });
  assert.equal((await asked).ok, false);
  assert.equal((await commit(open)).ok, false);
  await open.close();
});

test('a table that cannot be read is E_STORE, not a silence in which the start hangs', async () => {
  const open = await openStore({ kernel, file: freshFile() });
  open.store.load('nonsense' as 'setting', () => assert.fail('answered'));
  await assert.rejects(open.failed, { code: 'E_STORE' });
  assert.deepEqual(await commit(open), { ok: true }, 'what comes after it is served');
  await open.close();
  const closed = await openStore({ kernel, file: freshFile() });
  await closed.close();
  closed.store.load('setting', () => assert.fail('answered'));
  await assert.rejects(closed.failed, { code: 'E_STORE', message: /has been closed/ });
});

test('the database is for its owner alone', async () => {
  const file = freshFile();
  const open = await openStore({ kernel, file });
  await commit(open);
  for (const name of readdirSync(home).filter((one) => join(home, one).startsWith(file))) {
    assert.equal(statSync(join(home, name)).mode & 0o777, 0o600, name);
  }
  await open.close();
});

test('a second exchange on the same file is E_STORE_LOCKED; the first goes on', async () => {
  const file = freshFile();
  const open = await openStore({ kernel, file });
  await assert.rejects(openStore({ kernel, file }), { code: 'E_STORE_LOCKED', message: new RegExp(file) });
  assert.deepEqual(await commit(open), { ok: true });
  await open.close();
});

test('a file that is no database, or a damaged one, is E_STORE_CORRUPT and left as it is', async () => {
  const file = freshFile();
  writeFileSync(file, 'Dear diary, today I was mistaken for a database.'.repeat(100));
  await assert.rejects(openStore({ kernel, file }), { code: 'E_STORE_CORRUPT' });
  assert.match(readFileSync(file, 'utf8'), /^Dear diary/);
  const damaged = freshFile();
  const open = await openStore({ kernel, file: damaged });
  await commit(
    open,
    Array.from({ length: 2000 }, (_, n) => ({ put: 'setting', row: { id: `${n}`, value: 'x'.repeat(99) } })),
  );
  await open.close();
  truncateSync(damaged, 8192);
  await assert.rejects(openStore({ kernel, file: damaged }), { code: 'E_STORE_CORRUPT' });
});

test('a database of a newer version is E_STORE_NEWER and left as it is', async () => {
  const file = freshFile();
  await (await openStore({ kernel, file })).close();
  const db = new DatabaseSync(file);
  db.exec('PRAGMA user_version = 4711');
  db.close();
  await assert.rejects(openStore({ kernel, file }), { code: 'E_STORE_NEWER', message: /4711/ });
});

test('a file that cannot be made is E_STORE with the reason', async () => {
  await assert.rejects(openStore({ kernel, file: join(home, 'nowhere', 'x.db') }), {
    code: 'E_STORE',
    message: /its folder does not exist/,
  });
  await assert.rejects(openStore({ kernel, file: home }), { code: 'E_STORE' });
});

test('after all steps the tables have exactly the columns that rows have', async () => {
  const file = freshFile();
  await (await openStore({ kernel, file })).close();
  const db = new DatabaseSync(file);
  for (const [table, expected] of Object.entries(columns)) {
    const found = db.prepare('select name, lower(type) as type from pragma_table_info(?)').all(table);
    assert.deepEqual(Object.fromEntries(found.map(({ name, type }) => [name, type])), { ...expected });
  }
  db.close();
});
