import type { Kernel } from '../../kernel/index.ts';
import { DialogTable, inOrder, override, routed } from '../dialog/index.ts';
import { request } from '../message/index.ts';
import type { Field, Request } from '../message/types.ts';
import type { Flow } from '../transport/types.ts';
import type { ClientUser, ServerTransaction, TransactionLayer, TransactionUser } from '../transaction/types.ts';
import { answer } from './answer.ts';
import type { Core } from './core.ts';
import { contactField } from './fields.ts';
import { invited } from './invite/incoming.ts';
import { invite } from './invite/outgoing.ts';
import { largeFlow } from './large.ts';
import { notAllowed, objection } from './objection.ts';
import { whenDone } from './refusal.ts';
import { acceptRefer, refuseRefer } from './refer/accept.ts';
import { ReferStates, subscribedToRefer } from './refer/explicit.ts';
import { acceptSubscription, resumeSubscription } from './subscribe/accept.ts';
import type { AgentOptions, AgentUser, Destination, Identities, UserAgent } from './types.ts';

export interface AgentParts {
  readonly kernel: Kernel;
  readonly transactions: TransactionLayer;
  readonly options: AgentOptions;
  readonly user: AgentUser;
}

export interface CreatedAgent {
  readonly agent: UserAgent;
  /** The agent as the transaction layer sees it. */
  readonly transactionUser: TransactionUser;
  /** For usages beside INVITE (subscriptions). */
  readonly dialogs: DialogTable;
}

/** Requests that mean something only inside a dialog (RFC 3261 §15.1.2; RFC 3262, 3311, 6086). */
const onlyInside = new Set(['BYE', 'UPDATE', 'PRACK', 'INFO']);
const withContact = new Set(['SUBSCRIBE', 'REFER', 'NOTIFY', 'OPTIONS']);

/** The user agent core (RFC 3261 §8) over one transaction layer. */
export function createUserAgent({ kernel, transactions, options, user }: AgentParts): CreatedAgent {
  const dialogs = new DialogTable(kernel);
  const core: Core = {
    kernel,
    transactions,
    options,
    dialogs,
    refers: new ReferStates(kernel),
    invitations: new Map(),
    load: { sessions: 0 },
  };
  const agent: UserAgent = {
    invite: (to, who, invitation) => invite(core, to, who, invitation),
    request: (method, to, who, parts, done) => sendOutside(core, method, to, who, parts, done),
    respond: (transaction, status, reasonPhrase, parts = {}) => {
      const tag = transaction.request.toTag === '' && status > 100 ? { toTag: kernel.token() } : {};
      if (transaction.request.method === 'REFER' && status >= 300) refuseRefer(core, transaction);
      answer(core, transaction, status, { reasonPhrase, ...tag, ...parts });
    },
    referred: (transaction) => acceptRefer(core, transaction),
    subscribed: (transaction, lasting, subscriber) => acceptSubscription(core, transaction, lasting, subscriber),
    resumed: (dialog, event, seconds, lasting, subscriber) =>
      resumeSubscription(core, dialog, event, seconds, lasting, subscriber),
  };
  return { agent, transactionUser: createTransactionUser(core, user), dialogs };
}

function createTransactionUser(core: Core, user: AgentUser): TransactionUser {
  const { dialogs, invitations } = core;
  return {
    request: (transaction) => {
      if (transaction.request.toTag === '') receiveOutside(core, user, transaction);
      else receiveInside(core, transaction);
    },
    cancelled: (transaction, cancel) => invitations.get(transaction)?.(cancel),
    ack: (ack) => {
      for (const usage of dialogs.ofRequest(ack)?.usages ?? []) usage.acknowledged?.(ack);
    },
    strayResponse: (response) => {
      if (response.cseq.method !== 'INVITE' || response.status < 200 || response.status > 299) return;
      for (const usage of dialogs.ofResponse(response)?.usages ?? []) usage.stray?.(response);
    },
    // A refusal nobody acknowledged has ended its session already; a 2xx is repeated until 64*T1 whatever the flow does.
    unacknowledged: () => undefined,
  };
}

/** §12.2.2. The usage that came last is asked first: subscriptions come after the INVITE that made their dialog. */
function receiveInside(core: Core, transaction: ServerTransaction): void {
  const entry = core.dialogs.ofRequest(transaction.request);
  if (entry === undefined) return answer(core, transaction, 481);
  if (!inOrder(entry.dialog, transaction.request)) return answer(core, transaction, 500);
  const against = notAllowed(transaction.request, core.options) ?? objection(transaction.request, core.options);
  if (against !== undefined) return answer(core, transaction, against.status, { headers: against.headers });
  const took = entry.usages.toReversed().some((usage) => usage.receives(transaction, entry.dialog));
  if (!took) answer(core, transaction, 481);
}

/** §8.2. */
function receiveOutside(core: Core, user: AgentUser, transaction: ServerTransaction): void {
  const { method } = transaction.request;
  const against = notAllowed(transaction.request, core.options) ?? objection(transaction.request, core.options);
  if (against !== undefined) refuse(core, transaction, against.status, against.headers);
  else if (onlyInside.has(method)) refuse(core, transaction, 481, []);
  else if (method === 'INVITE') invited(core, transaction, user);
  else if (!subscribedToRefer(core, transaction)) requested(core, user, transaction);
}

/** An owner that fails has answered 500, unless it had answered before. */
function requested(core: Core, user: AgentUser, transaction: ServerTransaction): void {
  try {
    user.requested(transaction);
  } catch (error) {
    core.kernel.fault('requested', error);
    refuse(core, transaction, 500, []);
  }
}

function refuse(core: Core, transaction: ServerTransaction, status: number, headers: readonly Field[]): void {
  answer(core, transaction, status, { headers, toTag: core.kernel.token() });
}

/** What is too large for a datagram goes over a connection, and as a datagram all the same where there is none (§18.1.1). */
function sendOutside(core: Core, method: string, to: Destination, ...rest: OutsideRest): void {
  const [who, given, done] = rest;
  const parts = {
    ...given,
    callId: given.callId ?? core.kernel.token(16),
    fromTag: given.fromTag ?? core.kernel.token(),
  };
  const send = (flow: Flow, user: ClientUser): void =>
    void core.transactions.send(outside(core, method, { ...to, flow }, who, parts), flow, user, parts.scope);
  const user = whenDone(done);
  const larger = largeFlow(to, outside(core, method, to, who, parts));
  if (larger === undefined) return send(to.flow, user);
  send(larger, { ...user, failed: (why) => (why === 'transport' ? send(to.flow, user) : user.failed(why)) });
}

type OutsideRest = Parameters<UserAgent['request']> extends [string, Destination, ...infer Rest] ? Rest : never;

/** §8.1.1. */
function outside(
  core: Core,
  method: string,
  to: Destination,
  who: Identities,
  { headers = [], body, callId, cseq = 1, fromTag }: Parameters<UserAgent['request']>[3],
): Request {
  const { uri, route } = routed(to.requestUri, to.route ?? []);
  const defaults: readonly Field[] = [
    ...route.map((value): Field => ['Route', value]),
    ['Max-Forwards', '70'],
    ['From', `${who.from};tag=${fromTag ?? core.kernel.token()}`],
    ['To', who.to],
    ['Call-ID', callId ?? core.kernel.token(16)],
    ['CSeq', `${cseq} ${method}`],
    ...(withContact.has(method) ? [contactField(core.options, to.flow, to.requestUri, to.route)] : []),
    ['User-Agent', core.options.product],
  ];
  const all = override(defaults, headers);
  return request(body === undefined ? { method, uri, headers: all } : { method, uri, headers: all, body });
}
