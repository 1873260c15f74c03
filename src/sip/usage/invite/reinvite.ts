import { type Dialog, override, refreshTarget, requestIn } from '../../dialog/index.ts';
import type { Field, Request, Response } from '../../message/types.ts';
import { flowFor } from '../core.ts';
import { allowOf, capabilities, contactField, sdpFields } from '../fields.ts';
import { refusalOf } from '../refusal.ts';
import type { Refusal } from '../types.ts';
import { acknowledge, payAck, reacknowledge } from './ack.ts';
import { gone } from './request.ts';
import type { Session } from './session.ts';

/** A re-INVITE that was asked for. */
export interface Job {
  readonly sdp: Uint8Array | undefined;
  readonly headers: readonly Field[];
  readonly done: (result: Response | Refusal, sendAck?: (answer: Uint8Array) => void) => void;
  readonly tries: number;
}

/** Two that keep colliding are not going to agree by waiting longer. */
const most = 5;

export function reinvite(session: Session, sdp: Job['sdp'], headers: Job['headers'], done: Job['done']): void {
  if (session.state === 'ended') return;
  session.jobs = [...session.jobs, { sdp, headers, done, tries: 0 }];
  resume(session);
}

/** RFC 3261 §14.1: one INVITE transaction at a time in a dialog, whoever began it; no offer while one is unanswered. */
export function resume(session: Session): void {
  const { asking, glare, reoffering, unacked, record } = session;
  if (record.state !== 'up' || record.dialog === undefined || record.owed !== undefined) return;
  if (asking !== undefined || glare !== undefined || reoffering !== undefined || unacked !== undefined) return;
  const [job, ...rest] = session.jobs;
  if (job === undefined) return;
  session.jobs = rest;
  send(session, record.dialog, { ...job, tries: job.tries + 1 });
}

function send(session: Session, dialog: Dialog, job: Job): void {
  const { core } = session;
  const flow = flowFor(core, dialog);
  const defaults: readonly Field[] = [
    contactField(core.options, flow),
    ...capabilities(core.options),
    ['User-Agent', core.options.product],
    ...sdpFields(job.sdp),
  ];
  const invite = requestIn(dialog, 'INVITE', override(defaults, job.headers), job.sdp);
  session.asking = job;
  session.asked = core.transactions.send(invite, flow, {
    response: (response) => received(session, { dialog, job, invite }, response),
    failed: (failure) => refused(session, job, refusalOf(failure)),
  });
}

interface Asked {
  readonly dialog: Dialog;
  readonly job: Job;
  readonly invite: Request;
}

function received(session: Session, asked: Asked, response: Response): void {
  if (response.status < 200) return;
  session.abandoned?.cancel();
  if (response.status >= 300) refused(session, asked.job, refusalOf(response));
  else accepted(session, asked, response);
}

/** Every 2xx is acknowledged, even when the session ended meanwhile (RFC 5407 §3.2.3). */
function accepted(session: Session, { dialog, job, invite }: Asked, response: Response): void {
  const { record } = session;
  if (reacknowledge(session, response) || record.owed === invite) return;
  if (session.asking !== job) return acknowledge(session, dialog, invite);
  session.asking = undefined;
  refreshTarget(dialog, response);
  record.remoteAllow = allowOf(response) ?? record.remoteAllow;
  if (job.sdp === undefined) {
    record.owed = invite;
    job.done(response, (answer) => payAck(session, answer));
  } else {
    acknowledge(session, dialog, invite);
    resume(session);
    job.done(response);
  }
}

/**
 * The session ends. The peer answers 487 to what we asked (§15.1.2); should that get lost, a CANCEL ends the transaction,
 * which without a final response would wait for ever.
 */
export function dropJobs(session: Session): void {
  const { asking, asked, core } = session;
  session.glare?.cancel();
  session.glare = undefined;
  session.asking = undefined;
  session.jobs = [];
  if (asking !== undefined)
    session.abandoned = core.kernel.scene.after(64 * core.transactions.timers.t1, () => asked?.cancel());
}

function refused(session: Session, job: Job, why: Refusal): void {
  if (session.asking !== job) return;
  session.asking = undefined;
  if (why.status === 491 && job.tries < most) return wait(session, job);
  if (!gone(session, 'INVITE', why)) resume(session);
  job.done(why);
}

/** §14.1: whoever made the Call-ID waits longer, in steps of 10 ms. */
function wait(session: Session, job: Job): void {
  const { kernel } = session.core;
  const ms = session.role === 'uac' ? 2100 + 10 * kernel.random(191) : 10 * kernel.random(201);
  session.jobs = [job, ...session.jobs];
  session.glare = kernel.scene.after(ms, () => {
    session.glare = undefined;
    resume(session);
  });
}
