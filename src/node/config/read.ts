import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import { StrowgerError } from '../../kernel/index.ts';
import { why } from '../why.ts';
import { type Entries, importFresh } from './generation.ts';
import type { Source } from './source.ts';
import { readYaml } from './yaml.ts';

/** Reads a configuration. Throws E_CONFIG_FILE when it cannot be read, E_CONFIG with its places when it is not well-formed. */
export async function readSource(file: string, entries: Entries): Promise<Source> {
  switch (extname(file)) {
    case '.yaml':
    case '.yml':
      return readYaml(textOf(file), file);
    case '.ts':
    case '.mts':
    case '.js':
    case '.mjs':
      return readModule(file, entries);
    default:
      throw new StrowgerError('E_CONFIG_FILE', { file, why: 'its name does not say what it is' });
  }
}

/** The text of a file that a configuration names, from its folder. */
export function textBeside(configuration: string, file: string): { readonly text: string } | { readonly why: string } {
  try {
    return { text: readFileSync(resolve(dirname(configuration), file), 'utf8') };
  } catch (error) {
    return { why: unreadable(error) };
  }
}

/** Whether a file or folder that a configuration names is there. */
export function existsBeside(configuration: string, file: string): boolean {
  return existsSync(resolve(dirname(configuration), file));
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new StrowgerError('E_CONFIG_FILE', { file, why: unreadable(error) }, { cause: error });
  }
}

function unreadable(error: unknown): string {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'it does not exist' : why(error);
}

async function readModule(file: string, entries: Entries): Promise<Source> {
  textOf(file);
  const value = defaultOf(await imported(file, entries));
  if (value === undefined) throw new StrowgerError('E_CONFIG_FILE', { file, why: 'it has no default export' });
  return { value, where: (path) => `${basename(file)} ${path.map(String).join('.')}`.trim() };
}

async function imported(file: string, entries: Entries): Promise<unknown> {
  try {
    return await importFresh(resolve(file), entries);
  } catch (error) {
    const { message, remedy } = new StrowgerError('E_CONFIG_SYNTAX', {
      why: (error instanceof Error ? error.message : String(error)).replace(/\.$/, ''),
    });
    throw new StrowgerError(
      'E_CONFIG',
      { mistakes: `${placeOf(error, file)}: ${message} ${remedy}` },
      { cause: error },
    );
  }
}

/** The first line of the user's own code on the stack of an error. */
function placeOf(error: unknown, file: string): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const name = basename(file);
  const from = stack.indexOf(`/${name}`);
  const line = from < 0 ? undefined : /^(?:\?g=\d+)?(:\d+(?::\d+)?)/.exec(stack.slice(from + name.length + 1))?.[1];
  return `${file}${line ?? ''}`;
}

function defaultOf(module: unknown): unknown {
  return typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined;
}
