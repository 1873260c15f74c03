import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { Answer, Operation } from '../../api/index.ts';
import { type ErrorFacts, type ErrorCode, type Kernel, StrowgerError } from '../../kernel/index.ts';
import type { ExchangeView } from '../../pbx/view.ts';

/** A server with narrow limits that answers everything, mistakes too, in JSON, and tells nothing of its insides. */
export function createServer(): FastifyInstance {
  const app = fastify({
    bodyLimit: 16 * 1024,
    requestTimeout: 10_000,
    keepAliveTimeout: 10_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
  });
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

/** Puts the table's operations on a server; each request is one input of the kernel. */
export function mount(
  app: FastifyInstance,
  operations: readonly Operation[],
  { kernel, view }: { readonly kernel: Kernel; readonly view: ExchangeView },
): void {
  for (const operation of operations) {
    app.route({
      method: operation.method,
      url: operation.path,
      handler: (request, reply) => {
        let given: Answer<unknown> | undefined;
        kernel.input('api', () => {
          given = operation.handle(view, inputOf(request));
        });
        return reached(reply, given);
      },
    });
  }
}

function reached(reply: FastifyReply, given: Answer<unknown> | undefined): FastifyReply {
  if (given === undefined) return refuse(reply, 500, 'E_INTERNAL', {});
  return given.ok ? reply.send(given.body) : reply.code(given.status).send(given.problem);
}

function inputOf(request: FastifyRequest): unknown {
  return { ...(request.query as object), ...(request.body as object | undefined), ...(request.params as object) };
}

function refuse<C extends ErrorCode>(reply: FastifyReply, status: number, code: C, facts: ErrorFacts<C>): FastifyReply {
  const { message } = new StrowgerError(code, facts);
  return reply.code(status).send({ code, message });
}

function statusOf(error: unknown): number {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  return status >= 400 && status < 600 ? status : 500;
}
