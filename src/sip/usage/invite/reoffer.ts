import { type Dialog, override, refreshTarget } from '../../dialog/index.ts';
import type { Field } from '../../message/types.ts';
import type { ServerTransaction } from '../../transaction/types.ts';
import { answer, answerLater, answerTo } from '../answer.ts';
import { sdpFields, sdpOf } from '../fields.ts';
import type { Reoffer } from '../types.ts';
import { dropJobs, resume } from './reinvite.ts';
import { repeat } from './repeat.ts';
import type { Session } from './session.ts';

/** A re-INVITE or UPDATE of the peer that waits for the owner. */
export interface Reoffering {
  readonly transaction: ServerTransaction;
  readonly dialog: Dialog;
}

/** A re-INVITE (RFC 3261 §14.2). */
export function reinvited(session: Session, reoffering: Reoffering): void {
  if (passes(session, reoffering.transaction)) put(session, reoffering);
}

/** An UPDATE (RFC 3311 §5.2); without an offer it only says where and who the peer is. */
export function updated(session: Session, reoffering: Reoffering): void {
  const { transaction, dialog } = reoffering;
  const { request } = transaction;
  if (sdpOf(request) !== undefined) {
    if (passes(session, transaction)) put(session, reoffering);
  } else if (session.reoffering?.transaction.request.method === 'UPDATE') {
    answerLater(session.core, transaction);
  } else {
    refreshTarget(dialog, request);
    answer(session.core, transaction, 200);
    session.user?.updated?.(session, request);
  }
}

/** Answers what comes at the wrong time: 500 while the peer's own offer waits, 491 while ours does. */
function passes(session: Session, transaction: ServerTransaction): boolean {
  const whose = obstacle(session, transaction.request.method);
  if (whose === 'theirs') answerLater(session.core, transaction);
  else if (whose === 'ours') answer(session.core, transaction, 491);
  return whose === undefined;
}

/** Whose offer or INVITE must come to its end first (RFC 3261 §14.2, RFC 3311 §5.2, RFC 5407 §3.1.4). */
function obstacle(session: Session, method: string): 'ours' | 'theirs' | undefined {
  const { asking, reoffering, unacked, record } = session;
  if (record.state === 'offered' || reoffering !== undefined) return 'theirs';
  const settled = record.state === 'up' || (record.state === 'answered' && method === 'UPDATE');
  if (!settled || asking !== undefined || record.owed !== undefined) return 'ours';
  return unacked !== undefined && (method === 'INVITE' || unacked.offered) ? 'ours' : undefined;
}

function put(session: Session, reoffering: Reoffering): void {
  const { core } = session;
  const { transaction } = reoffering;
  session.reoffering = reoffering;
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
  refreshTarget(dialog, transaction.request);
  dialog.flow = transaction.flow;
  const options = { headers: override(sdpFields(sdp), headers), body: sdp };
  const response = answerTo(session.core, transaction, 200, options);
  transaction.respond(response);
  if (transaction.request.method === 'INVITE') repeat(session, transaction, response);
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
  const options = reasonPhrase === undefined ? { headers } : { headers, reasonPhrase };
  answer(session.core, reoffering.transaction, status, options);
  resume(session);
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
