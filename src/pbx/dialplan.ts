import type { Call } from './script.ts';

/** What a number does: runs on behalf of the caller's leg. */
export type Script = (call: Call) => Promise<void> | void;

/** A rule of a dialplan. `X` is any digit, `Z` 1–9, `N` 2–9; everything else stands for itself. A last `.` takes one or more characters. */
export interface Rule {
  readonly pattern: string;
  readonly script: Script;
}

export interface Dialplan {
  readonly rules: readonly Rule[];
  /** The script of the most particular rule that matches; undefined: no such number. */
  readonly route: (dialed: string) => Script | undefined;
}

export interface DialplanBuilder {
  on(pattern: string, script: Script): DialplanBuilder;
  /** What becomes of numbers that no rule matches; said again, the first that knows the number. */
  otherwise(route: Dialplan['route']): DialplanBuilder;
}

const CLASSES: Readonly<Record<string, string>> = { X: '0123456789', Z: '123456789', N: '23456789' };

/**
 * Makes a dialplan out of rules. Throws one RangeError that lists every pattern that cannot be told from another, each
 * with both of its places (first and second rule, counted from one).
 */
export function dialplan(build: (builder: DialplanBuilder) => unknown): Dialplan {
  const rules: Rule[] = [];
  const rest: Dialplan['route'][] = [];
  const builder: DialplanBuilder = {
    on(pattern, script) {
      rules.push({ pattern, script });
      return builder;
    },
    otherwise(known) {
      rest.push(known);
      return builder;
    },
  };
  build(builder);
  const problems = faults(rules);
  if (problems.length > 0) throw new RangeError(problems.join('\n'));
  return { rules, route: (dialed) => route(rules, dialed) ?? fallback(rest, dialed) };
}

/** What is wrong with a list of rules, one sentence each. */
function faults(rules: readonly Rule[]): readonly string[] {
  const problems: string[] = [];
  for (const [index, { pattern }] of rules.entries()) {
    if (pattern === '' || pattern.slice(0, -1).includes('.'))
      problems.push(`rule ${index + 1}: '${pattern}' is no pattern`);
    for (const [before, earlier] of rules.slice(0, index).entries()) {
      if (ambiguous(earlier.pattern, pattern))
        problems.push(
          `rule ${index + 1} '${pattern}' and rule ${before + 1} '${earlier.pattern}' match the same numbers`,
        );
    }
  }
  return problems;
}

function route(rules: readonly Rule[], dialed: string): Script | undefined {
  let best: Rule | undefined;
  for (const rule of rules) {
    if (matches(rule.pattern, dialed) && (best === undefined || narrower(rule.pattern, best.pattern))) best = rule;
  }
  return best?.script;
}

function fallback(rest: readonly Dialplan['route'][], dialed: string): Script | undefined {
  for (const known of rest) {
    const script = known(dialed);
    if (script !== undefined) return script;
  }
  return undefined;
}

/** Whether a number matches a pattern. */
export function matches(pattern: string, dialed: string): boolean {
  const open = pattern.endsWith('.');
  const fixed = open ? pattern.slice(0, -1) : pattern;
  if (open ? dialed.length <= fixed.length : dialed.length !== fixed.length) return false;
  return fixed.split('').every((symbol, index) => covers(symbol, dialed.charAt(index)));
}

function covers(symbol: string, character: string): boolean {
  return symbol === character || (CLASSES[symbol]?.includes(character) ?? false);
}

/** The more particular of two matching patterns: at the first place where they differ, the smaller choice wins; an open end loses. */
function narrower(a: string, b: string): boolean {
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    const difference = choices(a.charAt(at)) - choices(b.charAt(at));
    if (difference !== 0) return difference < 0;
  }
  return a.length > b.length;
}

function choices(symbol: string): number {
  return symbol === '.' ? Number.POSITIVE_INFINITY : (CLASSES[symbol]?.length ?? 1);
}

/** Two patterns that cover a number equally narrowly: nothing could choose between them. */
function ambiguous(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  return a.split('').every((symbol, index) => {
    const other = b.charAt(index);
    return symbol === other || (choices(symbol) === choices(other) && choices(symbol) > 1 && symbol !== '.');
  });
}
