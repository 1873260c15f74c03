import type { Field } from '../../src/sip/message/index.ts';
import type { InviteSession, Refusal, SessionUser } from '../../src/sip/usage/types.ts';
import type { Instrument } from './instrument.ts';

export interface Invitation {
  readonly uri: string;
  readonly offer: Uint8Array | undefined;
  readonly headers: readonly Field[];
  /** `rejected`: for good. */
  readonly user: SessionUser;
  /** It is on its way; again when a challenge was answered. */
  readonly placed: (session: InviteSession) => void;
}

/** Sends an INVITE, and again where it is challenged (RFC 3261 §22.2). */
export function invite(phone: Instrument, invitation: Invitation, before?: InviteSession): void {
  const { agent, destination, identities, credentials } = phone;
  const { uri, offer, headers, user, placed } = invitation;
  const again =
    before === undefined
      ? {}
      : { callId: before.callId, fromTag: before.localTag, cseq: before.invite.cseq.number + 1 };
  const rejected = (session: InviteSession, refusal: Refusal): void => {
    const authorization = credentials.answer(refusal, 'INVITE', uri, before !== undefined);
    if (authorization === undefined) return user.rejected(session, refusal);
    invite(phone, { ...invitation, headers: [...headers.filter(isNoCredential), authorization] }, session);
  };
  placed(
    agent.invite(destination(uri), identities(uri), { sdp: offer, headers, user: { ...user, rejected }, ...again }),
  );
}

function isNoCredential([name]: Field): boolean {
  return !/^(proxy-)?authorization$/i.test(name);
}
