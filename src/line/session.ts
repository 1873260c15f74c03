import { CAUSES, type Cause } from '../call/index.ts';
import type { Ending, Reoffer, SessionUser } from '../sip/usage/types.ts';
import { responseTo } from '../sip/message/index.ts';
import { answer, answered, live, offer, repeated } from './audio.ts';
import { causeOf, q850In } from './cause.ts';
import { introduce, renamed } from './display.ts';
import { follow } from './follow.ts';
import { takeInfo } from './keys.ts';
import type { Line } from './line.ts';
import type { LegLine } from './types.ts';
import { passOn } from './passing.ts';
import { isMediaControl, takeMediaControl } from './pictures.ts';

/** What one leg makes of what its SIP session tells. */
export function lineSession(line: Line, leg: LegLine): SessionUser {
  return {
    get sessionTimer() {
      return leg.sessionTimer;
    },
    progress(_session, { status }, sdp) {
      if (sdp !== undefined && answered(leg.audio, sdp)) return audible(line, leg);
      if (status === 180 || status === 183) return line.board.ringing(leg.leg);
      if (status === 181 || status === 182) line.board.progressed(leg.leg, status);
    },
    accepted(session, _response, sdp, sendAck) {
      session.keepChecked();
      const agreed = sdp === undefined ? leg.audio.agreed !== undefined : answered(leg.audio, sdp);
      if (sendAck !== undefined || !agreed) return line.board.end(leg.leg, CAUSES.noMedia);
      live(leg.audio);
      follow(line, leg);
      line.board.answered(leg.leg);
    },
    rejected(_session, refusal) {
      line.ended(leg, causeOf(refusal));
    },
    answered(_session, sdp) {
      if (!answered(leg.audio, sdp)) return line.board.end(leg.leg, CAUSES.noMedia);
      leg.answer = repeated(leg.audio);
      leg.answerDue = false;
      line.board.mediaChanged(leg.leg);
    },
    refreshed(_session, sdp) {
      if (answered(leg.audio, sdp)) follow(line, leg);
    },
    acknowledged(session, sdp) {
      session.keepChecked();
      if (leg.ackDue) introduce(line, leg);
      line.acknowledged(leg);
      if (!leg.answerDue) return;
      leg.answerDue = false;
      if (sdp === undefined || !answered(leg.audio, sdp)) return line.board.end(leg.leg, CAUSES.noMedia);
      follow(line, leg);
      line.watch(leg);
    },
    updated(_session, update) {
      renamed(line, leg, update);
    },
    reoffered(_session, reoffer) {
      passOn(line, leg, reoffer.offer, () => {
        reply(line, leg, reoffer);
        follow(line, leg);
        renamed(line, leg, reoffer.request);
      });
    },
    requested(_session, transaction) {
      if (isMediaControl(transaction.request)) return takeMediaControl(line, leg, transaction);
      if (transaction.request.method === 'INFO') return takeInfo(line, leg, transaction);
      if (transaction.request.method === 'REFER') return line.referred(leg.leg, transaction);
      transaction.respond(responseTo(transaction.request, 405));
    },
    ended(_session, ending) {
      line.ended(leg, endCause(ending));
    },
  };
}

/** A re-INVITE ends at us: the other leg is not asked (telephony.md, SDP). */
function reply(line: Line, leg: LegLine, reoffer: Reoffer): void {
  if (reoffer.offer === undefined) {
    leg.answerDue = true;
    return reoffer.accept(offer(leg.audio));
  }
  const peer = line.board.peerOf(leg.leg);
  const made = answer(leg.audio, reoffer.offer, peer && line.codecOf(peer));
  if ('sdp' in made) reoffer.accept(made.sdp);
  else reoffer.reject(488, 'Not Acceptable Here', line.warningFor(leg, made));
}

/** RFC 3261 §13.2.1: an answer ahead of the 200 brings sound ahead of it. One that only sends does not hold anybody yet. */
function audible(line: Line, leg: LegLine): void {
  line.board.mediaChanged(leg.leg);
  line.board.earlyMedia(leg.leg);
}

function endCause(ending: Ending): Cause {
  const q850 = q850In(ending.request);
  return q850 === undefined ? CAUSES.normal : { ...CAUSES.normal, q850 };
}
