import { confirmByResponse, override, requestIn, routed, uacDialog, type Usage } from '../../dialog/index.ts';
import { request } from '../../message/index.ts';
import type { Field, Request, Response } from '../../message/types.ts';
import { answer } from '../answer.ts';
import type { Flow } from '../../transport/types.ts';
import { type Core, flowFor } from '../core.ts';
import { contactField, inviteCapabilities, sdpFields } from '../fields.ts';
import { refusalOf, whenDone } from '../refusal.ts';
import { largeFlow } from '../large.ts';
import type { Destination, Identities, Refusal, UserAgent } from '../types.ts';
import { acknowledge, reacknowledge } from './ack.ts';
import { lapse } from './lapse.ts';
import { inSequence } from './prack.ts';
import { Session, type SessionRecord } from './session.ts';
import { wanted } from './session-expires.ts';
import { newTimer, raise, timerFields } from './timer.ts';

type InviteOptions = Parameters<UserAgent['invite']>[2];

/** Sends an INVITE outside any dialog (RFC 3261 §13.2.1). */
export function invite(core: Core, to: Destination, who: Identities, options: InviteOptions): Session {
  const localTag = options.fromTag ?? core.kernel.token();
  const named = { ...options, callId: options.callId ?? core.kernel.token(16) };
  const made = (flow: Flow): Sent => ({
    flow,
    invite: inviteRequest(core, { ...to, flow }, { ...who, from: `${who.from};tag=${localTag}` }, named),
  });
  const first = made(to.flow);
  const larger = largeFlow(to, first.invite);
  const sent = larger === undefined ? first : made(larger);
  const session = new Session(core, { role: 'uac', ...sent, localTag });
  session.user = options.user;
  session.timer.seconds = wanted(core.options, options.user);
  send(session, { instead: sent === first ? undefined : first, patience: to.patience });
  lapse(session);
  return session;
}

/** An INVITE, and the path that it takes. */
type Sent = Pick<SessionRecord, 'flow' | 'invite'>;

interface Tries {
  /** What is sent when the first did not get through (RFC 3261 §18.1.1: the connection cannot be opened). */
  readonly instead?: Sent | undefined;
  /** How long to wait for any response, ms. */
  readonly patience?: number | undefined;
}

function send(session: Session, { instead, patience }: Tries = {}): void {
  const { core, record } = session;
  const waiting =
    patience === undefined ? undefined : core.kernel.scene.after(patience, () => client.state === 'calling' && late());
  const lost = (refusal: Refusal): void => {
    waiting?.cancel();
    if (session.client !== client) return;
    if (instead === undefined || record.state !== 'inviting') return void session.step('refused', { refusal });
    Object.assign(record, instead);
    send(session, { patience });
  };
  const late = (): void => {
    client.cancel();
    lost(refusalOf('timeout'));
  };
  const client = core.transactions.send(record.invite, record.flow, {
    response: (response) => {
      waiting?.cancel();
      if (session.client === client || (response.status >= 200 && response.status < 300)) received(session, response);
    },
    failed: (failure) => lost(refusalOf(failure)),
  });
  session.client = client;
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
    contactField(core.options, to.flow, to.requestUri, to.route),
    ...inviteCapabilities(core.options),
    ...timerFields({ timer: newTimer(core, options.user) }),
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
