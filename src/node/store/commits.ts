import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Change, Committed, Tables } from '../../pbx/store.ts';
import { why } from '../why.ts';
import { columns, database, tables } from './schema.ts';

interface Statements {
  readonly names: readonly string[];
  readonly put: StatementSync;
  readonly remove: StatementSync;
  readonly load: StatementSync;
  readonly loadLast: StatementSync;
}

export interface Commits {
  /** One transaction for the group; should it fail, another with a savepoint for each commit: a failing one is undone alone. */
  group(commits: readonly (readonly Change[])[]): readonly Committed[];
  load(table: keyof Tables, last?: number): readonly Tables[keyof Tables][];
}

export function commitsOn(db: DatabaseSync): Commits {
  const statements = prepare(db);
  return {
    group: (commits) => group(db, statements, commits),
    load: (table, last) => {
      const { load, loadLast } = statements[table];
      const rows = last === undefined ? load.all() : loadLast.all(last).toReversed();
      return rows as unknown as readonly Tables[keyof Tables][];
    },
  };
}

function prepare(db: DatabaseSync): Readonly<Record<keyof Tables, Statements>> {
  const entries = tables.map((table) => [table, statementsOf(db, table)] as const);
  return Object.fromEntries(entries) as Record<keyof Tables, Statements>;
}

function statementsOf(db: DatabaseSync, table: keyof Tables): Statements {
  const names = Object.keys(columns[table]);
  const model = Object.fromEntries(names.map((name) => [name, ''])) as never;
  return {
    names,
    put: db.prepare(database.replaceInto(table).values(model).compile().sql),
    remove: db.prepare(database.deleteFrom(table).where('id', '=', '').compile().sql),
    load: db.prepare(database.selectFrom(table).selectAll().compile().sql),
    loadLast: db.prepare(database.selectFrom(table).selectAll().orderBy('id', 'desc').limit(0).compile().sql),
  };
}

type All = Readonly<Record<keyof Tables, Statements>>;

const WRITTEN: Committed = { ok: true };

function group(db: DatabaseSync, statements: All, commits: readonly (readonly Change[])[]): readonly Committed[] {
  return together(db, statements, commits) ?? apart(db, statements, commits);
}

/** As if all were well, which it nearly always is; undefined, with nothing changed, when it is not. */
function together(
  db: DatabaseSync,
  statements: All,
  commits: readonly (readonly Change[])[],
): readonly Committed[] | undefined {
  try {
    db.exec('BEGIN IMMEDIATE');
    for (const changes of commits) for (const change of changes) make(statements, change);
    db.exec('COMMIT');
    return commits.map(() => WRITTEN);
  } catch {
    if (db.isTransaction) db.exec('ROLLBACK');
    return undefined;
  }
}

function apart(db: DatabaseSync, statements: All, commits: readonly (readonly Change[])[]): readonly Committed[] {
  try {
    db.exec('BEGIN IMMEDIATE');
    const results = commits.map((changes) => one(db, statements, changes));
    db.exec('COMMIT');
    return results;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    const failed = { ok: false, why: why(error) } as const;
    return commits.map(() => failed);
  }
}

/** Throws only when SQLite has given up the whole transaction, as it does when the disk is full or fails. */
function one(db: DatabaseSync, statements: All, changes: readonly Change[]): Committed {
  db.exec('SAVEPOINT one');
  try {
    for (const change of changes) make(statements, change);
    db.exec('RELEASE one');
    return WRITTEN;
  } catch (error) {
    if (!db.isTransaction) throw error;
    db.exec('ROLLBACK TO one; RELEASE one');
    return { ok: false, why: why(error) };
  }
}

function make(statements: All, change: Change): void {
  if ('remove' in change) {
    statements[change.remove].remove.run(change.id);
    return;
  }
  const { names, put } = statements[change.put];
  const row = change.row as unknown as Readonly<Record<string, SQLInputValue>>;
  put.run(...names.map((name) => row[name] as SQLInputValue));
}
