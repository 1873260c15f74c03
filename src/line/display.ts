import type { Party } from '../call/index.ts';
import type { Request } from '../sip/message/index.ts';
import { answered, repeated } from './audio.ts';
import { claimsOf, connected, fromOf, partyOf } from './identity.ts';
import { follow } from './follow.ts';
import type { Line } from './line.ts';
import type { LegLine } from './types.ts';

/**
 * Tells an answered phone that it talks to somebody else: UPDATE where the phone takes it, else, or when it says no to that, a
 * re-INVITE that changes nothing. From changes too for phones that have said that they read it there (RFC 4916 §4.3).
 */
export function showParty(line: Line, leg: LegLine, party: Party): void {
  const { session } = leg;
  if (session === undefined) return;
  const headers = connected(party, line.hostFor(session.flow), leg.identity);
  session.focus = party.focus === true;
  session.identify(fromOf(party, line.hostFor(session.flow)));
  // Our 200 may arrive after what is sent now, and a phone shows whom it heard of last.
  leg.outdated = leg.ackDue;
  if (leg.ackDue) return;
  if (leg.leg.state !== 'up') return tellRinging(line, leg, party, headers);
  if (!session.remoteAllow.has('UPDATE')) return renew(line, leg, headers);
  session.request('UPDATE', { headers }, (result) => {
    // One that a later one has overtaken is refused (RFC 3261 §12.2.2): what it said is not so any more.
    if (!('kind' in result) && leg.leg.shows === party) renew(line, leg, headers);
  });
}

/** RFC 4916 §4.2: whoever reads From in a dialog is told there who has answered, once it has the answer. */
export function introduce(line: Line, leg: LegLine): void {
  const { shows, state } = leg.leg;
  if (leg.session?.takesFromChange === true && state === 'up' && shows !== undefined) showParty(line, leg, shows);
}

/** A system that is trusted says in a request that somebody else is at its end (RFC 4916 §4.3, RFC 3325 §5). */
export function renamed(line: Line, { leg, identity, session }: LegLine, request: Request): void {
  const { asserted, withheld } = claimsOf(request);
  const named = session?.renamedTo;
  const party = asserted ?? (named && partyOf(named));
  if (!identity.trusted || party === undefined) return;
  const { name, number } = party;
  line.board.rename(leg, withheld ? { name, number, withheld: true } : { name, number });
}

/** A phone that rings; one that did not take it is told when it has answered (telephony.md, Displays). */
function tellRinging(line: Line, { session, leg }: LegLine, party: Party, headers: ReturnType<typeof connected>): void {
  session?.request('UPDATE', { headers }, (result) => {
    if (!('kind' in result) && leg.shows === party) line.board.notShown(leg);
  });
}

function renew(line: Line, leg: LegLine, headers: ReturnType<typeof connected>): void {
  leg.session?.reinvite(repeated(leg.audio), headers, (result) => {
    if ('kind' in result && answered(leg.audio, result.body)) follow(line, leg);
  });
}
