import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A CommonJS package and all it requires, as one script for a browser that leaves its exports in `globalThis[name]`. */
export function bundle(name: string): string {
  const modules = new Map<string, string>();
  const entry = collect(createRequire(import.meta.url).resolve(name), modules);
  return `{
const modules = {${[...modules].map(([file, text]) => `${JSON.stringify(file)}: ${text}`).join(',\n')}};
const loaded = {};
const load = (file) => {
  if (loaded[file] === undefined) {
    loaded[file] = { exports: {} };
    modules[file](loaded[file], loaded[file].exports, load);
  }
  return loaded[file].exports;
};
globalThis.process ??= { env: {} };
globalThis[${JSON.stringify(name)}] = load(${JSON.stringify(entry)});
}`;
}

/** Puts a module and what it requires into `modules`; its name there. */
function collect(file: string, modules: Map<string, string>): string {
  if (modules.has(file)) return file;
  modules.set(file, '');
  const source = readFileSync(file, 'utf8');
  const text = file.endsWith('.json')
    ? `module.exports = ${source}`
    : source.replaceAll(/\brequire\((['"])([^'"]+)\1\)/g, (_, _quote: string, wanted: string) => {
        return `require(${JSON.stringify(collect(resolve(file, wanted), modules))})`;
      });
  modules.set(file, `(module, exports, require) => {\n${text}\n}`);
  return file;
}

/** A trailing slash means the package also where Node has a module of that name. */
function resolve(from: string, wanted: string): string {
  const require = createRequire(from);
  const found = require.resolve(/^[a-z-]+$/.test(wanted) ? `${wanted}/` : wanted);
  return wanted === 'debug' ? join(dirname(found), 'browser.js') : found;
}
