import type { Field } from '../../message/types.ts';
import { withWarning } from '../warning.ts';
import { agentName } from './reoffer.ts';
import { responseToInvite } from './respond.ts';
import type { Session } from './session.ts';

/** RFC 3261 §13.3.1.2, §13.3.1.3. Throws RangeError for a status outside 300–699. */
export function reject(
  session: Session,
  status: number,
  reasonPhrase: string | undefined,
  headers: readonly Field[],
): void {
  if (status < 300 || status > 699) throw new RangeError(`${status} is no status of a refusal`);
  if (!session.may('reject')) return;
  const warned = withWarning(status, headers, agentName(session));
  const options = reasonPhrase === undefined ? { headers: warned } : { reasonPhrase, headers: warned };
  const response = responseToInvite(session, status, options);
  if (response === undefined) return;
  session.step('reject', { response, ending: { by: 'local', why: `rejected with ${status}` } });
}
