import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const PAGE = join(ROOT, 'docs', 'reliability.md');
const KEPT = 20;

export interface Result {
  /** `all`, or the rungs that were asked for. */
  readonly rungs: string;
  /** Seeds of chaos that each story got. */
  readonly seeds: string;
  readonly passed: number;
  readonly failed: number;
  readonly minutes: number;
}

const HEAD = `# Reliability

What \`npm run test:long\` came to, the latest run last. Every story is played once for each seed in a world that loses, doubles,
delays and reorders packets; skipped tests count as failed. A \`+\` behind the commit: with changes that were not committed.

| date | commit | rungs | seeds | passed | failed | minutes |
| --- | --- | --- | --- | --- | --- | --- |
`;

/** Writes the row of this run into docs/reliability.md. */
export function record(result: Result): void {
  writeFileSync(PAGE, withRow(readFileSync(PAGE, { encoding: 'utf8', flag: 'a+' }), today(), commit(), result));
}

/** The page with one row more; the oldest go. */
export function withRow(
  page: string,
  date: string,
  at: string,
  { rungs, seeds, passed, failed, minutes }: Result,
): string {
  const rows = page.split('\n').filter((line) => /^\| \d{4}-/.test(line));
  const row = `| ${[date, at, rungs, seeds, passed, failed, minutes.toFixed(1)].join(' | ')} |`;
  return `${HEAD}${[...rows, row].slice(-KEPT).join('\n')}\n`;
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function commit(): string {
  const git = (...args: readonly string[]): string =>
    spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' }).stdout?.trim() ?? '';
  const changed = git('status', '--porcelain', '--', ':!docs/reliability.md') !== '';
  return `${git('rev-parse', '--short', 'HEAD') || 'unknown'}${changed ? '+' : ''}`;
}
