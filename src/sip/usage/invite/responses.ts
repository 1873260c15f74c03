import { confirmByResponse, uacDialog } from '../../dialog/index.ts';
import type { Response } from '../../message/types.ts';
import { sdpOf } from '../fields.ts';
import { payAck } from './ack.ts';
import { exchanged, forkOf } from './fork.ts';
import type { Occasion } from './occasion.ts';
import { learn } from './learn.ts';
import type { Session } from './session.ts';
import { takeTimer } from './timer.ts';

/** A provisional response with a tag makes an early dialog, one for each fork (§12.1.2). */
export function early(session: Session, { response }: Occasion): void {
  if (response === undefined) return;
  const { core, record } = session;
  learn(record, response);
  if (response.toTag === '') return;
  const known = record.early.find(({ remoteTag }) => remoteTag === response.toTag);
  record.dialog = known ?? uacDialog(record.invite, response, record.flow);
  if (known !== undefined) return;
  record.early = [...record.early, record.dialog];
  core.dialogs.enter(record.dialog, session);
}

export function settle(session: Session, { response }: Occasion): void {
  if (response === undefined) return;
  const { core, record } = session;
  const known = record.early.find(({ remoteTag }) => remoteTag === response.toTag);
  const dialog = known ?? uacDialog(record.invite, response, record.flow);
  confirmByResponse(dialog, response);
  learn(record, response);
  record.dialog = dialog;
  core.dialogs.enter(dialog, session);
  for (const other of record.early) if (other !== dialog) core.dialogs.leave(other, session);
  record.early = [];
  session.lapse?.cancel();
  describe(session, response);
  takeTimer(session, response);
}

/** The 2xx brings the answer, or the offer, if no reliable provisional response of this fork did (RFC 6337 §2.2). */
function describe(session: Session, response: Response): void {
  const fork = forkOf(session, response.toTag);
  session.forks.clear();
  session.forks.set(response.toTag, fork);
  const sdp = sdpOf(response);
  if (fork.exchange === 'none') {
    if (sdp !== undefined) exchanged(fork, 'takeOffer');
    session.record.owed = session.record.invite;
  } else if (fork.exchange === 'ours') {
    const answer = sdp ?? fork.answer;
    exchanged(fork, answer === undefined ? 'drop' : 'takeAnswer');
    fork.answer = answer;
  } else if (fork.exchange === 'theirs') exchanged(fork, 'drop');
  session.news = { sdp: fork.answer, sendPrack: undefined };
}

export function tellProgress(session: Session, { response }: Occasion): void {
  const { news } = session;
  session.news = undefined;
  if (response !== undefined) session.user?.progress(session, response, news?.sdp, news?.sendPrack);
}

export function tellAccepted(session: Session, { response }: Occasion): void {
  if (response === undefined) return;
  const { news } = session;
  session.news = undefined;
  const owed = session.record.owed !== undefined;
  const sdp = owed ? sdpOf(response) : news?.sdp;
  session.user?.accepted(session, response, sdp, owed ? (answer) => payAck(session, answer) : undefined);
}

export function tellRejected(session: Session, { refusal }: Occasion): void {
  session.close();
  if (refusal !== undefined) session.user?.rejected(session, refusal);
}
