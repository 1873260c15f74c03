import { type Dialog, override, refreshTarget, requestIn } from '../../dialog/index.ts';
import type { Field, Request, Response } from '../../message/types.ts';
import { flowFor } from '../core.ts';
import { capabilities, contactField, recvInfo, sdpFields, sdpOf } from '../fields.ts';
import { withCredentials } from '../inside.ts';
import { refusalOf } from '../refusal.ts';
import type { AgentOptions, Refusal } from '../types.ts';
import { acknowledge, payAck, reacknowledge } from './ack.ts';
import { exchanged, forkOf } from './fork.ts';
import { gone } from './request.ts';
import { learn } from './learn.ts';
import type { Session } from './session.ts';
import { raise, stopTimer, takeTimer, timerFields } from './timer.ts';

/** A session refresh request that was asked for. */
export interface Job {
  /** UPDATE where the peer takes it, or re-INVITE. */
  readonly wants: 'INVITE' | 'UPDATE';
  readonly sdp: Uint8Array | undefined;
  readonly headers: readonly Field[];
  readonly done: (result: Response | Refusal, sendAck?: (answer: Uint8Array) => void) => void;
  readonly tries: number;
  /** It has credentials already. */
  readonly answered: boolean;
}

type Wish = Pick<Job, 'sdp' | 'headers' | 'done'>;

/** Two that keep colliding are not going to agree by waiting longer. */
const most = 5;

export function reinvite(session: Session, sdp: Wish['sdp'], headers: Wish['headers'], done: Wish['done']): void {
  enqueue(session, 'INVITE', { sdp, headers, done });
}

/** RFC 3311. */
export function update(session: Session, sdp: Wish['sdp'], headers: Wish['headers'], done: Wish['done']): void {
  enqueue(session, 'UPDATE', { sdp, headers, done: (result) => done(result) });
}

function enqueue(session: Session, wants: Job['wants'], wish: Wish): void {
  if (session.state === 'ended') return;
  session.jobs = [...session.jobs, { ...wish, wants, tries: 0, answered: false }];
  resume(session);
}

/** RFC 3261 §14.1: one INVITE transaction at a time in a dialog, whoever began it; no offer while one is unanswered. */
export function resume(session: Session): void {
  const { asking, glare, reoffering, unacked, record } = session;
  if (asking !== undefined || glare !== undefined || reoffering !== undefined || unacked !== undefined) return;
  const [job, ...rest] = session.jobs;
  if (job === undefined || record.dialog === undefined || record.owed !== undefined) return;
  const method = methodFor(session, job);
  if (method === undefined) return;
  session.jobs = rest;
  send(session, { dialog: record.dialog, method, job: { ...job, tries: job.tries + 1 } });
}

/** undefined: its time has not come. In an early dialog that takes a first offer answered reliably (RFC 3311 §5.1). */
function methodFor(session: Session, job: Job): Job['wants'] | undefined {
  const { record, reliability } = session;
  const byUpdate = job.wants === 'UPDATE' && record.remoteAllow.has('UPDATE');
  const free = forkOf(session).exchange === 'settled' || (byUpdate && job.sdp === undefined);
  if (!free) return undefined;
  if (record.state === 'up') return byUpdate ? 'UPDATE' : 'INVITE';
  const early = record.state === 'inviting' || record.state === 'offered';
  return early && byUpdate && reliability.state !== 'sent' ? 'UPDATE' : undefined;
}

interface Sending {
  readonly dialog: Dialog;
  readonly job: Job;
  readonly method: Job['wants'];
}

interface Asked extends Sending {
  readonly request: Request;
}

function send(session: Session, sending: Sending): void {
  const { core } = session;
  const { dialog, job, method } = sending;
  const flow = flowFor(core, dialog);
  const fork = forkOf(session, dialog.remoteTag);
  // What was to be an UPDATE without an offer is, as a re-INVITE, what was said before (RFC 4028 §7.4).
  const sdp = job.sdp ?? (job.wants === 'UPDATE' && method === 'INVITE' ? fork.local : undefined);
  const defaults: readonly Field[] = [
    contactField(core.options, flow, dialog.remoteTarget, dialog.routeSet, session.focus),
    ...reCapabilities(core.options),
    ...timerFields(session),
    ['User-Agent', core.options.product],
    ...sdpFields(sdp),
  ];
  const request = requestIn(dialog, method, override(defaults, job.headers), sdp);
  if (sdp !== undefined) exchanged(fork, 'sendOffer', sdp);
  const asked = { ...sending, request };
  session.asking = job;
  session.asked = core.transactions.send(request, flow, {
    response: (response) => received(session, asked, response),
    failed: (failure) => refused(session, asked, refusalOf(failure)),
  });
}

/** Provisional responses to a re-INVITE need no PRACK: nothing rings. */
function reCapabilities(options: AgentOptions): readonly Field[] {
  const { supported = [] } = options;
  return [
    ...capabilities({ ...options, supported: supported.filter((tag) => tag !== '100rel') }),
    ...recvInfo(options),
  ];
}

function received(session: Session, asked: Asked, response: Response): void {
  if (response.status < 200) return;
  session.abandoned?.cancel();
  if (response.status >= 300) refused(session, asked, refusalOf(response));
  else if (asked.method === 'INVITE') accepted(session, asked, response);
  else updated(session, asked, response);
}

/** Every 2xx is acknowledged, even when the session ended meanwhile (RFC 5407 §3.2.3). */
function accepted(session: Session, asked: Asked, response: Response): void {
  const { record } = session;
  const { dialog, job, request } = asked;
  if (reacknowledge(session, response) || record.owed === request) return;
  if (session.asking !== job) return acknowledge(session, dialog, request);
  agreed(session, asked, response);
  if (request.body.length > 0) {
    acknowledge(session, dialog, request);
    resume(session);
    return job.done(response);
  }
  if (sdpOf(response) !== undefined) exchanged(forkOf(session, dialog.remoteTag), 'takeOffer');
  record.owed = request;
  job.done(response, (answer) => payAck(session, answer));
}

/** The 2xx to an UPDATE. */
function updated(session: Session, asked: Asked, response: Response): void {
  if (session.asking !== asked.job) return;
  agreed(session, asked, response);
  resume(session);
  asked.job.done(response);
}

/** What a 2xx to a session refresh request changes, whatever its method. */
function agreed(session: Session, { dialog, request }: Asked, response: Response): void {
  const { record } = session;
  session.asking = undefined;
  refreshTarget(dialog, response);
  learn(record, response);
  if (request.body.length > 0)
    exchanged(forkOf(session, dialog.remoteTag), sdpOf(response) === undefined ? 'drop' : 'takeAnswer');
  takeTimer(session, response);
}

/**
 * The session ends. The peer answers 487 to what we asked (§15.1.2); should that get lost, a CANCEL ends the transaction,
 * which without a final response would wait for ever.
 */
export function dropJobs(session: Session): void {
  const { asking, asked, core } = session;
  stopTimer(session);
  session.checking?.cancel();
  session.glare?.cancel();
  session.glare = undefined;
  session.asking = undefined;
  session.jobs = [];
  if (asking !== undefined && asked?.request.method === 'INVITE')
    session.abandoned = core.kernel.scene.after(64 * core.transactions.timers.t1, () => asked.cancel());
}

function refused(session: Session, asked: Asked, why: Refusal): void {
  const { job, dialog, method, request } = asked;
  if (session.asking !== job) return;
  session.asking = undefined;
  if (request.body.length > 0) exchanged(forkOf(session, dialog.remoteTag), 'drop');
  const again = job.tries < most ? another(session, asked, why) : undefined;
  if (again !== undefined) {
    session.jobs = [again, ...session.jobs];
    return why.status === 491 ? wait(session) : resume(session);
  }
  if (!gone(session, method, why)) resume(session);
  job.done(why);
}

/** The same in a way that may be accepted; undefined: there is none. */
function another(session: Session, { job, method, request }: Asked, why: Refusal): Job | undefined {
  const { record, core } = session;
  switch (why.status) {
    case 491:
      return job;
    case 401:
    case 407: {
      const credentials = why.response && core.options.authorize?.(why.response, request, job.answered);
      return credentials && { ...job, headers: withCredentials(job.headers, credentials), answered: true };
    }
    case 405:
    case 501:
      if (method === 'INVITE') return undefined;
      record.remoteAllow = new Set([...record.remoteAllow].filter((one) => one !== 'UPDATE'));
      return record.state === 'up' ? job : undefined;
    case 422:
      return raise(session, why.response) ? job : undefined;
    default:
      return undefined;
  }
}

/** §14.1: whoever made the Call-ID waits longer, in steps of 10 ms. */
function wait(session: Session): void {
  const { kernel } = session.core;
  const ms = session.role === 'uac' ? 2100 + 10 * kernel.random(191) : 10 * kernel.random(201);
  session.glare = kernel.scene.after(ms, () => {
    session.glare = undefined;
    resume(session);
  });
}
