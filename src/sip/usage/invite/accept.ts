import { override } from '../../dialog/index.ts';
import type { Field } from '../../message/types.ts';
import { sdpFields } from '../fields.ts';
import { responseToInvite } from './respond.ts';
import type { Session } from './session.ts';

/** RFC 3261 §13.3.1.4. */
export function accept(session: Session, sdp: Uint8Array, headers: readonly Field[]): void {
  if (!session.may('accept')) return;
  const response = responseToInvite(session, 200, { headers: override(sdpFields(sdp), headers), body: sdp });
  if (response !== undefined) session.step('accept', { response });
}
