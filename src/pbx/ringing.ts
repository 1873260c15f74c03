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
import type { CodecName, Tone } from '../media/protocol.ts';
import { escapeUser, type Field } from '../sip/message/index.ts';
import type { Wire } from '../sip/transport/types.ts';
import type { Destination } from '../sip/usage/types.ts';
import { type Alert, alertFields } from './alert.ts';
import { identityOf } from './caller.ts';
import { type Diverted, divertedFields } from './diverted.ts';
import type { Diversions } from './diversions.ts';
import { callsOf, type Journey, onward } from './onward.ts';
import type { Account } from './config.ts';
import { destinationOf, type Way } from './destination.ts';
import { matches } from './dialplan.ts';
import type { Directory } from './directory.ts';
import type { PbxEvent } from './events.ts';
import type { Registrar } from './registrar.ts';
import type { StaticContacts } from './static-contacts.ts';

export interface RingingPorts {
  readonly kernel: Kernel;
  readonly board: Switchboard;
  readonly line: Line;
  readonly wire: Wire;
  readonly directory: Directory;
  readonly registrar: Registrar;
  readonly contacts: StaticContacts;
  /** What a caller hears of us while phones ring; left out: one for all. */
  readonly ringback?: (caller: Leg | undefined) => Tone;
  /** As they are now. */
  readonly codecs: () => readonly CodecName[];
  /** Whether a host is ours, besides the addresses we are reached at. */
  readonly ours: (host: string) => boolean;
  /** Where accounts send their calls. */
  readonly diversions: Diversions;
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
export interface RingingOptions extends Pick<DialRequest, 'for' | 'earlyMedia' | 'declineEnds' | 'heard' | 'silent'> {
  /** All at once (each after its delay), one after another as they stand, or in an order by chance. */
  readonly strategy: 'all' | 'inOrder' | 'random';
  readonly callLimit: number;
  /** What the phones' INVITEs say of how to ring. */
  readonly alert: Alert;
  /** The account that sent the caller there: told as Referred-By (RFC 3892). */
  readonly referredBy?: string;
  /** Whom displays show while phones ring, in the place of the caller. */
  readonly shows?: Party;
  /** Who has sent the call on before, the last one first. */
  readonly path?: readonly Diverted[];
  /** They may have video though there is no caller yet: somebody will be rung for them. */
  readonly video?: boolean;
  /** Its phones are rung whatever the account has said of its calls: it is called back. */
  readonly direct?: boolean;
  /** Sends the caller to what a number does in the dialplan, in the place of this dial; left out: it cannot. */
  readonly reroute?: ((number: string, path: readonly Diverted[]) => void) | undefined;
}

/** For whom phones are rung: a leg, or a call that has none yet. */
export type Caller = Leg | Pick<Leg, 'call' | 'party'>;

/** Rings all phones of the wanted accounts on behalf of a caller. A number without account is 404, one without phone 480. */
export function ringAccounts(
  ports: RingingPorts,
  caller: Caller,
  wanted: readonly Wanted[],
  options: RingingOptions,
  then: (outcome: Outcome) => void,
  journey?: Journey,
): Dial {
  const { path = [] } = options;
  const { strategy, earlyMedia, declineEnds, heard, silent = false } = options;
  // What is rung later is rung for whoever the call belongs to then: a blond transfer hands it over.
  let owner = caller;
  const errandTo = (number: string): Errand => ({
    ports,
    get caller() {
      return owner;
    },
    options,
    path,
    journey: journey ?? alone(caller, number),
  });
  const targets = (strategy === 'random' ? shuffled(ports.kernel, wanted) : wanted).map(
    ({ number, instance, after, for: ringing }): Target => ({
      ringers: () => phonesOf(errandTo(number), number, instance),
      after,
      for: ringing,
    }),
  );
  const [first, ...others] = wanted;
  const shows = first === undefined || others.length > 0 ? undefined : ports.directory.partyOf(first.number);
  const dialling = dial(
    ports.kernel,
    ports.board,
    {
      caller: legOf(caller),
      targets,
      inTurn: strategy !== 'all',
      for: options.for,
      shows,
      earlyMedia,
      declineEnds,
      silent,
      ringback: ports.ringback?.(legOf(caller)),
      ...(heard && { heard }),
    },
    then,
  );
  return {
    cancel: (cause) => dialling.cancel(cause),
    handOver: (by) => {
      owner = by;
      dialling.handOver(by);
    },
  };
}

/** On the way to a group's member, whose forwards are not followed far. */
function alone({ call }: Caller, number: string): Journey {
  return { call, rung: new Set([number]), before: 0, at: () => undefined };
}

export function timerOf({ sessionTimer }: Account): Pick<Account, 'sessionTimer'> {
  return sessionTimer === undefined ? {} : { sessionTimer };
}

/** What is particular about an account's audio. */
export function audioOf({ codecs, latch, dtmf, music }: Account): Pick<Account, 'codecs' | 'latch' | 'dtmf' | 'music'> {
  return {
    ...(codecs && { codecs }),
    ...(latch === undefined ? {} : { latch }),
    ...(dtmf && { dtmf }),
    ...(music && { music }),
  };
}

/** What a phone is rung for. */
interface Errand {
  readonly ports: RingingPorts;
  readonly caller: Caller;
  readonly options: RingingOptions;
  /** Who sent the call on, the last one first. */
  readonly path: readonly Diverted[];
  readonly journey: Journey;
}

/** What callers of somebody are told who does not want to be disturbed. */
const DISTURBED = { busy: CAUSES.busy, declined: CAUSES.declined, unavailable: CAUSES.unavailable } as const;

/** All phones of an account, or why they are not rung. */
function phonesOf(errand: Errand, number: string, instance?: string): readonly Ringer[] | Cause {
  const { ports, caller, options } = errand;
  const account = ports.directory.accounts.get(number);
  if (account === undefined) return CAUSES.noSuchNumber;
  const against = unwelcome(account, caller.party);
  if (against !== undefined) return against;
  const wishes = options.direct === true ? undefined : ports.diversions.of(number);
  if (options.direct !== true) ports.diversions.called(number, callerNumber(ports, caller));
  if (wishes?.always !== undefined && instance === undefined) return sentOn(errand, number, wishes.always);
  errand.journey.at(number, errand.path);
  if (wishes?.doNotDisturb === true) return DISTURBED[account.disturbed ?? 'busy'];
  const limit = Math.min(
    options.callLimit,
    account.calls ?? Number.POSITIVE_INFINITY,
    account.callWaiting === false ? 1 : Number.POSITIVE_INFINITY,
  );
  if (limit < Number.POSITIVE_INFINITY && callsOf(ports.board, number) >= limit) return CAUSES.busy;
  const registered = ports.registrar
    .targetsOf(number, instance)
    .map((alternatives) =>
      alternatives.map((binding): Way => ({ find: () => destinationOf(ports.wire, binding, account.nat) })),
    );
  const ways = [...registered, ...(instance === undefined ? ports.contacts.waysTo(number, registered.length > 0) : [])];
  if (ways.length > 0) return ways.map((alternatives) => () => ringPhone(errand, account, alternatives));
  ports.tell({
    event: 'call.unreachable',
    call: caller.call,
    number,
    why: ports.contacts.whyUnreachable(number) ?? ports.registrar.whyUnreachable(number),
  });
  return CAUSES.unavailable;
}

/** By which number the caller can be called back; undefined: he does not say. */
function callerNumber({ directory }: RingingPorts, caller: Caller): string | undefined {
  const { withheld, number } = caller.party;
  if (withheld === true) return undefined;
  const account = directory.accounts.get(legOf(caller)?.account ?? '');
  // A trunk brings callers that are none of its own.
  return account === undefined || account.trusted === true ? number : account.number;
}

/** Where an account sends all its calls. */
function sentOn(errand: Errand, number: string, to: string): readonly Ringer[] | Cause {
  const { ports, caller, options, journey } = errand;
  const path = onward(ports, journey, errand.path, { number, reason: 'unconditional' }, to);
  if ('status' in path) return path;
  const leg = legOf(caller);
  if (leg !== undefined) ports.board.progress(leg, 181);
  if (ports.directory.accounts.has(to)) return phonesOf({ ...errand, path }, to);
  options.reroute?.(to, path);
  return CAUSES.unavailable;
}

function legOf(caller: Caller): Leg | undefined {
  return 'id' in caller ? caller : undefined;
}

/** Whom an account does not take calls from. A number that is withheld is blocked all the same. */
function unwelcome({ rejectAnonymous, blocked = [] }: Account, caller: Party): Cause | undefined {
  if (rejectAnonymous === true && caller.withheld === true) return CAUSES.anonymous;
  return blocked.some((pattern) => matches(pattern, caller.number)) ? CAUSES.declined : undefined;
}

/** How long nothing at all may come back before the next way is tried: less than a dial waits for silent phones. */
const PATIENCE = 3000;

/** A phone is rung by one of its flows at a time (RFC 5626 §7), a name by one of its addresses (RFC 3263 §4.3). */
function ringPhone(errand: Errand, account: Account, [way, ...others]: readonly Way[]): Rung {
  if (way === undefined) return { refused: CAUSES.unavailable };
  const next = (): Rung => {
    way.unheard?.();
    return ringPhone(errand, account, others);
  };
  const found = way.find();
  if (found === undefined) return next();
  const last = others.length === 0;
  const rung = ringContact(errand, account, last ? found : { ...found, patience: PATIENCE });
  return 'refused' in rung || last ? rung : { ...rung, otherwise: next };
}

function ringContact(errand: Errand, account: Account, destination: Destination): Rung {
  const { ports, caller, options, path } = errand;
  const { number, name } = account;
  const codecs = account.codecs ?? ports.codecs();
  const heard = legOf(caller);
  const first = heard === undefined ? [] : ports.line.codecsOf(heard).filter((codec) => codecs.includes(codec));
  const host = ports.line.hostFor(destination.flow);
  const leg = ports.line.place({
    call: caller.call,
    account: number,
    ...behalf(errand),
    party: { name, number },
    shows: options.shows ?? caller.party,
    destination,
    ...(options.video === true && { video: true }),
    codecs: [...new Set([...first, ...codecs])],
    identity: identityOf(account),
    ...timerOf(account),
    ...(account.latch === undefined ? {} : { latch: account.latch }),
    ...(account.dtmf && { dtmf: account.dtmf }),
    ...(account.music && { music: account.music }),
    extras: [
      ...alertFields(options.alert, host),
      ...referredBy(options, host),
      ...divertedFields(path, number, host, heard && ports.diversions.broughtBy(heard)),
    ],
  });
  if (leg === undefined) return { refused: CAUSES.noCircuit };
  return { leg, moved: (to) => forwarded(errand, account, host, to) };
}

/** Whom a 302 sends the call to: our own numbers only, never in a circle (telephony.md, Rights). */
function forwarded(errand: Errand, from: Account, here: string, to: readonly Elsewhere[]): readonly Ringer[] | Cause {
  const { ports, options, journey } = errand;
  const { redirects = 'follow' } = from;
  const ours = to.filter(({ host }) => host === here || ports.ours(host)).map(({ number }) => number);
  const [first] = ours;
  if (redirects === 'refuse' || first === undefined) return CAUSES.unavailable;
  const numbers = redirects === 'dialplan' && options.reroute !== undefined ? [first] : [...new Set(ours)];
  const deflected = { number: from.number, reason: 'deflection' } as const;
  const paths = numbers.map((number) => onward(ports, journey, errand.path, deflected, number));
  const found = paths.map((path, at) =>
    'status' in path ? path : deflect({ ...errand, path }, numbers[at] ?? '', redirects),
  );
  const ringers = found.flatMap((one) => ('status' in one ? [] : one));
  return ringers.length > 0 ? ringers : (found.find((one) => 'status' in one) ?? CAUSES.unavailable);
}

function deflect(errand: Errand, number: string, redirects: Account['redirects']): readonly Ringer[] | Cause {
  const { reroute } = errand.options;
  if (redirects !== 'dialplan' || reroute === undefined) return phonesOf(errand, number);
  reroute(number, errand.path);
  return CAUSES.unavailable;
}

/** Who sent the caller on or transferred him: the call counts as theirs too, after they have left (telephony.md, Rights). */
function behalf({ path, options }: Errand): { readonly behalf?: readonly string[] } {
  const all = [...path.map(({ number }) => number), ...(options.referredBy === undefined ? [] : [options.referredBy])];
  return all.length === 0 ? {} : { behalf: all };
}

function referredBy({ referredBy: number }: RingingOptions, host: string): readonly Field[] {
  return number === undefined ? [] : [['Referred-By', `<sip:${escapeUser(number)}@${host}>`]];
}

/** By chance: the same number of ways lead to each order. */
function shuffled<T>(kernel: Kernel, list: readonly T[]): readonly T[] {
  const left = [...list];
  return list.flatMap(() => left.splice(kernel.random(left.length), 1));
}
