import type { ServerTransaction } from '../../transaction/types.ts';
import { answer } from '../answer.ts';
import type { Core } from '../core.ts';
import { sdpOf } from '../fields.ts';
import type { Objection } from '../objection.ts';
import type { AgentUser } from '../types.ts';
import { cancelled } from './cancel.ts';
import { lapse } from './lapse.ts';
import { learn } from './learn.ts';
import { Session } from './session.ts';
import { tooShort } from './timer.ts';

/** An INVITE outside any dialog (RFC 3261 §13.3.1). */
export function invited(core: Core, transaction: ServerTransaction, user: AgentUser): void {
  const { request, flow } = transaction;
  // §8.1.1.8: without it there is nowhere to send a BYE to.
  if (request.contacts.length === 0) {
    answer(core, transaction, 400, { reasonPhrase: 'Missing Contact', toTag: core.kernel.token() });
    return;
  }
  const refusal = tooShort(core.options, request) ?? tooMany(core);
  if (refusal !== undefined) {
    answer(core, transaction, refusal.status, { headers: refusal.headers, toTag: core.kernel.token() });
    return;
  }
  const localTag = core.kernel.token();
  const session = new Session(core, { role: 'uas', invite: request, localTag, flow });
  learn(session.record, request);
  session.server = transaction;
  core.invitations.set(transaction, (cancel) => cancelled(session, cancel));
  lapse(session);
  tell(session, user);
}

/** Who is refused for want of room comes again some time (RFC 3261 §21.5.4). */
function tooMany({ load, options, kernel }: Core): Objection | undefined {
  const most = options.limits?.sessions;
  if (most === undefined || load.sessions < most) return undefined;
  return { status: 503, headers: [['Retry-After', String(10 + kernel.random(21))]] };
}

/** An owner that fails has refused the call. */
function tell(session: Session, user: AgentUser): void {
  try {
    session.user = user.invited(session, sdpOf(session.invite));
  } catch (error) {
    session.core.kernel.fault('invited', error);
    session.hangup({ status: 500 });
  }
}
