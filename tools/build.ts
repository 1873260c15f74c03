import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, bundleWeb } from './bundle.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
/** Written last: a build that was interrupted is none. */
const stamp = join(dist, '.built');

if (isFresh()) process.exit(0);
await build();

/** Whether nothing that is compiled, or says how, has changed since the last build. */
function isFresh(): boolean {
  if (!existsSync(stamp)) return false;
  const built = statSync(stamp).mtimeMs;
  const settings = ['package.json', 'tsconfig.json', 'tsconfig.build.json'].map((name) => join(root, name));
  return ![...settings, ...sources('src'), ...sources('testing'), ...sources('web')].some(
    (file) => statSync(file).mtimeMs > built,
  );
}

/** Folders count too: theirs is the time a file was last added or taken away. */
function sources(folder: string): readonly string[] {
  if (!existsSync(join(root, folder))) return [];
  const inside = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  const compiled = inside.filter(
    (one) => one.isDirectory() || /(?<!\.test|\.contract)\.(tsx?|css|html|svg)$/.test(one.name),
  );
  return [join(root, folder), ...compiled.map((one) => join(one.parentPath, one.name))];
}

/** Compiles and joins beside and swaps when it went well, so that what ran before still runs when it did not. */
async function build(): Promise<void> {
  const fresh = join(root, '.cache', `dist-${process.pid}`);
  const begun = new Date();
  const { status, stdout, error } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--outDir', fresh],
    { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  if (status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    console.error(`${stdout}${error?.message ?? ''}\nThe sources do not compile: nothing was built.`);
    process.exit(1);
  }
  await bundle(join(fresh, 'src'), join(fresh, 'bundle'));
  await bundleWeb(join(root, 'web'), join(fresh, 'web'));
  swap(fresh, begun);
}

function swap(fresh: string, begun: Date): void {
  mkdirSync(fresh, { recursive: true });
  const old = `${fresh}-old`;
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(fresh, dist);
  rmSync(old, { recursive: true, force: true });
  writeFileSync(stamp, `${begun.toISOString()}\n`);
  // A file saved while the compiler ran is newer than what was built of it.
  utimesSync(stamp, begun, begun);
}
