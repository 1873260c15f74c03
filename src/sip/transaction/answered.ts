import { keep, type Opened } from '../../kernel/index.ts';
import type { Request, Response } from '../message/index.ts';
import type { Flow } from '../transport/index.ts';
import type { ServerAction, ServerEvent } from './machine.ts';
import type { Actor, Run } from './run.ts';
import type { Server, ServerContext } from './server.ts';
import type { Countdown } from './timers.ts';

/**
 * What is left of a non-INVITE transaction when its final response is out: what repeats that until timer J (RFC 3261
 * §17.2.2); and of an INVITE transaction when the ACK of its 2xx is here: what knows repetitions until timer L (RFC 6026).
 * Request and response are let go: at 3000 requests a second 96,000 wait so.
 */
export class Answered implements Actor<ServerAction, Request | Response> {
  readonly key: string;
  readonly mergeKey: string | undefined;
  readonly status: number;
  /** The To tag of the response. */
  readonly toTag: string;
  readonly run: Run<ServerEvent, ServerAction, Request | Response>;
  readonly #sent: Uint8Array | undefined;
  readonly #flow: Flow;
  readonly #context: ServerContext;
  readonly #countdown: Countdown;
  readonly #opened: Opened;
  readonly #ended: (answered: Answered) => void;

  constructor(server: Server, status: number, sent: Uint8Array | undefined, ended: (answered: Answered) => void) {
    this.key = keep(server.key);
    this.mergeKey = server.mergeKey === undefined ? undefined : keep(server.mergeKey);
    this.status = status;
    this.toTag = keep(server.last?.toTag ?? '');
    this.run = server.run;
    this.#sent = sent;
    this.#flow = server.responseFlow;
    this.#context = server.context;
    this.#countdown = server.countdown;
    this.#opened = server.opened;
    this.#ended = ended;
    this.run.runFor(this);
  }

  /** Whoever acknowledges with the INVITE's own branch is told on, as before. */
  act(action: ServerAction, message: Request | Response | undefined): void {
    const { transport, user } = this.#context;
    if (action === 'tellAck' && message?.kind === 'request') user.ack(message, this.#flow);
    else if (action === 'resendResponse' && this.#sent !== undefined) transport.resend(this.#sent, this.#flow);
  }

  end(): void {
    this.#countdown.stop();
    this.#opened.close();
    this.#ended(this);
  }
}
