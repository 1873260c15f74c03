import { ackIn, type Dialog } from '../../dialog/index.ts';
import type { Request, Response } from '../../message/types.ts';
import type { Flow } from '../../transport/types.ts';
import { flowFor } from '../core.ts';
import { sdpFields } from '../fields.ts';
import { exchanged, forkOf } from './fork.ts';
import type { Session } from './session.ts';

/** An ACK to repeat when its 2xx comes again. */
export interface SentAck {
  readonly ack: Request;
  readonly flow: Flow;
}

/** RFC 3261 §13.2.2.4: one ACK for a 2xx, kept to be sent again. */
export function acknowledge(session: Session, dialog: Dialog, invite: Request, answer?: Uint8Array): void {
  const { core, acks } = session;
  const ack = ackIn(dialog, invite, [['User-Agent', core.options.product], ...sdpFields(answer)], answer);
  const flow = flowFor(core, dialog);
  acks.set(dialog.remoteTag, { ack, flow });
  core.transactions.sendAck(ack, flow);
}

/** The 2xx came again: so does the ACK. False when that 2xx was never acknowledged. */
export function reacknowledge({ core, acks }: Session, response: Response): boolean {
  const sent = acks.get(response.toTag);
  if (sent === undefined || sent.ack.cseq.number !== response.cseq.number) return false;
  core.transactions.sendAck(sent.ack, sent.flow);
  return true;
}

/** The ACK of the initial INVITE; it waits for the owner's answer when the offer came in the 2xx. */
export function sendAck(session: Session): void {
  const { record } = session;
  if (record.owed === undefined && record.dialog !== undefined) acknowledge(session, record.dialog, record.invite);
}

/** Sends the ACK that is due, with the answer; without one the offer is not wanted and BYE follows (§13.2.2.4). */
export function payAck(session: Session, answer?: Uint8Array): void {
  const { owed, dialog } = session.record;
  if (owed === undefined || dialog === undefined) return;
  session.record.owed = undefined;
  const fork = forkOf(session, dialog.remoteTag);
  if (answer === undefined || !exchanged(fork, 'sendAnswer', answer)) exchanged(fork, 'drop');
  acknowledge(session, dialog, owed, answer);
  session.resume();
}
