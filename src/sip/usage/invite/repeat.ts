import type { Timer } from '../../../kernel/index.ts';
import type { Request, Response } from '../../message/types.ts';
import type { ServerTransaction } from '../../transaction/types.ts';
import { because, sdpOf } from '../fields.ts';
import { exchanged, forkOf } from './fork.ts';
import type { Occasion } from './occasion.ts';
import { resume } from './reinvite.ts';
import { finish } from './reliable.ts';
import type { Session } from './session.ts';

/** A 2xx of ours to an INVITE whose ACK has not come. */
export interface Unacked {
  readonly cseq: number;
  /** The 2xx carried our offer: the ACK brings the answer. */
  readonly offered: boolean;
  readonly initial: boolean;
  readonly transaction: ServerTransaction;
  readonly limit: Timer;
  next: Timer;
}

/** RFC 3261 §13.3.1.4: T1, doubling to T2, until the ACK, over any transport; 64*T1 is the end of it. */
export function repeat(session: Session, transaction: ServerTransaction, response: Response): void {
  const { kernel, transactions } = session.core;
  const { t1, t2 } = transactions.timers;
  const again = (ms: number): Timer =>
    kernel.scene.after(ms, () => {
      unacked.next = again(Math.min(ms * 2, t2));
      transaction.respond(response);
    });
  const unacked: Unacked = {
    cseq: transaction.request.cseq.number,
    offered: sdpOf(transaction.request) === undefined,
    initial: transaction === session.server,
    transaction,
    limit: kernel.scene.after(64 * t1, () => givenUp(session)),
    next: again(t1),
  };
  session.unacked = unacked;
}

export function repeatAnswer(session: Session, { response }: Occasion): void {
  if (session.server !== undefined && response !== undefined) repeat(session, session.server, response);
}

function givenUp(session: Session): void {
  stop(session);
  session.step('unacked', { headers: because(408, 'No ACK'), ending: { by: 'none', why: 'no ACK came' } });
}

/** An ACK of the peer. One that acknowledges nothing is a repetition. */
export function acked(session: Session, ack: Request): void {
  const { unacked } = session;
  if (unacked?.cseq !== ack.cseq.number) return;
  stop(session);
  unacked.transaction.acknowledged();
  settleBy(session, ack);
  if (unacked.initial) session.step('acked', { ack });
  else reinviteAcked(session, unacked, ack);
}

/** The ACK brings the answer to the offer in our 2xx; without one nothing new was agreed. */
function settleBy(session: Session, ack: Request): void {
  const fork = forkOf(session);
  if (fork.exchange === 'ours') exchanged(fork, sdpOf(ack) === undefined ? 'drop' : 'takeAnswer');
}

function reinviteAcked(session: Session, { offered }: Unacked, ack: Request): void {
  resume(session);
  if (offered && session.state === 'up') session.user?.acknowledged(session, sdpOf(ack));
}

export function tellAcknowledged(session: Session, { ack }: Occasion): void {
  session.user?.acknowledged(session, ack === undefined ? undefined : sdpOf(ack));
}

export function hush(session: Session): void {
  session.keepAlive?.cancel();
  session.keepAlive = undefined;
  session.lapse?.cancel();
  finish(session);
  stop(session);
}

function stop(session: Session): void {
  session.unacked?.limit.cancel();
  session.unacked?.next.cancel();
  session.unacked = undefined;
}
