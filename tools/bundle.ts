import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { type OutputChunk, rolldown } from 'rolldown';

/** Packages whose code is taken in; the rest is found when it is asked for. */
const NODE = /^node:/;

/**
 * Joins what was compiled, and the packages it uses, into few files in `bundle`, which start in half the time of five hundred.
 * Beside them stand the licences of all that was taken in. A folder without a program is left as it is.
 */
export async function bundle(compiled: string, into: string): Promise<void> {
  const input = entries(compiled);
  if (!('main' in input)) return;
  const program = await rolldown({
    input,
    platform: 'node',
    preserveEntrySignatures: 'allow-extension',
    external: [NODE],
    transform: { target: 'node24' },
    logLevel: 'warn',
  });
  const { output } = await program.write({
    dir: into,
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
  });
  await program.close();
  const chunks = output.filter((one): one is OutputChunk => one.type === 'chunk');
  writeFileSync(join(into, 'LICENCES.txt'), licences(chunks.flatMap(({ moduleIds }) => moduleIds)));
}

/**
 * Builds the console: its scripts joined into one file, beside its style and its icon under names that tell what is in them, and
 * the page that names them. A folder without a console is left as it is.
 */
export async function bundleWeb(web: string, into: string): Promise<void> {
  const input = join(web, 'main.tsx');
  if (!existsSync(input)) return;
  const program = await rolldown({
    input,
    platform: 'browser',
    transform: { target: 'es2022', jsx: { runtime: 'automatic', importSource: 'preact' } },
    tsconfig: false,
    logLevel: 'warn',
  });
  const { output } = await program.generate({ minify: true });
  await program.close();
  const chunks = output.filter((one): one is OutputChunk => one.type === 'chunk');
  mkdirSync(join(into, 'assets'), { recursive: true });
  const named = (name: string, text: string): string => {
    const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
    const file = `${name.slice(0, -extname(name).length)}-${digest}${extname(name)}`;
    writeFileSync(join(into, 'assets', file), text);
    return `/assets/${file}`;
  };
  const own = (name: string): string => named(name, readFileSync(join(web, name), 'utf8'));
  const places = {
    script: named('console.js', chunks.map(({ code }) => code).join('')),
    style: own('style.css'),
    icon: own('icon.svg'),
  };
  const page = readFileSync(join(web, 'index.html'), 'utf8');
  const filled = Object.entries(places).reduce((text, [name, place]) => text.replaceAll(`{{${name}}}`, place), page);
  writeFileSync(join(into, 'index.html'), filled);
  writeFileSync(join(into, 'LICENCES.txt'), licences(chunks.flatMap(({ moduleIds }) => moduleIds)));
}

/** The program, what it exports, its threads, and each module that asks for its own place: that must not move. */
function entries(compiled: string): Readonly<Record<string, string>> {
  const modules = readdirSync(compiled, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
  const fixed = modules.filter(
    (name) =>
      ['main.js', 'index.js'].includes(name) ||
      /(^|[\\/-])worker\.js$/.test(name) ||
      readFileSync(join(compiled, name), 'utf8').includes('import.meta.'),
  );
  return Object.fromEntries(fixed.map((name) => [name.slice(0, -'.js'.length), join(compiled, name)]));
}

/** Name, version and licence of every package that modules are from. */
function licences(modules: readonly string[]): string {
  const folders = new Set(
    modules.flatMap((id) => /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id)?.[0] ?? []),
  );
  return [...folders].sort().map(licence).join('\n\n');
}

function licence(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
    string,
    string
  >;
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return [`${name} ${version} (${license ?? 'see below'})`, ...texts].join('\n\n');
}
