import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { operations } from '../src/api/index.ts';
import { catalogue } from '../src/kernel/index.ts';

/** The pages of docs/ that are generated from code, by name. `node tools/docs.ts` writes them. */
export const pages: Readonly<Record<string, () => string>> = {
  'errors.md': errors,
  'api.md': api,
};

export function path(name: string): string {
  return fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
}

function errors(): string {
  const entries = Object.entries(catalogue).sort(([a], [b]) => (a < b ? -1 : 1));
  const sections = entries.map(
    ([code, { sentence, remedy }]) =>
      `## ${code}\n\n${sentence.replaceAll(/\{(\w+)\}/g, '*$1*').trim()}\n\n${remedy}\n`,
  );
  return ['# Errors\n\nWhat Strowger says when something is wrong, and what to do.\n', ...sections].join('\n');
}

function api(): string {
  const rows = operations.map(
    ({ method, path: at, summary, scope }) => `| \`${method} ${at}\` | ${scope} | ${summary} |\n`,
  );
  return [
    '# API\n\n',
    'JSON over HTTP on the socket `control.sock` in the data folder, which only its owner can open. ',
    'Mistakes answer with `{"code", "message"}`; the codes stand in [errors](errors.md).\n\n',
    '| request | scope | what |\n| --- | --- | --- |\n',
    ...rows,
  ].join('');
}

/** What is on disk; '' when the page is missing. */
export function written(name: string): string {
  try {
    return readFileSync(path(name), 'utf8');
  } catch {
    return '';
  }
}

if (import.meta.main) for (const [name, generate] of Object.entries(pages)) writeFileSync(path(name), generate());
