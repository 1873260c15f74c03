import { CAUSES, type Cause } from '../call/index.ts';
import type { Ending, Reoffer, SessionUser } from '../sip/usage/types.ts';
import { responseTo } from '../sip/message/index.ts';
import { answer, answered, offer } from './audio.ts';
import { causeOf, q850In } from './cause.ts';
import type { LegLine, Line } from './line.ts';

/** What one leg makes of what its SIP session tells. */
export function lineSession(line: Line, leg: LegLine): SessionUser {
  return {
    progress(_session, response) {
      if (response.status === 180 || response.status === 183) line.board.ringing(leg.leg);
    },
    accepted(_session, _response, sdp, sendAck) {
      if (sendAck !== undefined || sdp === undefined || !answered(leg.audio, sdp))
        return line.board.end(leg.leg, CAUSES.noMedia);
      follow(line, leg);
      line.board.answered(leg.leg);
    },
    rejected(_session, refusal) {
      line.ended(leg, causeOf(refusal));
    },
    acknowledged(_session, sdp) {
      if (!leg.answerDue) return;
      leg.answerDue = false;
      if (sdp === undefined || !answered(leg.audio, sdp)) return line.board.end(leg.leg, CAUSES.noMedia);
      follow(line, leg);
    },
    reoffered(_session, reoffer) {
      reply(leg, reoffer);
      follow(line, leg);
    },
    requested(_session, transaction) {
      transaction.respond(responseTo(transaction.request, 405));
    },
    ended(_session, ending) {
      line.ended(leg, endCause(ending));
    },
  };
}

/** A re-INVITE ends at us: the other leg is not asked (telephony.md, SDP). */
function reply(leg: LegLine, reoffer: Reoffer): void {
  if (reoffer.offer === undefined) {
    leg.answerDue = true;
    return reoffer.accept(offer(leg.audio));
  }
  const made = answer(leg.audio, reoffer.offer);
  if ('sdp' in made) reoffer.accept(made.sdp);
  else reoffer.reject(488, 'Not Acceptable Here');
}

/** Places follow what was agreed: a phone that sends only, or nothing, holds us. */
function follow(line: Line, leg: LegLine): void {
  line.board.mediaChanged(leg.leg);
  line.board.hold(leg.leg, leg.audio.agreed?.heldByPeer ?? false);
}

function endCause(ending: Ending): Cause {
  const q850 = q850In(ending.request);
  return q850 === undefined ? CAUSES.normal : { ...CAUSES.normal, q850 };
}
