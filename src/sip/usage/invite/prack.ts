import type { Response } from '../../message/types.ts';
import type { ServerTransaction } from '../../transaction/types.ts';
import { answer } from '../answer.ts';
import { names, sdpFields, sdpOf, wholeNumber } from '../fields.ts';
import { sendInside } from '../inside.ts';
import { whenDone } from '../refusal.ts';
import { exchanged, forkOf } from './fork.ts';
import type { Occasion } from './occasion.ts';
import { resume } from './reinvite.ts';
import { acknowledges, goOn } from './reliable.ts';
import { offered, type Reoffering } from './reoffer.ts';
import type { Session } from './session.ts';

/** What a response to the INVITE brings its owner. */
export interface News {
  readonly sdp: Uint8Array | undefined;
  /** It brings an offer: the PRACK waits for the owner's answer. */
  readonly sendPrack: ((answer: Uint8Array) => void) | undefined;
}

/** uac: false for a reliable provisional response that is a repetition or came out of order (RFC 3262 §4): it is dropped. */
export function inSequence(session: Session, response: Response): boolean {
  const rseq = rseqOf(session, response);
  if (rseq === undefined) return true;
  const fork = forkOf(session, response.toTag);
  if (fork.rseq !== undefined && rseq !== fork.rseq + 1) return false;
  fork.rseq = rseq;
  return true;
}

/** uac: acknowledges a reliable provisional response and takes what it describes (RFC 3262 §4, §5; RFC 6337 §3.1). */
export function prack(session: Session, { response }: Occasion): void {
  if (response === undefined) return;
  const fork = forkOf(session, response.toTag);
  const sdp = sdpOf(response);
  session.news = { sdp: fork.exchange === 'ours' ? sdp : undefined, sendPrack: undefined };
  const rseq = rseqOf(session, response);
  if (rseq === undefined) {
    if (fork.exchange === 'ours') fork.answer = sdp ?? fork.answer;
  } else if (sdp !== undefined && fork.exchange === 'none') {
    exchanged(fork, 'takeOffer');
    session.news = { sdp, sendPrack: (said) => answerOffer(session, response, rseq, said) };
  } else {
    if (sdp !== undefined && exchanged(fork, 'takeAnswer')) fork.answer = sdp;
    sendPrack(session, response, rseq);
  }
}

function answerOffer(session: Session, response: Response, rseq: number, sdp: Uint8Array): void {
  if (session.state !== 'ended' && exchanged(forkOf(session, response.toTag), 'sendAnswer', sdp))
    sendPrack(session, response, rseq, sdp);
}

function sendPrack(session: Session, response: Response, rseq: number, sdp?: Uint8Array): void {
  const { core, record } = session;
  const dialog = [...record.early, record.dialog].find((one) => one?.remoteTag === response.toTag);
  if (dialog === undefined) return;
  const rack = `${rseq} ${response.cseq.number} INVITE`;
  const headers = [['RAck', rack], ['User-Agent', core.options.product], ...sdpFields(sdp)] as const;
  // What waited for the end of this transaction may go now (RFC 6337 §4.3).
  const done = whenDone(() => resume(session));
  sendInside(core, dialog, 'PRACK', { headers, body: sdp }, done);
}

/** The RSeq of a response that must be acknowledged; undefined for others. */
function rseqOf({ core }: Session, response: Response): number | undefined {
  if (response.toTag === '' || core.options.supported?.includes('100rel') !== true) return undefined;
  return names(response, 'Require', '100rel') ? wholeNumber(response, 'RSeq') : undefined;
}

/** uas: a PRACK (RFC 3262 §3, §5). */
export function pracked(session: Session, reoffering: Reoffering): void {
  const { transaction } = reoffering;
  if (!acknowledges(session, transaction.request.headers.get('RAck') ?? ''))
    return answer(session.core, transaction, 481);
  describe(session, reoffering, sdpOf(transaction.request));
}

function describe(session: Session, reoffering: Reoffering, sdp: Uint8Array | undefined): void {
  const { transaction } = reoffering;
  const fork = forkOf(session);
  if (fork.exchange === 'ours') {
    exchanged(fork, sdp === undefined ? 'drop' : 'takeAnswer');
    return takeAnswer(session, transaction, sdp);
  }
  if (sdp === undefined || fork.exchange !== 'settled') return takeAnswer(session, transaction, undefined);
  // The response is acknowledged whatever becomes of the offer.
  goOn(session);
  offered(session, reoffering);
}

function takeAnswer(session: Session, transaction: ServerTransaction, sdp: Uint8Array | undefined): void {
  answer(session.core, transaction, 200);
  goOn(session);
  resume(session);
  if (sdp !== undefined && session.state !== 'ended') session.user?.answered?.(session, sdp);
}
