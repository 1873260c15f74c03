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
  method: 'GET' | 'DELETE',
  path: string,
  shape: S,
): Promise<z.infer<S>> {
  const { status, text } = await exchanged(folder, method, path);
  const body = json(text);
  if (status === 200) return shaped(shape, body);
  throw new Refused(shaped(contract.problem, body));
}

/** The exchange understood, and said no. */
export class Refused extends Error {
  readonly code: string;

  constructor({ code, message }: contract.Problem) {
    super(message);
    this.code = code;
  }
}

interface Reply {
  readonly status: number;
  readonly text: string;
}

function exchanged(folder: string, method: string, path: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const asking = request(
      { socketPath: controlSocket(folder), method, path, timeout: PATIENCE, agent: false },
      (reply) => {
        let text = '';
        reply.setEncoding('utf8');
        reply.on('data', (piece: string) => {
          text += piece;
          if (text.length > LARGEST) asking.destroy(new Error('the answer is too long'));
        });
        reply.on('error', (error) => reject(unanswered(folder, error)));
        reply.on('end', () => resolve({ status: reply.statusCode ?? 0, text }));
      },
    );
    asking.on('timeout', () => asking.destroy(new Error('no answer in time')));
    asking.on('error', (error) => reject(unanswered(folder, error)));
    asking.end();
  });
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
