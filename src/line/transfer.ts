import type { Leg } from '../call/index.ts';
import type { ServerTransaction } from '../sip/transaction/types.ts';
import {
  type InviteSession,
  readRefer,
  type Refer,
  type Referral,
  type Replaces,
  type UserAgent,
} from '../sip/usage/index.ts';
import type { LegLine } from './types.ts';

/** A phone asks that the party it talks to be sent elsewhere. One of the verbs must be called, once. */
export interface TransferAsked {
  readonly refer: Refer;
  /** The Refer-To is an address of ours. */
  readonly ours: boolean;
  /** The phone's other leg, which the Refer-To names by its dialog. */
  readonly consulting: Leg | undefined;
  accept(): Referral;
  refuse(status: number, reasonPhrase: string): void;
}

export interface AskedParts {
  readonly agent: UserAgent;
  readonly transaction: ServerTransaction;
  /** The leg a dialog belongs to, whichever way round its tags stand. */
  readonly legOf: (replaces: Replaces) => Leg | undefined;
  readonly isOurs: (host: string) => boolean;
}

/** Reads a REFER; undefined: it was refused. */
export function transferAsked({ agent, transaction, legOf, isOurs }: AskedParts): TransferAsked | undefined {
  const refer = readRefer(transaction.request);
  const refuse = (status: number, reasonPhrase: string): void => agent.respond(transaction, status, reasonPhrase);
  if ('status' in refer) {
    refuse(refer.status, refer.reasonPhrase);
    return undefined;
  }
  const ours = refer.uri.scheme === 'tel' || isOurs(refer.uri.host);
  const consulting = refer.replaces && legOf(refer.replaces);
  return { refer, ours, consulting, accept: () => agent.referred(transaction), refuse };
}

/** Whether a dialog is this session's. Phones mix up whose tag is whose (telephony.md, Events). */
export function isNamed({ callId, localTag, remoteTag }: Named, named: Replaces): boolean {
  if (callId !== named.callId) return false;
  const straight = named.toTag === localTag && named.fromTag === remoteTag;
  return straight || (named.toTag === remoteTag && named.fromTag === localTag);
}

/** Dialogs that ended a moment ago: who wants to replace one is told that it was too late (RFC 3891 §3). */
export class Ended {
  readonly #now: () => number;
  readonly #dialogs: { readonly session: Named; readonly at: number }[] = [];
  /** Those before this one are forgotten: they are many, and go together. */
  #first = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  add({ callId, localTag, remoteTag }: Named): void {
    this.#prune();
    this.#dialogs.push({ session: { callId, localTag, remoteTag }, at: this.#now() });
  }

  has(named: Replaces): boolean {
    this.#prune();
    return this.#dialogs.some(({ session }, at) => at >= this.#first && isNamed(session, named));
  }

  #prune(): void {
    const since = this.#now() - KEPT;
    while ((this.#dialogs[this.#first]?.at ?? Number.POSITIVE_INFINITY) <= since) this.#first += 1;
    if (this.#first * 2 <= this.#dialogs.length) return;
    this.#dialogs.splice(0, this.#first);
    this.#first = 0;
  }
}

type Named = Pick<InviteSession, 'callId' | 'localTag' | 'remoteTag'>;

/** 64*T1. */
const KEPT = 32_000;

/** Whether the dialog of a leg may be replaced by an INVITE as it is now (RFC 3891 §3); undefined: it may. */
export function objectionTo(
  { leg }: LegLine,
  { earlyOnly }: Replaces,
): { status: number; reasonPhrase: string } | undefined {
  if (leg.state === 'up') return earlyOnly ? { status: 486, reasonPhrase: 'Busy Here' } : undefined;
  return leg.direction === 'in' ? NO_DIALOG : undefined;
}

export const NO_DIALOG = { status: 481, reasonPhrase: 'Call/Transaction Does Not Exist' } as const;
export const TOO_LATE = { status: 603, reasonPhrase: 'Declined' } as const;
