import { keep, type Opened } from '../../kernel/index.ts';
import type { Request, Response } from '../message/index.ts';
import type { Flow, Transport } from '../transport/index.ts';
import type { ServerAction, ServerEvent } from './machine.ts';
import type { Actor, Run } from './run.ts';
import type { Server } from './server.ts';
import type { Countdown } from './timers.ts';

/**
 * What is left of a non-INVITE transaction when its final response is out: what repeats that until timer J (RFC 3261
 * §17.2.2). Request and response are let go: at 3000 requests a second 96,000 wait so.
 */
export class Answered implements Actor<ServerAction, Request | Response> {
  readonly key: string;
  readonly mergeKey: string | undefined;
  readonly status: number;
  readonly run: Run<ServerEvent, ServerAction, Request | Response>;
  readonly #sent: Uint8Array;
  readonly #flow: Flow;
  readonly #transport: Transport;
  readonly #countdown: Countdown;
  readonly #opened: Opened;
  readonly #ended: (answered: Answered) => void;

  constructor(server: Server, status: number, sent: Uint8Array, ended: (answered: Answered) => void) {
    this.key = keep(server.key);
    this.mergeKey = server.mergeKey === undefined ? undefined : keep(server.mergeKey);
    this.status = status;
    this.run = server.run;
    this.#sent = sent;
    this.#flow = server.responseFlow;
    this.#transport = server.context.transport;
    this.#countdown = server.countdown;
    this.#opened = server.opened;
    this.#ended = ended;
    this.run.runFor(this);
  }

  act(action: ServerAction): void {
    if (action === 'resendResponse') this.#transport.resend(this.#sent, this.#flow);
  }

  end(): void {
    this.#countdown.stop();
    this.#opened.close();
    this.#ended(this);
  }
}
