import { override } from '../../dialog/index.ts';
import type { Field } from '../../message/types.ts';
import { names, sdpFields } from '../fields.ts';
import { forkOf } from './fork.ts';
import { isReliable, type Provisional, sendReliably } from './reliable.ts';
import { responseToInvite } from './respond.ts';
import type { Session } from './session.ts';

const minute = 60_000;

/** A provisional response with our tag. Throws RangeError for a status outside 101–199. */
export function progress(
  session: Session,
  status: number,
  reasonPhrase: string,
  { sdp, headers = [] }: { sdp?: Uint8Array; headers?: readonly Field[] },
): void {
  if (status < 101 || status > 199) throw new RangeError(`${status} is no provisional status of a user agent`);
  if (session.may('progress')) put(session, { status, reasonPhrase, headers, sdp });
}

/** Who requires that provisional responses are reliable gets no others (RFC 3262 §3). */
function put(session: Session, provisional: Provisional): void {
  session.repeated = provisional;
  if (isReliable(session) && sendReliably(session, provisional)) return;
  if (names(session.invite, 'Require', '100rel')) return;
  const { status, reasonPhrase, headers } = provisional;
  const sdp = forkOf(session).exchange === 'theirs' ? provisional.sdp : undefined;
  const options = { reasonPhrase, headers: override(sdpFields(sdp), headers) };
  const response = responseToInvite(session, status, sdp === undefined ? options : { ...options, body: sdp });
  if (response !== undefined) session.step('progress', { response });
}

/** RFC 3261 §13.3.1.1: proxies cancel what stays silent; a lost 1xx comes again too. */
export function keepAlive(session: Session): void {
  session.keepAlive?.cancel();
  session.keepAlive = session.core.kernel.scene.after(minute, () => {
    if (session.repeated !== undefined) put(session, session.repeated);
  });
}
