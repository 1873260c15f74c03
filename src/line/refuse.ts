import type { Field } from '../sip/message/index.ts';
import type { InviteSession, SessionUser } from '../sip/usage/types.ts';

/** Refuses an INVITE that never became a leg. */
export function refuse(
  session: InviteSession,
  status: number,
  reasonPhrase: string,
  headers: readonly Field[],
): SessionUser {
  session.reject(status, reasonPhrase, headers);
  return NOBODY;
}

const NOBODY: SessionUser = {
  progress() {},
  accepted() {},
  rejected() {},
  acknowledged() {},
  reoffered(_session, reoffer) {
    reoffer.reject(481, 'Call/Transaction Does Not Exist');
  },
  requested() {},
  ended() {},
};
