import { type Dialog, override, refreshTarget } from '../../dialog/index.ts';
import type { Field } from '../../message/types.ts';
import type { ServerTransaction } from '../../transaction/types.ts';
import { answer, answerLater, answerTo } from '../answer.ts';
import { sdpFields, sdpOf } from '../fields.ts';
import type { Reoffer } from '../types.ts';
import { withWarning } from '../warning.ts';
import { exchanged, forkOf } from './fork.ts';
import { dropJobs, resume } from './reinvite.ts';
import { repeat } from './repeat.ts';
import type { Session } from './session.ts';
import { agreeOnTimer, tooShort } from './timer.ts';

/** A re-INVITE, UPDATE or PRACK of the peer that waits for the owner. */
export interface Reoffering {
  readonly transaction: ServerTransaction;
  readonly dialog: Dialog;
}

/** A re-INVITE (RFC 3261 §14.2). */
export function reinvited(session: Session, reoffering: Reoffering): void {
  if (passes(session, reoffering)) offered(session, reoffering);
}

/** An UPDATE (RFC 3311 §5.2); without an offer it only says where and who the peer is. */
export function updated(session: Session, reoffering: Reoffering): void {
  const { transaction, dialog } = reoffering;
  const { request } = transaction;
  const refusal = tooShort(session.core.options, request);
  if (refusal !== undefined) answer(session.core, transaction, refusal.status, refusal);
  else if (sdpOf(request) !== undefined) {
    if (passes(session, reoffering)) offered(session, reoffering);
  } else if (session.reoffering?.transaction.request.method === 'UPDATE') {
    answerLater(session.core, transaction);
  } else {
    refreshTarget(dialog, request);
    answer(session.core, transaction, 200, { headers: agreeOnTimer(session, request), focus: session.focus });
    session.user?.updated?.(session, request);
  }
}

/** Answers what comes at the wrong time: 500 while the peer's own offer waits, 491 while ours does. */
function passes(session: Session, { transaction, dialog }: Reoffering): boolean {
  const { method } = transaction.request;
  const refusal = method === 'INVITE' ? tooShort(session.core.options, transaction.request) : undefined;
  if (refusal !== undefined) {
    answer(session.core, transaction, refusal.status, refusal);
    return false;
  }
  const whose = obstacle(session, method, dialog);
  if (whose === 'theirs') answerLater(session.core, transaction);
  else if (whose === 'ours') answer(session.core, transaction, 491);
  return whose === undefined;
}

/** Whose offer or INVITE must come to its end first (RFC 3261 §14.2, RFC 3311 §5.2, RFC 5407 §3.1.4). */
function obstacle(session: Session, method: string, dialog: Dialog): 'ours' | 'theirs' | undefined {
  const { asking, reoffering, unacked, record } = session;
  const { exchange } = forkOf(session, dialog.remoteTag);
  if (reoffering !== undefined || exchange === 'theirs') return 'theirs';
  if (method === 'INVITE' && record.state === 'offered') return 'theirs';
  if (exchange !== 'settled' || asking !== undefined || record.owed !== undefined) return 'ours';
  return method === 'INVITE' && (record.state !== 'up' || unacked !== undefined) ? 'ours' : undefined;
}

/** Hands a request that may offer, or ask for an offer, to the owner. */
export function offered(session: Session, reoffering: Reoffering): void {
  const { core } = session;
  const { transaction, dialog } = reoffering;
  session.reoffering = reoffering;
  if (sdpOf(transaction.request) !== undefined) exchanged(forkOf(session, dialog.remoteTag), 'takeOffer');
  if (transaction.request.method === 'INVITE') {
    core.invitations.set(transaction, () => refuse(session, reoffering, 487, undefined, []));
  }
  session.user?.reoffered(session, asReoffer(session, reoffering));
}

function asReoffer(session: Session, reoffering: Reoffering): Reoffer {
  const { request } = reoffering.transaction;
  return {
    request,
    offer: sdpOf(request),
    accept: (sdp, headers = []) => accept(session, reoffering, sdp, headers),
    reject: (status, reasonPhrase, headers = []) => refuse(session, reoffering, status, reasonPhrase, headers),
  };
}

function accept(session: Session, reoffering: Reoffering, sdp: Uint8Array, headers: readonly Field[]): void {
  if (!take(session, reoffering)) return;
  const { transaction, dialog } = reoffering;
  const { request } = transaction;
  const fork = forkOf(session, dialog.remoteTag);
  if (!exchanged(fork, 'sendAnswer', sdp)) exchanged(fork, 'sendOffer', sdp);
  let timer: readonly Field[] = [];
  // A PRACK refreshes nothing (RFC 3262 §3; RFC 4028 §3).
  if (request.method !== 'PRACK') {
    refreshTarget(dialog, request);
    dialog.flow = transaction.flow;
    timer = agreeOnTimer(session, request);
  }
  const options = { headers: override([...timer, ...sdpFields(sdp)], headers), body: sdp, focus: session.focus };
  const response = answerTo(session.core, transaction, 200, options);
  transaction.respond(response);
  if (request.method === 'INVITE') repeat(session, transaction, response);
  else resume(session);
}

function refuse(
  session: Session,
  reoffering: Reoffering,
  status: number,
  reasonPhrase: string | undefined,
  headers: readonly Field[],
): void {
  if (status < 300 || status > 699) throw new RangeError(`${status} is no status of a refusal`);
  if (!take(session, reoffering)) return;
  exchanged(forkOf(session, reoffering.dialog.remoteTag), 'drop');
  const warned = withWarning(status, headers, agentName(session));
  const options = reasonPhrase === undefined ? { headers: warned } : { headers: warned, reasonPhrase };
  answer(session.core, reoffering.transaction, status, options);
  resume(session);
}

/** Who a Warning of ours says it is from: the address that we are reached by. */
export function agentName({ flow }: Session): string {
  const { address, port } = flow.local;
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

/** False when it was answered already. */
function take(session: Session, reoffering: Reoffering): boolean {
  if (session.reoffering !== reoffering) return false;
  session.reoffering = undefined;
  session.core.invitations.delete(reoffering.transaction);
  return true;
}

/** RFC 3261 §15.1.2: what waits when the session ends is answered 487; what we wanted to ask is not asked. */
export function dropReoffer(session: Session): void {
  dropJobs(session);
  if (session.reoffering !== undefined) refuse(session, session.reoffering, 487, undefined, []);
}
