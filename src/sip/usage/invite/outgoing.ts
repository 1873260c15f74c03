import { confirmByResponse, override, requestIn, routed, uacDialog, type Usage } from '../../dialog/index.ts';
import { request } from '../../message/index.ts';
import type { Field, Request, Response } from '../../message/types.ts';
import { answer } from '../answer.ts';
import { type Core, flowFor } from '../core.ts';
import { contactField, inviteCapabilities, sdpFields } from '../fields.ts';
import { refusalOf, whenDone } from '../refusal.ts';
import type { Destination, Identities, UserAgent } from '../types.ts';
import { acknowledge, reacknowledge } from './ack.ts';
import { lapse } from './lapse.ts';
import { inSequence } from './prack.ts';
import { Session } from './session.ts';
import { newTimer, raise, timerFields } from './timer.ts';

type InviteOptions = Parameters<UserAgent['invite']>[2];

/** Sends an INVITE outside any dialog (RFC 3261 §13.2.1). */
export function invite(core: Core, to: Destination, who: Identities, options: InviteOptions): Session {
  const localTag = options.fromTag ?? core.kernel.token();
  const outgoing = inviteRequest(core, to, { ...who, from: `${who.from};tag=${localTag}` }, options);
  const record = { role: 'uac', invite: outgoing, localTag, flow: to.flow, remoteAllow: new Set<string>() } as const;
  const session = new Session(core, record);
  session.user = options.user;
  send(session);
  lapse(session);
  return session;
}

function send(session: Session): void {
  const { core, record } = session;
  session.client = core.transactions.send(record.invite, record.flow, {
    response: (response) => received(session, response),
    failed: (failure) => void session.step('refused', { refusal: refusalOf(failure) }),
  });
}

function inviteRequest(core: Core, to: Destination, who: Identities, options: InviteOptions): Request {
  const { uri, route } = routed(to.requestUri, to.route ?? []);
  const defaults: readonly Field[] = [
    ...route.map((value): Field => ['Route', value]),
    ['Max-Forwards', '70'],
    ['From', who.from],
    ['To', who.to],
    ['Call-ID', options.callId ?? core.kernel.token(16)],
    ['CSeq', `${options.cseq ?? 1} INVITE`],
    contactField(core.options, to.flow),
    ...inviteCapabilities(core.options),
    ...timerFields({ timer: newTimer(core) }),
    ['User-Agent', core.options.product],
    ...sdpFields(options.sdp),
  ];
  const headers = override(defaults, options.headers ?? []);
  const { sdp } = options;
  return request(
    sdp === undefined ? { method: 'INVITE', uri, headers } : { method: 'INVITE', uri, headers, body: sdp },
  );
}

function received(session: Session, response: Response): void {
  if (response.status <= 100) return;
  if (response.status < 200) {
    if (inSequence(session, response)) session.step('provisional', { response });
  } else if (response.status < 300) succeeded(session, response);
  else if (response.status !== 422 || !again(session, response))
    session.step('refused', { refusal: refusalOf(response) });
}

/** RFC 4028 §7.3: the same INVITE with an interval that is large enough. */
function again(session: Session, response: Response): boolean {
  const { record } = session;
  if (record.state !== 'inviting' || !raise(session, response)) return false;
  const { method, uriText, headers, body, cseq } = record.invite;
  const fields = override([...headers], [...timerFields(session), ['CSeq', `${cseq.number + 1} INVITE`]]);
  record.invite = request({ method, uri: uriText, headers: fields, body });
  leaveEarly(session);
  send(session);
  return true;
}

function leaveEarly(session: Session): void {
  const { core, record } = session;
  for (const dialog of record.early) core.dialogs.leave(dialog, session);
  record.early = [];
  record.dialog = undefined;
  session.forks.clear();
}

/** Every 2xx comes here (§13.2.2.4): the first, its repetitions, and those of other forks. */
function succeeded(session: Session, response: Response): void {
  if (reacknowledge(session, response) || session.step('success', { response })) return;
  const { owed } = session.record;
  if (owed !== session.invite || response.toTag !== session.remoteTag) disown(session, response);
}

/** A call that nobody wants any more: ACK, then BYE. */
function disown(session: Session, response: Response): void {
  const { core, record } = session;
  const dialog = uacDialog(record.invite, response, record.flow);
  confirmByResponse(dialog, response);
  const usage: Usage = {
    receives: (transaction) => {
      answer(core, transaction, transaction.request.method === 'BYE' ? 200 : 481);
      return true;
    },
  };
  core.dialogs.enter(dialog, usage);
  acknowledge(session, dialog, record.invite);
  const bye = requestIn(dialog, 'BYE', [['User-Agent', core.options.product]]);
  core.transactions.send(
    bye,
    flowFor(core, dialog),
    whenDone(() => core.dialogs.leave(dialog, usage)),
  );
}
