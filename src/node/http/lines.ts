import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Answer, type Later, problemOf } from '../../api/index.ts';
import { type Kernel, StrowgerError } from '../../kernel/index.ts';

const LINES = 'application/x-ndjson';

/**
 * Waits for an answer that comes later; whoever asks for lines gets each step as one, the answer last. The connection that
 * closes before it tells that nobody waits.
 */
export function follow(
  kernel: Kernel,
  { later }: Later<unknown>,
  request: FastifyRequest,
  reply: FastifyReply,
  reached: (answer: Answer<unknown>) => void,
): void {
  const write = (request.headers.accept ?? '').includes(LINES) ? lines(reply) : undefined;
  let answered = false;
  let stop: (() => void) | undefined;
  kernel.input('api', () => {
    stop = later(
      (answer) => {
        answered = true;
        if (write === undefined) return reached(answer);
        write(answer.ok ? answer.body : answer.problem);
        reply.raw.end();
      },
      (now) => write?.(now),
    );
  });
  // The step threw: a fault of ours, told of there.
  if (stop === undefined) {
    const error = new StrowgerError('E_INTERNAL', {});
    return reached({ ok: false, status: 500, problem: problemOf(500, error) });
  }
  const { raw } = reply;
  const gone = (): void => {
    if (!answered) kernel.input('api', () => stop?.());
  };
  raw.once('close', gone);
  if (raw.destroyed) gone();
}

/** From now on the answer is written line by line. */
function lines(reply: FastifyReply): (line: unknown) => void {
  const { raw } = reply;
  let begun = false;
  const begin = (): void => {
    reply.hijack();
    raw.on('error', () => raw.destroy());
    raw.writeHead(200, { 'content-type': LINES, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    begun = true;
  };
  return (line) => {
    if (!begun) begin();
    raw.write(`${JSON.stringify(line)}\n`);
  };
}
