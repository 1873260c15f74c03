import type { Party } from '../call/index.ts';
import type { Request } from '../sip/message/index.ts';
import { answered, repeated } from './audio.ts';
import { claimsOf, connected } from './identity.ts';
import { follow } from './follow.ts';
import type { Line } from './line.ts';
import type { LegLine } from './types.ts';

/**
 * Tells an answered phone that it talks to somebody else: UPDATE where the phone takes it (RFC 4916 §4.2 without its From,
 * which phones of the field do not read), else, or when it says no to that, a re-INVITE that changes nothing.
 */
export function showParty(line: Line, leg: LegLine, party: Party): void {
  const { session } = leg;
  if (session === undefined) return;
  const headers = connected(party, line.hostFor(session.flow), leg.identity);
  session.focus = party.focus === true;
  if (leg.leg.state !== 'up') return tellRinging(line, leg, headers);
  if (!session.remoteAllow.has('UPDATE')) return renew(line, leg, headers);
  session.request('UPDATE', { headers }, (result) => {
    if (!('kind' in result)) renew(line, leg, headers);
  });
}

/** A system that is trusted says in a request that somebody else is at its end (RFC 4916 §1, RFC 3325 §5). */
export function renamed(line: Line, { leg, identity }: LegLine, request: Request): void {
  const { asserted, withheld } = claimsOf(request);
  if (!identity.trusted || asserted === undefined) return;
  const { name, number } = asserted;
  line.board.rename(leg, withheld ? { name, number, withheld: true } : { name, number });
}

/** A phone that rings; one that did not take it is told when it has answered (telephony.md, Displays). */
function tellRinging(line: Line, { session, leg }: LegLine, headers: ReturnType<typeof connected>): void {
  session?.request('UPDATE', { headers }, (result) => {
    if (!('kind' in result)) line.board.notShown(leg);
  });
}

function renew(line: Line, leg: LegLine, headers: ReturnType<typeof connected>): void {
  leg.session?.reinvite(repeated(leg.audio), headers, (result) => {
    if ('kind' in result && answered(leg.audio, result.body)) follow(line, leg);
  });
}
