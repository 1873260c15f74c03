import { CAUSES, type Leg } from '../call/index.ts';
import { fromUtf8 } from '../kernel/index.ts';
import { escapeUser, type Response } from '../sip/message/index.ts';
import type { Line } from '../line/index.ts';
import type { Wire } from '../sip/transport/types.ts';
import type { Destination, Refusal, UserAgent } from '../sip/usage/types.ts';
import { destinationOf } from './destination.ts';
import type { Directory } from './directory.ts';
import type { Registrar } from './registrar.ts';
import type { Delivered } from './script.ts';
import type { StaticContacts } from './static-contacts.ts';

export interface TextPorts {
  readonly line: Line;
  readonly agent: () => UserAgent;
  readonly wire: Wire;
  readonly directory: Directory;
  readonly registrar: Pick<Registrar, 'targetsOf'>;
  readonly contacts: Pick<StaticContacts, 'waysTo'>;
}

/** RFC 3428 §8: no MESSAGE of more than 1300 octets; its fields take up to 500 of them. */
const LONGEST = 800;
const TOO_LONG: Delivered = { kind: 'refused', status: 513, reasonPhrase: 'Message Too Large' };
const NOWHERE: Delivered = {
  kind: 'refused',
  status: CAUSES.unavailable.status,
  reasonPhrase: CAUSES.unavailable.reasonPhrase,
};

/** A text to whoever is at a leg: in its call, else to every phone of its account at once, of which one that takes it is enough. */
export function sendText(
  ports: TextPorts,
  leg: Leg,
  dialed: string,
  text: string,
  then: (delivered: Delivered) => void,
): void {
  const body = fromUtf8(text);
  if (body.length > LONGEST) return then(TOO_LONG);
  if (ports.line.text(leg, body, (result) => then(deliveredBy(result)))) return;
  const account = ports.directory.accounts.get(leg.account ?? '');
  // Who calls through a trunk is not the trunk.
  const phones = account === undefined || account.trusted === true ? [] : phonesOf(ports, account.number);
  if (phones.length === 0) return then(NOWHERE);
  let left = phones.length;
  let best: Delivered | undefined;
  for (const phone of phones)
    sendTo(ports, phone, dialed, body, (delivered) => {
      left -= 1;
      if (delivered.kind === 'sent' && best?.kind !== 'sent') then(delivered);
      best = better(best, delivered);
      if (left === 0 && best.kind !== 'sent') then(best);
    });
}

/** Where a text may go: to each phone by the first of its ways. */
function phonesOf({ registrar, contacts, directory, wire }: TextPorts, number: string): readonly Destination[] {
  const nat = directory.accounts.get(number)?.nat;
  const registered = registrar.targetsOf(number);
  const found = [
    ...registered.map((bindings) => bindings[0] && destinationOf(wire, bindings[0], nat)),
    ...contacts.waysTo(number, registered.length > 0).map(([way]) => way?.find()),
  ];
  return found.filter((one) => one !== undefined);
}

function sendTo(
  { agent, line }: TextPorts,
  to: Destination,
  dialed: string,
  body: Uint8Array,
  then: (delivered: Delivered) => void,
): void {
  const from = `<sip:${escapeUser(dialed)}@${line.hostFor(to.flow)}>`;
  const headers = [['Content-Type', 'text/plain;charset=UTF-8']] as const;
  agent().request('MESSAGE', to, { from, to: `<${to.requestUri}>` }, { headers, body }, (result) =>
    then(deliveredBy(result)),
  );
}

function deliveredBy(result: Response | Refusal): Delivered {
  const { status, reasonPhrase } = result;
  return { kind: 'kind' in result ? 'sent' : 'refused', status, reasonPhrase };
}

/** What is told of several refusals: that of a phone which was there (RFC 3261 §16.7 step 6). */
function better(before: Delivered | undefined, after: Delivered): Delivered {
  if (before === undefined || after.kind === 'sent') return after;
  return before.kind === 'refused' && (before.status === 408 || before.status === 503) ? after : before;
}
