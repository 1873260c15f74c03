import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { type Answer, type Later, type Operation, problemOf } from '../../api/index.ts';
import { type ErrorFacts, type ErrorCode, type Kernel, StrowgerError } from '../../kernel/index.ts';
import type { ExchangeView } from '../../pbx/view.ts';
import type { TokenView } from '../../pbx/tokens.ts';
import type { Admitted, Refusal } from './admission.ts';
import { follow } from './lines.ts';

/** A server with narrow limits that answers everything, mistakes too, in JSON, and tells nothing of its insides. */
export function createServer(): FastifyInstance {
  const app = fastify({
    bodyLimit: 16 * 1024,
    requestTimeout: 10_000,
    keepAliveTimeout: 10_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
  });
  // A page elsewhere can send a text without asking first, but no JSON.
  app.removeContentTypeParser('text/plain');
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0]?.slice(0, 200) ?? '';
    return refuse(reply, 404, 'E_NOT_FOUND', { method: request.method, path });
  });
  app.setErrorHandler((error, _request, reply) => {
    const status = statusOf(error);
    if (status >= 500) return refuse(reply, 500, 'E_INTERNAL', {});
    return refuse(reply, status, 'E_INPUT', { mistakes: error instanceof Error ? error.message : 'unreadable' });
  });
  return app;
}

export interface Mounting {
  readonly kernel: Kernel;
  readonly view: ExchangeView;
  /** Who is let in; left out: everyone. */
  readonly admit?: (request: FastifyRequest, scopes: Operation['scopes']) => Admitted;
}

/** Puts the table's operations on a server; each request is one input of the kernel. */
export function mount(app: FastifyInstance, operations: readonly Operation[], mounting: Mounting): void {
  const keys = new WeakMap<FastifyRequest, TokenView>();
  for (const operation of operations) {
    app.route({
      method: operation.method,
      url: operation.path,
      onRequest: (request, reply, done) => {
        const admitted = mounting.admit?.(request, operation.scopes);
        if (admitted?.ok === false) return void turnAway(reply, admitted.refusal);
        if (admitted !== undefined) keys.set(request, admitted.token);
        done();
      },
      handler: (request, reply) => handle(operation, mounting, request, reply, keys.get(request)),
    });
  }
}

export function turnAway(reply: FastifyReply, { status, error, headers = {} }: Refusal): FastifyReply {
  return reply.code(status).headers(headers).type(PROBLEM).send(problemOf(status, error));
}

export const PROBLEM = 'application/problem+json; charset=utf-8';

/** What it says at once is sent; what comes later when it comes. */
function handle(
  operation: Operation,
  { kernel, view }: Mounting,
  request: FastifyRequest,
  reply: FastifyReply,
  token: TokenView | undefined,
): void {
  const { params, query, body } = request;
  let given: Answer<unknown> | Later<unknown> | undefined;
  kernel.input('api', () => {
    given = operation.handle(view, { params, query, body, token });
  });
  if (given === undefined) return void refuse(reply, 500, 'E_INTERNAL', {});
  if ('later' in given) follow(kernel, given, request, reply, (answer) => reached(reply, answer));
  else reached(reply, given);
}

function reached(reply: FastifyReply, given: Answer<unknown>): void {
  if (!given.ok) return void reply.code(given.status).type(PROBLEM).send(given.problem);
  if (given.location !== undefined) reply.header('location', given.location);
  if (given.next !== undefined) reply.header('link', `<${given.next}>; rel="next"`);
  reply.code(given.status ?? 200).send(given.body);
}

function refuse<C extends ErrorCode>(reply: FastifyReply, status: number, code: C, facts: ErrorFacts<C>): FastifyReply {
  return reply
    .code(status)
    .type(PROBLEM)
    .send(problemOf(status, new StrowgerError(code, facts)));
}

function statusOf(error: unknown): number {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  return status >= 400 && status < 600 ? status : 500;
}
