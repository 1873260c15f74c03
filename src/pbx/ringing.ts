import {
  CAUSES,
  type Cause,
  type Dial,
  type DialRequest,
  dial,
  type Elsewhere,
  type Leg,
  type Outcome,
  type Party,
  type Ringer,
  type Rung,
  type Switchboard,
  type Target,
} from '../call/index.ts';
import type { Kernel } from '../kernel/index.ts';
import type { Line } from '../line/index.ts';
import type { CodecName } from '../media/protocol.ts';
import { escapeUser, type Field, parseUri, type Uri } from '../sip/message/index.ts';
import type { Hop, Protocol, Wire } from '../sip/transport/types.ts';
import type { Destination } from '../sip/usage/types.ts';
import { type Alert, alertFields } from './alert.ts';
import { identityOf } from './caller.ts';
import type { Account } from './config.ts';
import { destinationOf } from './destination.ts';
import { matches } from './dialplan.ts';
import type { Directory } from './directory.ts';
import type { PbxEvent } from './events.ts';
import type { Registrar } from './registrar.ts';

export interface RingingPorts {
  readonly kernel: Kernel;
  readonly board: Switchboard;
  readonly line: Line;
  readonly wire: Wire;
  readonly directory: Directory;
  readonly registrar: Registrar;
  /** As they are now. */
  readonly codecs: () => readonly CodecName[];
  /** Whether a host is ours, besides the addresses we are reached at. */
  readonly ours: (host: string) => boolean;
  readonly tell: (event: PbxEvent) => void;
}

/** Somebody to ring; times in milliseconds. */
export interface Wanted {
  readonly number: string;
  /** undefined: all its phones. */
  readonly instance: string | undefined;
  readonly after: number;
  readonly for: number | undefined;
}

/** How a dial rings; times in milliseconds. */
export interface RingingOptions extends Pick<DialRequest, 'for' | 'earlyMedia' | 'declineEnds'> {
  /** All at once (each after its delay), one after another as they stand, or in an order by chance. */
  readonly strategy: 'all' | 'inOrder' | 'random';
  readonly callLimit: number;
  /** What the phones' INVITEs say of how to ring. */
  readonly alert: Alert;
}

/** Rings all phones of the wanted accounts on behalf of a caller. A number without account is 404, one without phone 480. */
export function ringAccounts(
  ports: RingingPorts,
  caller: Leg,
  wanted: readonly Wanted[],
  options: RingingOptions,
  then: (outcome: Outcome) => void,
): Dial {
  const { strategy, earlyMedia, declineEnds } = options;
  const targets = (strategy === 'random' ? shuffled(ports.kernel, wanted) : wanted).map(
    ({ number, instance, after, for: ringing }): Target => ({
      ringers: () => phonesOf({ ports, caller, options, path: [], rung: new Set([number]) }, number, instance),
      after,
      for: ringing,
    }),
  );
  const [first, ...others] = wanted;
  const shows = first === undefined || others.length > 0 ? undefined : ports.directory.partyOf(first.number);
  return dial(
    ports.kernel,
    ports.board,
    { caller, targets, inTurn: strategy !== 'all', for: options.for, shows, earlyMedia, declineEnds },
    then,
  );
}

/** Calls an account takes part in, by whatever number and in either direction. */
export function callsOf(board: Switchboard, account: string): number {
  return new Set(board.legs.filter((leg) => leg.account === account).map((leg) => leg.call)).size;
}

/** What is particular about an account's audio. */
export function audioOf({ codecs, latch }: Account): Pick<Account, 'codecs' | 'latch'> {
  return { ...(codecs && { codecs }), ...(latch === undefined ? {} : { latch }) };
}

/** What a phone is rung for. */
interface Errand {
  readonly ports: RingingPorts;
  readonly caller: Leg;
  readonly options: RingingOptions;
  /** Accounts whose phones sent the call on, the last one first. */
  readonly path: readonly string[];
  /** Accounts rung so far for this target: each is rung once, however many phones send the call there. */
  readonly rung: Set<string>;
}

/** So often may a call be sent on (telephony.md leaves it to us; loops end sooner). */
const MOST_FORWARDS = 5;

/** All phones of an account, or why they are not rung. */
function phonesOf(errand: Errand, number: string, instance?: string): readonly Ringer[] | Cause {
  const { ports, caller, options } = errand;
  const account = ports.directory.accounts.get(number);
  if (account === undefined) return CAUSES.noSuchNumber;
  const against = unwelcome(account, caller.party);
  if (against !== undefined) return against;
  const limit = Math.min(
    options.callLimit,
    account.calls ?? Number.POSITIVE_INFINITY,
    account.callWaiting === false ? 1 : Number.POSITIVE_INFINITY,
  );
  if (limit < Number.POSITIVE_INFINITY && callsOf(ports.board, number) >= limit) return CAUSES.busy;
  const ways = [
    ...ports.registrar.targetsOf(number, instance).map((alternatives) =>
      alternatives.map(
        (binding): Way =>
          () =>
            destinationOf(ports.wire, binding),
      ),
    ),
    ...(instance === undefined ? (account.contacts ?? []) : []).map((contact): readonly Way[] => [
      () => toContact(ports.wire, contact),
    ]),
  ];
  if (ways.length > 0) return ways.map((alternatives) => () => ringPhone(errand, account, alternatives));
  ports.tell({ event: 'call.unreachable', call: caller.call, number, why: ports.registrar.whyUnreachable(number) });
  return CAUSES.unavailable;
}

/** Whom an account does not take calls from. A number that is withheld is blocked all the same. */
function unwelcome({ rejectAnonymous, blocked = [] }: Account, caller: Party): Cause | undefined {
  if (rejectAnonymous === true && caller.withheld === true) return CAUSES.anonymous;
  return blocked.some((pattern) => matches(pattern, caller.number)) ? CAUSES.declined : undefined;
}

/** One way to a phone, looked for when it is needed; undefined: there is none now. */
type Way = () => Destination | undefined;

/** A phone is rung by one of its flows at a time (RFC 5626 §7). */
function ringPhone(errand: Errand, account: Account, [way, ...others]: readonly Way[]): Rung {
  if (way === undefined) return { refused: CAUSES.unavailable };
  const destination = way();
  if (destination === undefined) return ringPhone(errand, account, others);
  const rung = ringContact(errand, account, destination);
  if ('refused' in rung || others.length === 0) return rung;
  return { ...rung, otherwise: () => ringPhone(errand, account, others) };
}

function ringContact(errand: Errand, account: Account, destination: Destination): Rung {
  const { ports, caller, options, path } = errand;
  const { number, name } = account;
  const codecs = account.codecs ?? ports.codecs();
  const first = codecs.find((codec) => codec === ports.line.codecOf(caller));
  const host = ports.line.hostFor(destination.flow);
  const leg = ports.line.place({
    call: caller.call,
    account: number,
    party: { name, number },
    shows: caller.party,
    destination,
    codecs: first === undefined ? codecs : [first, ...codecs.filter((codec) => codec !== first)],
    identity: identityOf(account),
    ...(account.latch === undefined ? {} : { latch: account.latch }),
    extras: [...alertFields(options.alert, host), ...path.map((from): Field => ['Diversion', diversion(from, host)])],
  });
  if (leg === undefined) return { refused: CAUSES.noCircuit };
  return { leg, moved: (to) => forwarded({ ...errand, path: [number, ...path] }, host, to) };
}

/** Whom a 302 sends the call to: our own numbers only, never in a circle (telephony.md, Rights). */
function forwarded(errand: Errand, here: string, to: readonly Elsewhere[]): readonly Ringer[] | Cause {
  const { ports, caller, path, rung } = errand;
  const numbers = to.filter(({ host }) => host === here || ports.ours(host)).map(({ number }) => number);
  const fresh = [...new Set(numbers)].filter((number) => !rung.has(number));
  if (numbers.length === 0) return CAUSES.unavailable;
  if (fresh.length === 0 || path.length > MOST_FORWARDS) return CAUSES.loop;
  const [from = ''] = path;
  for (const number of fresh) {
    rung.add(number);
    ports.tell({ event: 'call.forwarded', call: caller.call, from, to: number });
  }
  const found = fresh.map((number) => phonesOf(errand, number));
  const ringers = found.flatMap((one) => ('status' in one ? [] : one));
  return ringers.length > 0 ? ringers : (found.find((one) => 'status' in one) ?? CAUSES.unavailable);
}

/** RFC 5806; a 302 after ringing is a deflection. */
function diversion(number: string, host: string): string {
  return `<sip:${escapeUser(number)}@${host}>;reason=deflection`;
}

/** By chance: the same number of ways lead to each order. */
function shuffled<T>(kernel: Kernel, list: readonly T[]): readonly T[] {
  const left = [...list];
  return list.flatMap(() => left.splice(kernel.random(left.length), 1));
}

/** A contact that the configuration names, by its address. */
function toContact(wire: Wire, contact: string): Destination | undefined {
  const uri = parseUri(contact);
  if (uri === undefined) return undefined;
  const { protocol, hop } = hopOf(uri);
  const flow = wire.open(protocol, hop);
  return flow && { requestUri: contact, flow, route: [] };
}

/** RFC 3263 §4.1 and §4.2 for a URI with an IP address. */
function hopOf(uri: Uri): { readonly protocol: Protocol; readonly hop: Hop } {
  const named = PROTOCOLS.find((protocol) => protocol === uri.params.get('transport')?.toLowerCase());
  const protocol = named ?? (uri.scheme === 'sips' ? 'tls' : 'udp');
  const port = uri.port ?? (protocol === 'tls' ? 5061 : 5060);
  return { protocol, hop: { address: uri.host.replace(/^\[(.*)\]$/, '$1'), port } };
}

const PROTOCOLS: readonly Protocol[] = ['udp', 'tcp', 'tls'];
