import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { why } from '../why.ts';
import type { Refusal } from './protocol.ts';
import { migrations } from './schema.ts';

/** How long a database may stay locked by a process that is just ending. */
const PATIENCE = 500;

/** SQLite's primary result codes (sqlite.org/rescode.html). */
const [BUSY, LOCKED, CORRUPT, NOTADB] = [5, 6, 11, 26];

/**
 * Opens the file for this process alone, checked and at the layout this version knows. Every commit is on disk when
 * COMMIT returns: WAL with synchronous=FULL.
 */
export function openFile(file: string): DatabaseSync | Refusal {
  let db: DatabaseSync | undefined;
  try {
    ownersAlone(file);
    db = new DatabaseSync(file, { timeout: PATIENCE });
    return prepared(db);
  } catch (error) {
    if (db?.isOpen === true) db.close();
    return refusal(error);
  }
}

/** The journal files take over the database's mode. */
function ownersAlone(file: string): void {
  closeSync(openSync(file, 'a', 0o600));
}

function prepared(db: DatabaseSync): DatabaseSync | Refusal {
  db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  db.exec('BEGIN EXCLUSIVE; COMMIT;');
  const refused = damage(db) ?? migrate(db);
  if (refused !== undefined) db.close();
  return refused ?? db;
}

function damage(db: DatabaseSync): Refusal | undefined {
  const found = db.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  return found === 'ok' ? undefined : { kind: 'corrupt', why: String(found) };
}

function migrate(db: DatabaseSync): Refusal | undefined {
  const found = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
  if (found > migrations.length) return { kind: 'newer', found, known: migrations.length };
  if (found === migrations.length) return undefined;
  db.exec('BEGIN');
  for (const step of migrations.slice(found)) for (const { sql } of step) db.exec(sql);
  db.exec(`PRAGMA user_version = ${migrations.length}; COMMIT`);
  return undefined;
}

function refusal(error: unknown): Refusal {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  if (code === BUSY || code === LOCKED) return { kind: 'locked' };
  return { kind: code === CORRUPT || code === NOTADB ? 'corrupt' : 'other', why: why(error) };
}
