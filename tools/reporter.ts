import type { TestEvent } from 'node:test/reporters';
import { inspect } from 'node:util';

/** The last line a run prints: `counts {"passed":3,"failed":0,"skipped":0}`. Skipped and todo count as skipped. */
export const COUNTS = 'counts ';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Begins a line for the runner alone, JSON behind it: who has begun and who has ended, for when the run does not end. */
export const MARK = '\u001e';

export interface Mark {
  readonly what: 'begun' | 'passed' | 'failed';
  /** Where in the sources, and how deep. */
  readonly at: string;
  readonly test: string;
}

/** Prints failures only: name, error, and whatever the error's message shows (a ladder, a diff). */
export default async function* reporter(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  let counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  let empty = 0;
  for await (const event of events) {
    if (event.type === 'test:dequeue') yield mark('begun', event.data);
    if (event.type === 'test:complete') yield mark(event.data.details.passed ? 'passed' : 'failed', event.data);
    if (event.type === 'test:fail') yield failure(event.data);
    if (event.type === 'test:pass' && isFile(event.data)) empty += 1;
    if (event.type === 'test:pass' && isSkipped(event.data)) yield `\n- skipped: ${where(event.data)}\n`;
    if (event.type === 'test:stderr') yield event.data.message;
    if (event.type === 'test:summary' && event.data.file === undefined) counts = countsOf(event.data.counts);
  }
  yield `\n${COUNTS}${JSON.stringify({ ...counts, passed: counts.passed - empty })}\n`;
}

type Failed = Extract<TestEvent, { type: 'test:fail' }>['data'];
type Ended = Failed | Extract<TestEvent, { type: 'test:pass' }>['data'];
type Summary = Extract<TestEvent, { type: 'test:summary' }>['data']['counts'];

/** What is neither passed nor left out has failed; cancelled tests too. */
function countsOf({ tests, passed, skipped, todo }: Summary): Counts {
  return { passed, failed: tests - passed - skipped - todo, skipped: skipped + todo };
}

function isSkipped({ skip, todo }: Ended): boolean {
  return skip !== undefined || todo !== undefined;
}

function failure(data: Failed): string {
  const { error } = data.details;
  // A suite fails because something in it did, which was shown already.
  if (data.details.type === 'suite' && 'failureType' in error && error['failureType'] === 'subtestsFailed') return '';
  return `\n✗ ${where(data)}\n${indent(text(error))}\n`;
}

/** Names of its own line each: what tests write themselves may lack its end. */
function mark(what: Mark['what'], data: Place & { readonly nesting: number }): string {
  if (isFile(data)) return '';
  const at = `${data.nesting} ${data.file}:${data.line}:${data.column} ${data.name}`;
  return `\n${MARK}${JSON.stringify({ what, at, test: where(data) } satisfies Mark)}\n`;
}

/** A file without a test (a kit of tests) is reported as one that passed; with a process for each file, others begin too. */
function isFile({ name, file }: Place): boolean {
  return file !== undefined && (name === file || file.endsWith(`/${name}`));
}

interface Place {
  readonly name: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

function where({ name, file, line }: Place): string {
  const place = file === undefined ? '' : ` (${file.replace(`${process.cwd()}/`, '')}:${line})`;
  return `${name}${place}`;
}

/** The error a test threw is the cause of the one the runner reports. */
function text(error: Error): string {
  const thrown = error.cause ?? error;
  if (!(thrown instanceof Error)) return inspect(thrown);
  const stack = thrown.stack ?? '';
  const frames = stack
    .split('\n')
    .filter((line) => /^\s+at .*(file:|\/)/.test(line) && !line.includes('node:internal'));
  return [thrown.message, ...frames.slice(0, 4)].join('\n');
}

function indent(lines: string): string {
  return lines
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
