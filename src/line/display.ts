import type { Party } from '../call/index.ts';
import { answered, repeated } from './audio.ts';
import { connected } from './identity.ts';
import type { LegLine, Line } from './line.ts';
import { follow } from './session.ts';

/**
 * Tells an answered phone that it talks to somebody else: UPDATE where the phone takes it (RFC 4916 §4.2 without its From,
 * which phones of the field do not read), else, or when it says no to that, a re-INVITE that changes nothing.
 */
export function showParty(line: Line, leg: LegLine, party: Party): void {
  const { session } = leg;
  if (session === undefined) return;
  const headers = connected(party, line.hostFor(session.flow), leg.identity);
  if (!session.remoteAllow.has('UPDATE')) return renew(line, leg, headers);
  session.request('UPDATE', { headers }, (result) => {
    if (!('kind' in result)) renew(line, leg, headers);
  });
}

function renew(line: Line, leg: LegLine, headers: ReturnType<typeof connected>): void {
  leg.session?.reinvite(repeated(leg.audio), headers, (result) => {
    if ('kind' in result && answered(leg.audio, result.body)) follow(line, leg);
  });
}
