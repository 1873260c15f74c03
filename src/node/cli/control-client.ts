import { request } from 'node:http';
import type { z } from 'zod';
import { contract } from '../../api/index.ts';
import { StrowgerError } from '../../kernel/index.ts';
import { controlSocket } from '../data-folder.ts';
import { why } from '../why.ts';

const PATIENCE = 10_000;
/** A list of every call of a large exchange fits many times. */
const LARGEST = 64 * 1024 * 1024;

/** Asks the exchange that runs with this data folder. Throws E_NOT_RUNNING, E_ANSWER, or the problem it answered with. */
export async function ask<S extends z.ZodType>(
  folder: string,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  shape: S,
  asked?: unknown,
): Promise<z.infer<S>> {
  const { status, text } = await exchanged(folder, method, path, asked);
  const body = json(text);
  if (status >= 200 && status < 300) return shaped(shape, body);
  throw new Refused(shaped(contract.problem, body));
}

/**
 * Asks for what takes its time, and hears each line of the answer as it comes; `signal` gives it up. Throws as {@link ask};
 * a refusal that comes as a line too.
 */
export async function askLines<S extends z.ZodType>(
  folder: string,
  path: string,
  shape: S,
  asked: unknown,
  heard: (line: z.infer<S>) => void,
  signal: AbortSignal,
): Promise<void> {
  const { status, text } = await exchanged(folder, 'POST', path, asked, {
    signal,
    line: (line) => {
      const body = json(line);
      const refusal = contract.problem.safeParse(body);
      if (!refusal.success) heard(shaped(shape, body));
    },
  });
  if (status !== 200) throw new Refused(shaped(contract.problem, json(text)));
  const last = contract.problem.safeParse(json(text.trimEnd().split('\n').at(-1) ?? ''));
  if (last.success) throw new Refused(last.data);
}

/** The exchange understood, and said no. */
export class Refused extends Error {
  readonly code: string;

  constructor({ code, detail }: contract.Problem) {
    super(detail);
    this.code = code;
  }
}

interface Reply {
  readonly status: number;
  readonly text: string;
}

/** An answer that comes line by line. */
interface Lines {
  readonly line: (line: string) => void;
  readonly signal: AbortSignal;
}

const LINES = { accept: 'application/x-ndjson' };

function exchanged(folder: string, method: string, path: string, asked?: unknown, lines?: Lines): Promise<Reply> {
  const body = asked === undefined ? undefined : JSON.stringify(asked);
  const headers = { ...(lines && LINES), ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  const waiting = lines === undefined ? { timeout: PATIENCE } : { signal: lines.signal };
  return new Promise((resolve, reject) => {
    const asking = request(
      { socketPath: controlSocket(folder), method, path, headers, agent: false, ...waiting },
      (reply) => {
        let text = '';
        let begun = 0;
        reply.setEncoding('utf8');
        reply.on('data', (piece: string) => {
          text += piece;
          if (lines !== undefined && reply.statusCode === 200) begun = tellLines(text, begun, lines.line);
          if (text.length > LARGEST) asking.destroy(new Error('the answer is too long'));
        });
        reply.on('error', (error) => reject(unanswered(folder, error)));
        reply.on('end', () => resolve({ status: reply.statusCode ?? 0, text }));
      },
    );
    asking.on('timeout', () => asking.destroy(new Error('no answer in time')));
    asking.on('error', (error) => reject(unanswered(folder, error)));
    asking.end(body);
  });
}

/** Each whole line from there on; gives where the next begins. */
function tellLines(text: string, begun: number, tell: Lines['line']): number {
  const end = text.lastIndexOf('\n');
  if (end < begun) return begun;
  for (const line of text.slice(begun, end).split('\n')) tell(line);
  return end + 1;
}

/** No socket, a socket nobody listens at, or no folder at all: nothing runs here. */
function unanswered(folder: string, error: Error): StrowgerError {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR') {
    return new StrowgerError('E_NOT_RUNNING', { folder }, { cause: error });
  }
  return new StrowgerError('E_ANSWER', { why: why(error) }, { cause: error });
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function shaped<S extends z.ZodType>(shape: S, body: unknown): z.infer<S> {
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new StrowgerError('E_ANSWER', { why: 'its answer has another shape' });
}
