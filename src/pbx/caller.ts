import type { Party } from '../call/index.ts';
import { claimsOf, type IdentityPolicy, partyOf } from '../line/index.ts';
import type { Request } from '../sip/message/index.ts';
import type { Account } from './config.ts';

/** What an account's phones may be told of others. */
export function identityOf({ trusted = false, remotePartyId = false }: Account): IdentityPolicy {
  return { trusted, remotePartyId };
}

/**
 * Who a call of that account is from. `own`: who the account is to others. What phones write into From names nobody:
 * anybody could write it; a trusted endpoint vouches for whom it brings (RFC 3325 §5), be it in From alone, others choose among their own.
 */
export function callerOf(request: Request, account: Account, own: Party): Party {
  const { asserted, preferred, withheld } = claimsOf(request);
  const vouched = account.trusted === true ? asserted : undefined;
  const chosen = vouched ?? account.identities?.find(({ number }) => number === preferred?.number);
  const party = chosen ?? (account.trusted === true ? broughtBy(request, account) : undefined) ?? own;
  const { name, number } = party;
  return withheld ? { name, number, withheld: true } : { name, number };
}

/** Who calls through it; undefined: it calls itself, or on behalf of somebody whom it does not name (RFC 3323 §4.1.1.3). */
function broughtBy({ from }: Request, { number }: Account): Party | undefined {
  const party = partyOf(from);
  const { scheme, user, host } = from.uri;
  const nobody = host.endsWith('.invalid') || (user === '' && scheme !== 'tel');
  return nobody || party.number === number ? undefined : party;
}
