import type { z } from 'zod';
import { StrowgerError } from '../kernel/index.ts';
import type { ApiScope, ExchangeView, TokenView } from '../pbx/index.ts';
import type { Problem } from './contract.ts';

export type Status = 400 | 401 | 403 | 404 | 409 | 413 | 415 | 421 | 429 | 500 | 503;

/** What a handler says. */
export type Answer<Output> =
  | {
      readonly ok: true;
      readonly body: Output;
      /** 200 unless said. */
      readonly status?: 201 | 202;
      /** Where what was made can be seen. */
      readonly location?: string;
      /** Where a list goes on. */
      readonly next?: string;
    }
  | { readonly ok: false; readonly status: Status; readonly problem: Problem };

/**
 * The answer comes in a later step: `then` takes it, `progress` what there is to say before. Gives what to do when nobody
 * waits any more.
 */
export interface Later<Output> {
  readonly later: (then: (answer: Answer<Output>) => void, progress: (body: Output) => void) => () => void;
}

/** What was sent, not checked yet. */
export interface Given {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  /** The key that it came with; undefined: it needed none. */
  readonly token?: TokenView | undefined;
}

/** One thing that can be asked. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Parameters are written `:id`. */
  readonly path: string;
  readonly summary: string;
  /** Any of them will do. */
  readonly scopes: readonly ApiScope[];
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly output: z.ZodType;
  /** The status when all is well. */
  readonly status: 200 | 201 | 202;
  readonly handle: (view: ExchangeView, given: Given) => Answer<unknown> | Later<unknown>;
}

/** Whether one of these scopes is among what a token has; `admin` has them all. */
export function allows(has: readonly ApiScope[], wanted: readonly ApiScope[]): boolean {
  return has.includes('admin') || wanted.some((scope) => has.includes(scope));
}

export function answer<T>(body: T): Answer<T> {
  return { ok: true, body };
}

/** An error of the catalogue as what goes out (RFC 9457 §3). */
export function refused(status: Status, error: StrowgerError, mistakes?: Problem['mistakes']): Answer<never> {
  return { ok: false, status, problem: problemOf(status, error, mistakes) };
}

export function problemOf(
  status: number,
  { code, message, remedy }: StrowgerError,
  mistakes?: Problem['mistakes'],
): Problem {
  const said = { type: `urn:strowger:error:${code}`, title: remedy, status, detail: message, code };
  return mistakes === undefined ? said : { ...said, mistakes };
}

/** What does not fit a schema: 400, with each field. */
export function misfit({ issues }: z.ZodError): Answer<never> {
  const mistakes = issues.flatMap((issue) => {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : [];
    if (keys.length > 0)
      return keys.map((key) => ({ field: [...issue.path, key].join('.'), why: 'there is no such field' }));
    return [{ field: issue.path.join('.'), why: issue.message }];
  });
  const told = mistakes.map(({ field, why }) => (field === '' ? why : `${field}: ${why}`)).join('; ');
  return refused(400, new StrowgerError('E_INPUT', { mistakes: told }), mistakes);
}
