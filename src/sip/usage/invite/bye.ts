import { override } from '../../dialog/index.ts';
import type { Field } from '../../message/types.ts';
import type { ServerTransaction } from '../../transaction/types.ts';
import { answer } from '../answer.ts';
import { sendInside } from '../inside.ts';
import { whenDone } from '../refusal.ts';
import { payAck } from './ack.ts';
import type { Occasion } from './occasion.ts';
import { reject } from './reject.ts';
import type { Session } from './session.ts';

/** Ends an answered session; one that is not answered yet is hung up. */
export function bye(session: Session, headers: readonly Field[]): void {
  if (session.may('reject')) reject(session, 480, undefined, headers);
  else session.step('bye', { headers, ending: { by: 'local', why: 'hung up' } });
}

export function hangup(
  session: Session,
  { status = 480, reasonPhrase, headers = [] }: { status?: number; reasonPhrase?: string; headers?: readonly Field[] },
): void {
  if (session.may('reject')) reject(session, status, reasonPhrase, headers);
  else bye(session, headers);
}

/** RFC 3261 §15.1.1. */
export function sendBye(session: Session): void {
  const { core, record } = session;
  if (record.dialog === undefined) return;
  payAck(session);
  const fields = override([['User-Agent', core.options.product]], record.farewell);
  const done = whenDone(() => void session.step('byeDone', {}));
  sendInside(core, record.dialog, 'BYE', { headers: fields }, done);
}

/** §15.1.2. */
export function byeReceived(session: Session, transaction: ServerTransaction): void {
  const ending = { by: 'remote', why: 'hung up', request: transaction.request } as const;
  if (!session.step('byeReceived', { bye: transaction, ending })) answer(session.core, transaction, 481);
}

export function answerBye({ core }: Session, { bye: transaction }: Occasion): void {
  if (transaction !== undefined) answer(core, transaction, 200);
}
