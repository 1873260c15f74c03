import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { StrowgerError } from '../kernel/index.ts';
import { why } from './why.ts';

/** Makes the folder where it is missing, for its owner alone. Throws E_DATA_FOLDER when it cannot be written. */
export function prepareDataFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!statSync(folder).isDirectory()) throw new Error('it is a file');
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new StrowgerError('E_DATA_FOLDER', { folder, why: why(error) }, { cause: error });
  }
}

export function databaseFile(folder: string): string {
  return join(folder, 'strowger.db');
}

/** Where the running exchange takes commands. The shorter way of writing it: a socket's path holds about a hundred octets. */
export function controlSocket(folder: string): string {
  const whole = join(resolve(folder), 'control.sock');
  const short = relative('.', whole);
  return short.length < whole.length ? short : whole;
}
