import type { Party } from '../call/index.ts';
import { display, wireText } from '../kernel/index.ts';
import { type Field, type NameAddr, printUri, quote, type Request } from '../sip/message/index.ts';

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

/** Who the other party is, for a phone that trusts us (RFC 3325 §9.1). */
export function asserted(party: Party | undefined, host: string): readonly Field[] {
  return party === undefined ? [] : [['P-Asserted-Identity', nameAddr(party, host)]];
}

/** Who a name-addr names. */
export function partyOf({ display: name, uri }: NameAddr): Party {
  return { name: display(name), number: display(uri.user === '' ? uri.host : uri.user) };
}

/** The name of the user a request was sent to: what was dialled. */
export function dialedIn(request: Request): string {
  return display(request.uri.user === '' && request.uri.scheme === 'tel' ? request.uri.host : request.uri.user);
}

/** Who a request says it is from. */
export function callerIn(request: Request): Party {
  return partyOf(request.from);
}

/** An address as it stands in a URI: IPv6 in brackets. */
export function uriHost(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
