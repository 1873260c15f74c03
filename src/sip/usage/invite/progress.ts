import { override } from '../../dialog/index.ts';
import type { Field, Response } from '../../message/types.ts';
import { sdpFields } from '../fields.ts';
import type { Occasion } from './occasion.ts';
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
  if (!session.may('progress')) return;
  const options = { reasonPhrase, headers: override(sdpFields(sdp), headers) };
  const response = responseToInvite(session, status, sdp === undefined ? options : { ...options, body: sdp });
  if (response !== undefined) session.step('progress', { response });
}

/** RFC 3261 §13.3.1.1: proxies cancel what stays silent; a lost 1xx comes again too. */
export function keepAlive(session: Session, { response }: Occasion): void {
  session.keepAlive?.cancel();
  if (response !== undefined) again(session, response);
}

function again(session: Session, response: Response): void {
  session.keepAlive = session.core.kernel.scene.after(minute, () => {
    again(session, response);
    session.server?.respond(response);
  });
}
