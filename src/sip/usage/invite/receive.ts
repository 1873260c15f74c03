import type { Dialog } from '../../dialog/index.ts';
import type { ServerTransaction } from '../../transaction/types.ts';
import { answer, answerOptions } from '../answer.ts';
import { byeReceived } from './bye.ts';
import { learn } from './learn.ts';
import { pracked } from './prack.ts';
import { reinvited, updated } from './reoffer.ts';
import type { Session } from './session.ts';

/** A request inside one of the session's dialogs. */
export function receive(session: Session, transaction: ServerTransaction, dialog: Dialog): boolean {
  const { core, record } = session;
  const { request } = transaction;
  if (request.method === 'BYE') byeReceived(session, transaction);
  else if (session.state === 'ended') answer(core, transaction, 481);
  else {
    learn(record, request);
    serve(session, transaction, dialog);
  }
  return true;
}

function serve(session: Session, transaction: ServerTransaction, dialog: Dialog): void {
  switch (transaction.request.method) {
    case 'INVITE':
      return reinvited(session, { transaction, dialog });
    case 'PRACK':
      return pracked(session, { transaction, dialog });
    case 'UPDATE':
      return updated(session, { transaction, dialog });
    case 'OPTIONS':
      return answerOptions(session.core, transaction);
    default:
      session.user?.requested(session, transaction);
  }
}
