import type { Field } from '../../message/types.ts';
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
  const response = responseToInvite(
    session,
    status,
    reasonPhrase === undefined ? { headers } : { reasonPhrase, headers },
  );
  if (response === undefined) return;
  session.step('reject', { response, ending: { by: 'local', why: `rejected with ${status}` } });
}
