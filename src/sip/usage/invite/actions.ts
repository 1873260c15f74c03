import { sendAck } from './ack.ts';
import { answerBye, sendBye } from './bye.ts';
import { sendCancel } from './cancel.ts';
import { forget, mark, tellEnded, tellEndedNext } from './end.ts';
import type { Occasion } from './occasion.ts';
import { prack } from './prack.ts';
import { keepAlive } from './progress.ts';
import { resume } from './reinvite.ts';
import { dropReoffer } from './reoffer.ts';
import { hush, repeatAnswer, tellAcknowledged } from './repeat.ts';
import { establish, respond, terminate } from './respond.ts';
import { early, settle, tellAccepted, tellProgress, tellRejected } from './responses.ts';
import type { Session } from './session.ts';
import type { Action } from './states.ts';

/** What the names in the table do. */
export const actions: Readonly<Record<Action, (session: Session, occasion: Occasion) => void>> = {
  mark,
  early,
  prack,
  settle,
  sendAck,
  sendCancel,
  sendBye,
  establish,
  respond,
  keepAlive,
  repeat: repeatAnswer,
  hush,
  terminate,
  dropReoffer,
  answerBye,
  resume,
  forget,
  tellProgress,
  tellAccepted,
  tellRejected,
  tellAcknowledged,
  tellEnded,
  tellEndedNext,
};
