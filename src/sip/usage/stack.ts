import type { Kernel } from '../../kernel/index.ts';
import type { DialogTable } from '../dialog/index.ts';
import { createTransactions, type Timers, type Transactions, type TransactionUser } from '../transaction/index.ts';
import {
  createTransport,
  type Transport,
  type TransportParts,
  type Wire,
  type WireListener,
} from '../transport/index.ts';
import { createUserAgent } from './agent.ts';
import type { AgentOptions, AgentUser, UserAgent } from './types.ts';

/** Sees every message that comes and goes, as octets. */
export type Trace = NonNullable<TransportParts['trace']>;

export interface StackParts {
  readonly kernel: Kernel;
  readonly wire: Wire;
  readonly options: AgentOptions;
  readonly user: AgentUser;
  readonly timers?: Partial<Timers>;
  readonly trace?: Trace;
  readonly sentBy?: NonNullable<TransportParts['sentBy']>;
  readonly forceRport?: NonNullable<TransportParts['forceRport']>;
}

export interface SipStack {
  readonly agent: UserAgent;
  /** What the wire calls. */
  readonly listener: WireListener;
  readonly transport: Transport;
  readonly transactions: Transactions;
  readonly dialogs: DialogTable;
}

/** Transport, transactions and user agent, one above the other. */
export function createSipStack({
  kernel,
  wire,
  options,
  user,
  timers,
  trace,
  sentBy,
  forceRport,
}: StackParts): SipStack {
  const transport = createTransport({
    kernel,
    wire,
    deliver: (message, flow) => transactions.received(message, flow),
    ...(trace === undefined ? {} : { trace }),
    ...(sentBy === undefined ? {} : { sentBy }),
    ...(forceRport === undefined ? {} : { forceRport }),
  });
  // The agent stands on the transactions and they tell the agent: one of the two is named before it is there.
  const told: TransactionUser = {
    request: (transaction) => transactionUser.request(transaction),
    cancelled: (transaction, cancel) => transactionUser.cancelled(transaction, cancel),
    ack: (ack, flow) => transactionUser.ack(ack, flow),
    strayResponse: (response, flow) => transactionUser.strayResponse(response, flow),
    unacknowledged: (transaction) => transactionUser.unacknowledged(transaction),
  };
  const transactions = createTransactions({
    kernel,
    transport,
    user: told,
    ...(timers === undefined ? {} : { timers }),
  });
  const { agent, transactionUser, dialogs } = createUserAgent({ kernel, transactions, options, user });
  return { agent, listener: transport, transport, transactions, dialogs };
}
