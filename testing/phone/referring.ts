import type { Field } from '../../src/sip/message/index.ts';
import type { InviteSession } from '../../src/sip/usage/types.ts';
import type { Instrument } from './instrument.ts';
import { PhoneReferral } from './referral.ts';

/** So long a NOTIFY may come for a REFER whose answer was lost (64*T1). */
const UNANSWERED = 32_000;

/** The REFERs of one call (RFC 3515). */
export class Referring {
  readonly #phone: Instrument;
  readonly #sent: PhoneReferral[] = [];

  constructor(phone: Instrument) {
    this.#phone = phone;
  }

  /** `to`: a number, a URI or a whole value; false: it is not said where to. */
  send(session: InviteSession | undefined, to: string | false, headers: readonly Field[]): PhoneReferral {
    const { dialogs, host, identities, uriOf } = this.#phone;
    if (session === undefined) throw new Error('there is no call to refer');
    const where: readonly Field[] = to === false ? [] : [['Refer-To', to.includes('<') ? to : `<${uriOf(to)}>`]];
    const all: readonly Field[] = [...where, ['Referred-By', identities('').from], ...headers];
    const referral = new PhoneReferral(dialogs, session, this.#sent);
    this.#sent.push(referral);
    host.kernel.input('refer', () => {
      session.request('REFER', { headers: all }, (result) => referral.answered(result));
      referral.sent();
    });
    return referral;
  }

  /** The call is over: what was never told of will not be for long. */
  lapse(): void {
    const { scene } = this.#phone.host.kernel;
    for (const one of this.#sent.splice(0)) scene.after(UNANSWERED, () => one.lapse());
  }
}

/** What a Replaces header says that names a session, as its peer sees it (RFC 3891). */
export function replacesOf(session: InviteSession | undefined): string {
  const { callId = '', localTag = '', remoteTag = '' } = session ?? {};
  return `${callId};to-tag=${remoteTag};from-tag=${localTag}`;
}
