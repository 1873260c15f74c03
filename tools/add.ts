import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `npm run add -- [-D] NAME…`: installs packages at exact versions, and completes the lock file. Without names only the latter. */

interface Package {
  readonly version: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

type Entry = Package & { readonly optional?: true; readonly cpu?: readonly string[]; readonly os?: readonly string[] };

const LOCK = join(import.meta.dirname, '..', 'package-lock.json');
const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openbsd', 'openharmony', 'sunos', 'win32'];
const CPUS = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

/**
 * A registry that lacks the builds of other platforms makes npm leave them out of the lock file, and `npm ci` then refuses
 * it as incomplete. Each build that is named somewhere gets its entry; npm passes by what is for another platform.
 */
export function complete(packages: Readonly<Record<string, Entry>>): Readonly<Record<string, Entry>> {
  const all: Record<string, Entry> = { ...packages };
  for (const { dev, optionalDependencies } of Object.values(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies ?? {})) {
      all[`node_modules/${name}`] ??= { version, ...platform(name), ...(dev === true ? { dev } : {}), optional: true };
    }
  }
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What a package's name says about where it runs. */
function platform(name: string): Pick<Entry, 'cpu' | 'os'> {
  const words = name.split(/[/-]/);
  const os = SYSTEMS.filter((system) => words.includes(system));
  const cpu = CPUS.filter((one) => words.includes(one));
  return { ...(cpu.length > 0 ? { cpu } : {}), ...(os.length > 0 ? { os } : {}) };
}

if (import.meta.main) {
  const names = process.argv.slice(2);
  if (names.length > 0) execFileSync('npm', ['install', '--save-exact', ...names], { stdio: 'inherit' });
  const lock = JSON.parse(readFileSync(LOCK, 'utf8')) as { packages: Record<string, Entry> };
  writeFileSync(LOCK, `${JSON.stringify({ ...lock, packages: complete(lock.packages) }, undefined, 2)}\n`);
}
