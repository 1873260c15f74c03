/** A token of TypeScript source; comments and regular expressions give none. */
export interface Token {
  readonly kind: 'word' | 'text' | 'sign';
  readonly value: string;
  readonly line: number;
}

/** An import or re-export. `typeOnly`: erased when types are stripped. */
export interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
  readonly line: number;
}

const WORD = /[\p{L}_$][\p{L}\p{N}_$]*/uy;
const NUMBER = /\d[\w.]*/y;
/** After these a slash divides; after anything else it begins a regular expression. */
const VALUE_END = /^[)\]}]$/;
const KEYWORD_BEFORE_REGEX = new Set([
  'return',
  'typeof',
  'case',
  'in',
  'of',
  'void',
  'delete',
  'throw',
  'new',
  'await',
  'yield',
  'else',
]);

/** Words, string texts and signs of a source file, in order. A template's text is dropped, what stands in `${}` is kept. */
export function tokens(source: string): readonly Token[] {
  const found: Token[] = [];
  /** Depths of braces at which a template goes on. */
  const templates: number[] = [];
  let depth = 0;
  let line = 1;
  let at = 0;

  const add = (kind: Token['kind'], value: string): void => void found.push({ kind, value, line });
  const skipTo = (end: number): void => {
    for (; at < end; at += 1) if (source[at] === '\n') line += 1;
  };
  const template = (): void => {
    const { end, opens } = templateEnd(source, at);
    skipTo(end);
    if (opens) templates.push(depth);
  };

  while (at < source.length) {
    const char = source.charAt(at);
    const pair = source.slice(at, at + 2);
    if (/\s/.test(char)) skipTo(at + 1);
    else if (pair === '//') skipTo(endOf(source, '\n', at));
    else if (pair === '/*') skipTo(endOf(source, '*/', at + 2) + 2);
    else if (char === "'" || char === '"') {
      const end = quoteEnd(source, at);
      add('text', source.slice(at + 1, end - 1));
      skipTo(end);
    } else if (char === '`') {
      add('text', '`');
      at += 1;
      template();
    } else if (char === '}' && templates.at(-1) === depth) {
      templates.pop();
      at += 1;
      template();
    } else if (char === '/' && startsRegex(found.at(-1))) skipTo(regexEnd(source, at));
    else {
      const word = match(WORD, source, at) ?? match(NUMBER, source, at);
      if (char === '{') depth += 1;
      if (char === '}') depth -= 1;
      add(word === undefined ? 'sign' : 'word', word ?? char);
      at += (word ?? char).length;
    }
  }
  return found;
}

/** What a file imports, statically or by `import('…')`. */
export function importsOf(source: string): readonly Import[] {
  const all = tokens(source);
  return all.flatMap((token, at) => {
    if (token.kind !== 'word' || all[at - 1]?.value === '.') return [];
    if (token.value === 'import') return importAt(all, at);
    return token.value === 'export' ? exportAt(all, at) : [];
  });
}

function importAt(all: readonly Token[], at: number): readonly Import[] {
  const next = all[at + 1];
  const line = all[at]?.line ?? 0;
  if (next?.kind === 'text') return [{ specifier: next.value, typeOnly: false, line }];
  if (next?.value === '(') {
    const argument = all[at + 2];
    return argument?.kind === 'text' ? [{ specifier: argument.value, typeOnly: false, line }] : [];
  }
  return clauseAt(all, at);
}

function exportAt(all: readonly Token[], at: number): readonly Import[] {
  const next = all[at + 1]?.value;
  const afterType = next === 'type' ? all[at + 2]?.value : next;
  return afterType === '{' || afterType === '*' ? clauseAt(all, at) : [];
}

/** `import type { A } from 'x'`, `export { type A } from 'x'`…; nothing when no `from` follows. */
function clauseAt(all: readonly Token[], at: number): readonly Import[] {
  let end = at + 1;
  while (end < all.length && all[end]?.value !== 'from' && !(all[end]?.value === ';' || all[end]?.kind === 'text'))
    end += 1;
  const target = all[end + 1];
  if (all[end]?.value !== 'from' || target?.kind !== 'text') return [];
  const clause = all.slice(at + 1, end);
  return [{ specifier: target.value, typeOnly: typeOnly(clause), line: all[at]?.line ?? 0 }];
}

function typeOnly(clause: readonly Token[]): boolean {
  if (clause[0]?.value === 'type' && clause.length > 1) return true;
  if (clause[0]?.value !== '{') return false;
  const names = clause
    .slice(1, -1)
    .map(({ value }) => value)
    .join(' ')
    .split(',')
    .map((name) => name.trim());
  return names.filter((name) => name !== '').every((name) => name.startsWith('type '));
}

function startsRegex(before: Token | undefined): boolean {
  if (before === undefined) return true;
  if (before.kind === 'text') return false;
  if (before.kind === 'word') return KEYWORD_BEFORE_REGEX.has(before.value);
  return !VALUE_END.test(before.value);
}

function regexEnd(source: string, from: number): number {
  let inClass = false;
  for (let at = from + 1; at < source.length; at += 1) {
    const char = source[at];
    if (char === '\\') at += 1;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '/' && !inClass) return at + (match(/\/[a-z]*/y, source, at) ?? '/').length;
    else if (char === '\n') return at;
  }
  return source.length;
}

function quoteEnd(source: string, from: number): number {
  const quote = source[from];
  for (let at = from + 1; at < source.length; at += 1) {
    if (source[at] === '\\') at += 1;
    else if (source[at] === quote) return at + 1;
  }
  return source.length;
}

/** Where a template's text ends, and whether an expression opens there. */
function templateEnd(source: string, from: number): { end: number; opens: boolean } {
  for (let at = from; at < source.length; at += 1) {
    if (source[at] === '\\') at += 1;
    else if (source[at] === '`') return { end: at + 1, opens: false };
    else if (source[at] === '$' && source[at + 1] === '{') return { end: at + 2, opens: true };
  }
  return { end: source.length, opens: false };
}

function endOf(source: string, what: string, from: number): number {
  const at = source.indexOf(what, from);
  return at < 0 ? source.length : at;
}

function match(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}
