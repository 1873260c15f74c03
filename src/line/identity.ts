import type { Party } from '../call/index.ts';
import { display, wireText } from '../kernel/index.ts';
import { type Field, type NameAddr, parseNameAddr, printUri, quote, type Request } from '../sip/message/index.ts';

/** What an endpoint may be told of others, and how. */
export interface IdentityPolicy {
  /** Inside our trust domain: it is told who withheld his number, and what it asserts is believed (RFC 3325 §3). */
  readonly trusted: boolean;
  /** It reads Remote-Party-ID (draft-ietf-sip-privacy-04), besides P-Asserted-Identity. */
  readonly remotePartyId: boolean;
}

/** A phone of ours unless its account says otherwise. */
export const OWN_PHONE: IdentityPolicy = { trusted: false, remotePartyId: false };

/** RFC 3323 §4.1.1.3. */
const ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>';

/** A party as a name-addr at a host: `"Alice" <sip:101@192.0.2.1>`. */
export function nameAddr(party: Party, host: string): string {
  const uri = printUri({
    scheme: 'sip',
    user: wireText(party.number),
    password: '',
    host,
    port: undefined,
    params: new Map(),
    headers: '',
  });
  return party.name === '' ? `<${uri}>` : `${quote(wireText(party.name))} <${uri}>`;
}

/** The From of a request on behalf of a party. */
export function fromOf(party: Party, host: string): string {
  return party.withheld === true ? ANONYMOUS : nameAddr(party, host);
}

/** Who the other party is, as far as the endpoint may know (RFC 3325 §7, §9.1). `as`: what that party is in this call. */
export function asserted(
  party: Party | undefined,
  host: string,
  { trusted, remotePartyId }: IdentityPolicy = OWN_PHONE,
  as: 'calling' | 'called' = 'called',
): readonly Field[] {
  const withheld = party?.withheld === true;
  if (party === undefined || (withheld && !trusted)) return [];
  const who = nameAddr(party, host);
  const fields: Field[] = [['P-Asserted-Identity', who]];
  if (withheld) fields.push(['Privacy', 'id']);
  const privacy = withheld ? 'full' : 'off';
  if (remotePartyId) fields.push(['Remote-Party-ID', `${who};party=${as};screen=yes;privacy=${privacy}`]);
  return fields;
}

/** As {@link asserted} where silence would leave another's name on the display. */
export function connected(party: Party, host: string, policy: IdentityPolicy): readonly Field[] {
  const fields = asserted(party, host, policy);
  return fields.length > 0 ? fields : [['P-Asserted-Identity', ANONYMOUS]];
}

/** What a request says of its sender besides From. */
export interface Claims {
  /** P-Asserted-Identity, else Remote-Party-ID: to be believed of trusted endpoints only. */
  readonly asserted: Party | undefined;
  /** P-Preferred-Identity: which of its identities the sender would be (RFC 3325 §9.2). */
  readonly preferred: Party | undefined;
  /** Whether it asks not to be named (RFC 3323 §4.2, an anonymous From, Remote-Party-ID's privacy). */
  readonly withheld: boolean;
}

export function claimsOf(request: Request): Claims {
  const [remote] = nameAddrs(request, 'Remote-Party-ID').filter(({ params }) => params.get('party') !== 'called');
  const [vouched = remote] = nameAddrs(request, 'P-Asserted-Identity');
  const [preferred] = nameAddrs(request, 'P-Preferred-Identity');
  return {
    asserted: vouched && partyOf(vouched),
    preferred: preferred && partyOf(preferred),
    withheld: isWithheld(request, remote),
  };
}

/** `none` means that not even by habit of ours anything may be hidden (RFC 3323 §4.2); `header` we do for everybody. */
function isWithheld(request: Request, remote: NameAddr | undefined): boolean {
  const wishes = new Set((request.headers.get('Privacy') ?? '').toLowerCase().split(/[;,\s]+/));
  if (wishes.has('none')) return false;
  const privacy = remote?.params.get('privacy')?.toLowerCase() ?? 'off';
  return wishes.has('id') || wishes.has('user') || privacy !== 'off' || isAnonymous(request.from);
}

/** RFC 3323 §4.1.1.3. */
function isAnonymous({ uri }: NameAddr): boolean {
  return uri.host === 'anonymous.invalid' || (uri.user.toLowerCase() === 'anonymous' && uri.host.endsWith('.invalid'));
}

function nameAddrs(request: Request, name: string): readonly NameAddr[] {
  return request.headers.list(name).flatMap((value) => parseNameAddr(value) ?? []);
}

/** Who a name-addr names. */
export function partyOf({ display: name, uri }: NameAddr): Party {
  return { name: display(name), number: display(uri.user === '' ? uri.host : uri.user) };
}

/** The name of the user a request was sent to: what was dialled. */
export function dialedIn(request: Request): string {
  return display(request.uri.user === '' && request.uri.scheme === 'tel' ? request.uri.host : request.uri.user);
}

/** An address as it stands in a URI: IPv6 in brackets. */
export function uriHost(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
