import type { Timer } from '../../../kernel/index.ts';
import { override } from '../../dialog/index.ts';
import type { Field, Response } from '../../message/types.ts';
import { names, sdpFields } from '../fields.ts';
import { exchanged, forkOf } from './fork.ts';
import { type ReliableAction, type ReliableEvent, type ReliableState, reliableStep } from './reliable-states.ts';
import { responseToInvite } from './respond.ts';
import type { Session } from './session.ts';

/** A provisional response to be sent. */
export interface Provisional {
  readonly status: number;
  readonly reasonPhrase: string;
  readonly headers: readonly Field[];
  readonly sdp: Uint8Array | undefined;
}

/** The callee's reliable provisional responses (RFC 3262 §3): one at a time. */
export interface Reliability {
  state: ReliableState;
  /** RSeq of the last one; the first is chosen at random (§3). */
  rseq: number;
  /** The one whose PRACK has not come. */
  response: Response | undefined;
  /** It carries the answer, or our offer: the 2xx waits for its PRACK. */
  describes: boolean;
  /** Those behind it. */
  queue: readonly Provisional[];
  /** The 2xx that waits. */
  accepting: { readonly sdp: Uint8Array; readonly headers: readonly Field[] } | undefined;
  again: Timer | undefined;
  limit: Timer | undefined;
}

export function newReliability({ core }: Pick<Session, 'core'>): Reliability {
  return {
    state: 'idle',
    rseq: core.kernel.random(2 ** 31 - 2 ** 20),
    response: undefined,
    describes: false,
    queue: [],
    accepting: undefined,
    again: undefined,
    limit: undefined,
  };
}

/** Whether the caller is to acknowledge provisional responses: we never require it of one who did not. */
export function isReliable({ core, record }: Session): boolean {
  const { supported = [], reliable = 'required' } = core.options;
  if (record.role !== 'uas' || !supported.includes('100rel')) return false;
  if (names(record.invite, 'Require', '100rel')) return true;
  return reliable === 'supported' && names(record.invite, 'Supported', '100rel');
}

/** Sends it, or puts it behind the one that waits. False: §5, the first one must offer when the INVITE did not. */
export function sendReliably(session: Session, provisional: Provisional): boolean {
  if (provisional.sdp === undefined && forkOf(session).exchange === 'none') return false;
  happen(session, 'send', provisional);
  return true;
}

/** Whether a RAck names the response that waits for it, which has been acknowledged then. */
export function acknowledges({ reliability, record }: Session, rack: string): boolean {
  const [rseq, cseq, method] = rack.trim().split(/\s+/);
  if (Number(rseq) !== reliability.rseq || Number(cseq) !== record.invite.cseq.number || method !== 'INVITE')
    return false;
  const waited = reliability.response !== undefined;
  reliability.response = undefined;
  return waited;
}

/** What waited for the PRACK goes on. */
export function goOn(session: Session): void {
  happen(session, 'pracked');
}

/** No more repetitions: a final response goes out, or the session ends. */
export function finish(session: Session): void {
  happen(session, 'final');
}

/** True when a 2xx was put behind the PRACK (§3: a description must have arrived before it). */
export function waits({ reliability }: Session, sdp: Uint8Array, headers: readonly Field[]): boolean {
  if (reliability.state !== 'sent' || !reliability.describes) return false;
  reliability.accepting ??= { sdp, headers };
  return true;
}

function happen(session: Session, event: ReliableEvent, provisional?: Provisional): void {
  const { reliability } = session;
  const step = reliableStep(reliability.state, event);
  if (step === undefined) return;
  const [to, ...doing] = step;
  reliability.state = to;
  for (const action of doing) actions[action](session, provisional);
}

const actions: Readonly<Record<ReliableAction, (session: Session, provisional: Provisional | undefined) => void>> = {
  transmit: (session, provisional) => {
    if (provisional !== undefined) transmit(session, provisional);
  },
  queue: ({ reliability }, provisional) => {
    if (provisional !== undefined) reliability.queue = [...reliability.queue, provisional];
  },
  repeat: ({ server, reliability }) => {
    if (reliability.response !== undefined) server?.respond(reliability.response);
  },
  stop: ({ reliability }) => {
    reliability.again?.cancel();
    reliability.limit?.cancel();
  },
  next,
  giveUp,
};

function transmit(session: Session, { status, reasonPhrase, headers, sdp }: Provisional): void {
  const { reliability, core } = session;
  const described = describe(session, sdp);
  reliability.rseq += 1;
  reliability.describes = described !== undefined;
  const own: readonly Field[] = [['Require', '100rel'], ['RSeq', String(reliability.rseq)], ...sdpFields(described)];
  const options = { reasonPhrase, headers: override(own, headers) };
  const response = responseToInvite(
    session,
    status,
    described === undefined ? options : { ...options, body: described },
  );
  if (response === undefined) return;
  const { t1 } = core.transactions.timers;
  reliability.response = response;
  repeatAfter(session, t1);
  reliability.limit = core.kernel.scene.after(64 * t1, () => happen(session, 'late'));
  session.step('progress', { response });
}

/** What of a description may go into a response now: the answer, or the offer the INVITE did not bring (RFC 6337 §3.1). */
function describe(session: Session, sdp: Uint8Array | undefined): Uint8Array | undefined {
  if (sdp === undefined) return undefined;
  const fork = forkOf(session);
  return exchanged(fork, 'sendAnswer', sdp) || (fork.exchange === 'none' && exchanged(fork, 'sendOffer', sdp))
    ? sdp
    : undefined;
}

/** §3: T1, doubling each time. */
function repeatAfter(session: Session, ms: number): void {
  session.reliability.again = session.core.kernel.scene.after(ms, () => {
    repeatAfter(session, 2 * ms);
    happen(session, 'again');
  });
}

function next(session: Session): void {
  const { reliability } = session;
  const { accepting } = reliability;
  reliability.accepting = undefined;
  if (accepting !== undefined) return session.accept(accepting.sdp, accepting.headers);
  const [first, ...rest] = reliability.queue;
  reliability.queue = rest;
  if (first !== undefined) happen(session, 'send', first);
}

/** §3: a 5xx when no PRACK came in 64*T1. */
function giveUp(session: Session): void {
  const response = responseToInvite(session, 504, {});
  if (response !== undefined) session.step('reject', { response, ending: { by: 'none', why: 'no PRACK came' } });
}
