import { uasDialog } from '../../dialog/index.ts';
import type { Field, Response } from '../../message/types.ts';
import { answerTo } from '../answer.ts';
import type { Occasion } from './occasion.ts';
import type { Session } from './session.ts';

/** A response to the INVITE; every one of a session has the same To tag (RFC 3261 §8.2.6.2). */
export function responseToInvite(
  session: Session,
  status: number,
  options: { reasonPhrase?: string; headers?: readonly Field[]; body?: Uint8Array },
): Response | undefined {
  if (session.server === undefined) return undefined;
  return answerTo(session.core, session.server, status, { ...options, toTag: session.localTag, focus: session.focus });
}

/** §12.1.1: a tagged 1xx makes an early dialog, a 2xx a confirmed one. */
export function establish(session: Session, { response }: Occasion): void {
  const { core, record } = session;
  record.dialog ??= uasDialog(record.invite, record.localTag, record.flow);
  if (response !== undefined && response.status >= 200) record.dialog.state = 'confirmed';
  core.dialogs.enter(record.dialog, session);
}

export function respond(session: Session, { response }: Occasion): void {
  const { core, server } = session;
  if (server === undefined || response === undefined) return;
  if (response.status >= 200) core.invitations.delete(server);
  server.respond(response);
}

/** §9.2, §15.1.2. */
export function terminate(session: Session): void {
  const response = responseToInvite(session, 487, {});
  if (response !== undefined) respond(session, { response });
}
