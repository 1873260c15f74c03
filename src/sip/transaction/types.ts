import type { Scope } from '../../kernel/index.ts';
import type { Request, Response } from '../message/types.ts';
import type { Flow } from '../transport/types.ts';

/** Why a client transaction ended without a final response. */
export type Failure = 'timeout' | 'transport';

/** What a client transaction tells its user. Every 2xx to an INVITE comes, retransmissions and forks too (RFC 6026). */
export interface ClientUser {
  /** A provisional or final response; retransmitted non-2xx finals are absorbed. */
  response(response: Response): void;
  failed(failure: Failure): void;
}

export interface ClientTransaction {
  readonly request: Request;
  readonly flow: Flow;
  readonly state: string;
  /**
   * CANCEL of a pending INVITE (RFC 3261 §9.1): waits for the first provisional if there was none; does nothing once a final
   * response came. `headers` go into the CANCEL (Reason).
   */
  cancel(headers?: readonly (readonly [string, string])[]): void;
}

export interface ServerTransaction {
  readonly request: Request;
  readonly flow: Flow;
  readonly state: string;
  /** Sends a response; after a final one, another final is dropped, except 2xx to INVITE, which the dialog repeats (RFC 6026 §7.1). */
  respond(response: Response): void;
  /** The ACK of its 2xx came: what it keeps for repeating that can go. Nothing more is responded. */
  acknowledged(): void;
}

/** Who is told what arrives from outside any client transaction. */
export interface TransactionUser {
  /** A new request, ACK and CANCEL excepted. It must be answered through `transaction.respond`, now or later. */
  request(transaction: ServerTransaction): void;
  /** CANCEL that matched a pending INVITE; the CANCEL itself was answered 200. */
  cancelled(transaction: ServerTransaction, cancel: Request): void;
  /** ACK to a 2xx (or to nothing we know). */
  ack(ack: Request, flow: Flow): void;
  /** A response that belongs to no transaction: a late 2xx retransmission after timer M. */
  strayResponse(response: Response, flow: Flow): void;
  /** The INVITE server transaction could not hand its final response over: no ACK to a non-2xx (timer H), or the flow failed. */
  unacknowledged(transaction: ServerTransaction): void;
}

/** RFC 3261 §17 timers, in milliseconds. */
export interface Timers {
  readonly t1: number;
  readonly t2: number;
  readonly t4: number;
}

/** What the layers above use: implemented by `Transactions` in this folder. */
export interface TransactionLayer {
  readonly timers: Timers;
  /** Sends a request over a flow in a new client transaction, putting our Via on top. Not for ACK. In the scene unless said. */
  send(request: Request, flow: Flow, user: ClientUser, scope?: Scope): ClientTransaction;
  /** Sends an ACK for a 2xx outside any transaction, with a Via of its own; the dialog keeps `sent` to repeat it. */
  sendAck(ack: Request, flow: Flow): void;
}
