import { z } from 'zod';
import { StrowgerError } from '../kernel/index.ts';
import type { ExchangeView } from '../pbx/view.ts';
import * as contract from './contract.ts';

/** What a caller may do: see, or change what happens. */
export type ApiScope = 'read' | 'control';

export type Answer<Output> =
  | { readonly ok: true; readonly body: Output }
  | { readonly ok: false; readonly status: 400 | 404 | 409; readonly problem: contract.Problem };

/** One thing that can be asked. `input` is made of the path's parameters and the body; handlers get it checked. */
export interface Operation {
  readonly method: 'GET' | 'DELETE';
  /** Parameters are written `:id`. */
  readonly path: string;
  readonly summary: string;
  readonly scope: ApiScope;
  readonly input?: z.ZodType;
  readonly output: z.ZodType;
  readonly handle: (view: ExchangeView, input: unknown) => Answer<unknown>;
}

interface Typed<I extends z.ZodType, O extends z.ZodType> extends Omit<Operation, 'handle'> {
  readonly input?: I;
  readonly output: O;
  readonly handle: (view: ExchangeView, input: z.infer<I>) => Answer<z.input<O>>;
}

/** Ties a handler's types to its schemas, checks what comes in and lets nothing out that the contract does not name. */
function operation<O extends z.ZodType, I extends z.ZodType = z.ZodUnknown>(typed: Typed<I, O>): Operation {
  const { handle, ...rest } = typed;
  return {
    ...rest,
    handle: (view, input) => {
      const parsed = (typed.input ?? z.unknown()).safeParse(input);
      if (!parsed.success) return refused(400, new StrowgerError('E_INPUT', { mistakes: mistakes(parsed.error) }));
      const given = handle(view, parsed.data as z.infer<I>);
      return given.ok ? answer(typed.output.parse(given.body)) : given;
    },
  };
}

function mistakes(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
}

function refused(status: 400 | 404 | 409, { code, message }: StrowgerError): Answer<never> {
  return { ok: false, status, problem: { code, message } };
}

function answer<T>(body: T): Answer<T> {
  return { ok: true, body };
}

export const operations: readonly Operation[] = [
  operation({
    method: 'GET',
    path: '/api/status',
    summary: 'How the exchange is',
    scope: 'read',
    output: contract.status,
    handle: (view) => answer(view.status()),
  }),
  operation({
    method: 'GET',
    path: '/api/calls',
    summary: 'The calls in progress',
    scope: 'read',
    output: z.array(contract.call).readonly(),
    handle: (view) => answer(view.calls()),
  }),
  operation({
    method: 'GET',
    path: '/api/registrations',
    summary: 'Where the phones are',
    scope: 'read',
    output: z.array(contract.registration).readonly(),
    handle: (view) => answer(view.registrations()),
  }),
  operation({
    method: 'GET',
    path: '/api/cdr',
    summary: 'The last calls that have ended, at most `limit` (100)',
    scope: 'read',
    input: contract.limit,
    output: z.array(contract.record).readonly(),
    handle: (view, { limit }) => answer(view.records(limit)),
  }),
  operation({
    method: 'GET',
    path: '/api/accounts',
    summary: 'Who has a number',
    scope: 'read',
    output: z.array(contract.account).readonly(),
    handle: (view) => answer(view.accounts()),
  }),
  operation({
    method: 'DELETE',
    path: '/api/calls/:id',
    summary: 'Ends a call',
    scope: 'control',
    input: contract.byId,
    output: contract.ended,
    handle: (view, { id }) => (view.hangup(id) ? answer({ ended: true as const }) : noCall(id)),
  }),
  operation({
    method: 'GET',
    path: '/api/version',
    summary: 'Which Strowger this is',
    scope: 'read',
    output: contract.version,
    handle: (view) => answer({ version: view.status().version }),
  }),
];

function noCall(id: string): Answer<never> {
  return refused(404, new StrowgerError('E_NO_CALL', { id }));
}
