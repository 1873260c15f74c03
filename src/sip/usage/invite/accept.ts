import { override } from '../../dialog/index.ts';
import type { Field } from '../../message/types.ts';
import { sdpFields } from '../fields.ts';
import { exchanged, forkOf } from './fork.ts';
import { waits } from './reliable.ts';
import { responseToInvite } from './respond.ts';
import type { Session } from './session.ts';
import { agreeOnTimer } from './timer.ts';

/** RFC 3261 §13.3.1.4; without SDP where the exchange is complete (RFC 6337 §3.1). */
export function accept(session: Session, sdp: Uint8Array, headers: readonly Field[]): void {
  if (!session.may('accept') || waits(session, sdp, headers)) return;
  const fork = forkOf(session);
  const said = fork.exchange === 'none' ? exchanged(fork, 'sendOffer', sdp) : exchanged(fork, 'sendAnswer', sdp);
  const fields = [...agreeOnTimer(session, session.invite), ...sdpFields(said ? sdp : undefined)];
  const options = { headers: override(fields, headers) };
  const response = responseToInvite(session, 200, said ? { ...options, body: sdp } : options);
  if (response !== undefined) session.step('accept', { response });
}
