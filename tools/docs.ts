import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { operations } from '../src/api/index.ts';
import { catalogue } from '../src/kernel/index.ts';
import { keys } from '../src/pbx/index.ts';
import { displays } from './display-pages.ts';
import { events } from './event-pages.ts';
import { stateMachines } from './state-diagrams.ts';

/** The pages of docs/ that are generated from code, by name. `node tools/docs.ts` writes them. */
export const pages: Readonly<Record<string, () => string | Promise<string>>> = {
  'displays.md': displays,
  'errors.md': errors,
  'api.md': api,
  'configuration-reference.md': configuration,
  'events.md': events,
  'state-machines.md': stateMachines,
};

export function path(name: string): string {
  return fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
}

function errors(): string {
  const entries = Object.entries(catalogue).sort(([a], [b]) => (a < b ? -1 : 1));
  const sections = entries.map(
    ([code, { sentence, remedy }]) => `## ${code}\n\n${withFacts(sentence)}\n\n${withFacts(remedy)}\n`,
  );
  return ['# Errors\n\nWhat Strowger says when something is wrong, and what to do.\n', ...sections].join('\n');
}

function withFacts(text: string): string {
  return text.replaceAll(/\{(\w+)\}/g, '*$1*').trim();
}

function api(): string {
  const rows = operations.map(
    ({ method, path: at, summary, scopes }) => `| \`${method} ${at}\` | ${scopes.join(' or ')} | ${summary} |\n`,
  );
  const fields = operations.flatMap(({ method, path: at, query, body }) => [
    ...fieldsIn(`${method} ${at}`, 'query', query),
    ...fieldsIn(`${method} ${at}`, 'body', body),
  ]);
  return [
    '# API: every request\n\n',
    'How to use it stands in [programs](programs.md). JSON over HTTP: with a token on the port of the console, without one on ',
    'the socket `control.sock` in the data folder, which only its owner can open. Mistakes answer with ',
    '`application/problem+json`; their codes stand in [errors](errors.md).\n\n',
    '| request | scope | what |\n| --- | --- | --- |\n',
    ...rows,
    '| `GET /api/openapi.json` | | This, for programs: OpenAPI 3.1 |\n',
    '| `GET /api/events` | read | The event stream, a WebSocket |\n',
    '\n## Fields\n\n| request | field | in | what |\n| --- | --- | --- | --- |\n',
    ...fields,
  ].join('');
}

function fieldsIn(request: string, place: string, schema: z.ZodType | undefined): readonly string[] {
  if (schema === undefined) return [];
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([name, said]) => {
    const what = typeof said === 'object' ? (said.description ?? '') : '';
    return `| \`${request}\` | \`${name}\` | ${place} | ${cell(what)} |\n`;
  });
}

function configuration(): string {
  const rows = keys().map(
    ({ path: key, takes, usual, what }) =>
      `| \`${key}\` | ${cell(takes)} | ${usual === undefined ? '' : `\`${cell(usual)}\``} | ${cell(what)} |\n`,
  );
  return [
    '# Configuration: every key\n\n',
    'The same in TypeScript and YAML; how it works stands in [configuration](configuration.md). ',
    'A key with dots stands inside the tables before them; `*` stands for a number or pattern of yours.\n\n',
    '| key | takes | unless said | what |\n| --- | --- | --- | --- |\n',
    ...rows,
  ].join('');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** What is on disk; '' when the page is missing. */
export function written(name: string): string {
  try {
    return readFileSync(path(name), 'utf8');
  } catch {
    return '';
  }
}

if (import.meta.main) for (const [name, generate] of Object.entries(pages)) writeFileSync(path(name), await generate());
