import { confirmByResponse, uacDialog } from '../../dialog/index.ts';
import { allowOf, sdpOf } from '../fields.ts';
import { payAck } from './ack.ts';
import type { Occasion } from './occasion.ts';
import type { Session } from './session.ts';

/** A provisional response with a tag makes an early dialog, one for each fork (§12.1.2). */
export function early(session: Session, { response }: Occasion): void {
  if (response === undefined) return;
  const { core, record } = session;
  record.remoteAllow = allowOf(response) ?? record.remoteAllow;
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
  record.remoteAllow = allowOf(response) ?? record.remoteAllow;
  record.dialog = dialog;
  core.dialogs.enter(dialog, session);
  for (const other of record.early) if (other !== dialog) core.dialogs.leave(other, session);
  record.early = [];
}

export function tellProgress(session: Session, { response }: Occasion): void {
  if (response !== undefined) session.user?.progress(session, response, sdpOf(response));
}

export function tellAccepted(session: Session, { response }: Occasion): void {
  if (response === undefined) return;
  const pay = session.record.owed === undefined ? undefined : (sdp: Uint8Array) => payAck(session, sdp);
  session.user?.accepted(session, response, sdpOf(response), pay);
}

export function tellRejected(session: Session, { refusal }: Occasion): void {
  session.opened.close();
  if (refusal !== undefined) session.user?.rejected(session, refusal);
}
