import { registerHooks } from 'node:module';
import { dirname, extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The program's own entries that `import 'strowger'` means in a configuration, as URLs. */
export interface Entries {
  readonly strowger: string;
  readonly 'strowger/testing': string;
}

interface Generation {
  /** URL of the configuration's folder. */
  readonly folder: string;
  readonly entries: Entries;
}

/** All that were read: a script of an old one may import more of its own at any time. */
const generations: Generation[] = [];

/**
 * Imports a configuration, and each file below its folder that it imports, anew: `?g=N` makes every reading a generation
 * of its own, so that calls in progress keep the code they began with. `strowger` means the program that runs.
 */
export function importFresh(file: string, entries: Entries): Promise<unknown> {
  if (generations.length === 0) hook();
  generations.push({ folder: `${pathToFileURL(dirname(file)).href}/`, entries });
  return import(`${pathToFileURL(file).href}?g=${generations.length}`);
}

function hook(): void {
  registerHooks({
    resolve: (specifier, context, next) => {
      const [mark, generation] = generationOf(context.parentURL ?? '');
      if (generation === undefined) return next(specifier, context);
      if (specifier === 'strowger' || specifier === 'strowger/testing')
        return { url: generation.entries[specifier], shortCircuit: true };
      const resolved = next(specifier, context);
      return ownFile(resolved.url, generation.folder) ? { ...resolved, url: resolved.url + mark } : resolved;
    },
    load: (url, context, next) =>
      next(url, generationOf(url)[1] === undefined ? context : { ...context, format: formatOf(url) ?? context.format }),
  });
}

function generationOf(url: string): readonly [mark: string, generation: Generation | undefined] {
  const [mark = '', number] = /\?g=(\d+)$/.exec(url) ?? [];
  return [mark, number === undefined ? undefined : generations[Number(number) - 1]];
}

function ownFile(url: string, folder: string): boolean {
  return url.startsWith(folder) && !url.includes('/node_modules/') && !url.includes('?');
}

/** A configuration is an ES module, whatever a package.json above it says. */
function formatOf(url: string): string | undefined {
  switch (extname(fileURLToPath(url))) {
    case '.ts':
    case '.mts':
      return 'module-typescript';
    case '.js':
    case '.mjs':
      return 'module';
    default:
      return undefined;
  }
}
