import { CAUSES, type Leg } from '../call/index.ts';
import { display, type Kernel } from '../kernel/index.ts';
import type { Admission, Line, LineUser, TransferAsked } from '../line/index.ts';
import type { Field, Request } from '../sip/message/index.ts';
import type { ServerTransaction } from '../sip/transaction/types.ts';
import type { Flow } from '../sip/transport/types.ts';
import { hostPort, targetDialogIn } from '../sip/usage/index.ts';
import type { UserAgent } from '../sip/usage/types.ts';
import { callerOf, identityOf } from './caller.ts';
import type { Calls } from './calls.ts';
import type { Account } from './config.ts';
import type { Dialplan } from './dialplan.ts';
import type { Directory } from './directory.ts';
import type { PbxEvent } from './events.ts';
import type { Guard, Verdict } from './guard.ts';
import type { EventPackages } from './packages.ts';
import type { Registrar } from './registrar.ts';
import { broughtIn } from './diverted.ts';
import type { Diversions } from './diversions.ts';
import { callsOf } from './onward.ts';
import { audioOf, timerOf } from './ringing.ts';
import { runScript, type Surroundings } from './script.ts';
import { toInstance } from './to-instance.ts';
import type { Transfers } from './transfer.ts';

export interface ReceptionPorts {
  readonly kernel: Kernel;
  readonly directory: Directory;
  readonly guard: Guard;
  readonly registrar: Registrar;
  readonly packages: EventPackages;
  readonly calls: Calls;
  /** As it is now. */
  readonly plan: () => Dialplan;
  readonly scripts: Omit<Surroundings, 'route'>;
  readonly transfers: Transfers;
  readonly diversions: Diversions;
  readonly line: () => Line;
  readonly agent: () => UserAgent;
  readonly tell: (event: PbxEvent) => void;
  /** New calls are refused while the exchange drains. */
  readonly draining: () => boolean;
}

/** What was wrong with packets at a leg's port, in words. */
const STRAYS = {
  shape: 'no RTP',
  payload: 'a payload number that was not agreed',
  source: 'from elsewhere than its phone',
  protection: 'not protected by the keys that were agreed',
} as const;

/** Who comes in from the network, and what becomes of it: the digest guard, then registrar or dialplan. */
export class Reception implements LineUser {
  readonly #ports: ReceptionPorts;

  constructor(ports: ReceptionPorts) {
    this.#ports = ports;
  }

  admit(request: Request, flow: Flow): Admission {
    if (this.#ports.draining())
      return { ok: false, status: 503, reasonPhrase: 'Service Unavailable', headers: [['Retry-After', '20']] };
    const verdict = this.#ports.guard.verify(request, flow);
    if (!verdict.ok) return this.#challenge(request, flow, verdict);
    const { directory, scripts } = this.#ports;
    const own = directory.callerOf(verdict.user);
    const account = directory.accounts.get(verdict.user);
    if (own === undefined || account === undefined || !mayUse(account, flow)) return FORBIDDEN;
    if (account.calls !== undefined && callsOf(scripts.board, account.number) >= account.calls) return BUSY;
    const party = callerOf(request, account, own);
    const identity = identityOf(account);
    return { ok: true, account: account.number, party, identity, ...audioOf(account), ...timerOf(account) };
  }

  arrived(leg: Leg, dialed: string, request: Request): void {
    const { calls, plan, scripts, registrar, directory } = this.#ports;
    const { uri } = request;
    calls.start(leg.call, leg.party, dialed);
    const brought = directory.accounts.get(leg.account ?? '')?.trusted === true ? broughtIn(request) : undefined;
    if (brought !== undefined) this.#ports.diversions.bring(leg, brought);
    // A reload changes what numbers mean to later calls only.
    const { route } = plan();
    const instance = uri.params.has('gr') ? registrar.instanceOf(uri) : undefined;
    if (uri.params.has('gr') && instance === undefined) return scripts.board.end(leg, CAUSES.noSuchNumber);
    // A GRUU opens no way that the dialplan closes: it is the account's number, and rings one phone.
    const number = instance?.account ?? dialed;
    const script = route(number);
    if (script === undefined) return scripts.board.end(leg, CAUSES.noSuchNumber);
    this.#ports.transfers.arrived(leg, number);
    const dial =
      instance && toInstance(scripts.dial, instance, (caller, outcome) => scripts.board.end(caller, outcome));
    runScript({ ...scripts, route, ...(dial && { dial }) }, leg, number, script);
  }

  transferAsked(leg: Leg, asked: TransferAsked): void {
    this.#ports.transfers.asked(leg, asked);
  }

  /** Who owns a leg may take it over by another phone of his; a trusted system says itself who may. */
  mayReplace(leg: Leg, { account }: { readonly account: string | undefined }): boolean {
    if (account === undefined) return false;
    return account === leg.account || this.#ports.directory.accounts.get(account)?.trusted === true;
  }

  latched(leg: Leg, { address, port }: { readonly address: string; readonly port: number }): void {
    this.#ports.tell({ event: 'media.latched', call: leg.call, source: hostPort({ address, port }) });
  }

  strays(leg: Leg, { packets, kind, source }: Parameters<NonNullable<LineUser['strays']>>[1]): void {
    const why = STRAYS[kind];
    this.#ports.tell({ event: 'media.strays', call: leg.call, packets, source: hostPort(source), why });
  }

  programFailed(leg: Leg, why: string): void {
    this.#ports.tell({ event: 'program.failed', call: leg.call, why });
  }

  soundMissing(leg: Leg, file: string, why: string): void {
    this.#ports.tell({ event: 'sound.missing', call: leg.call, file, why });
  }

  requested(transaction: ServerTransaction): void {
    switch (transaction.request.method) {
      case 'REGISTER':
        return this.#register(transaction);
      case 'SUBSCRIBE':
        return this.#ports.packages.subscribe(transaction);
      case 'REFER':
        return this.#refer(transaction);
      case 'OPTIONS':
        return this.#respond(transaction, 200, 'OK', [['Accept', 'application/sdp']]);
      default:
        return this.#respond(transaction, 501, 'Not Implemented', []);
    }
  }

  /** The account a request outside calls is of; undefined: it has been challenged or refused. */
  identify(transaction: ServerTransaction): Identified | undefined {
    const { request, flow } = transaction;
    const verdict = this.#ports.guard.verify(request, flow);
    const account = verdict.ok ? this.#ports.directory.accounts.get(verdict.user) : undefined;
    if (verdict.ok && account !== undefined && mayUse(account, flow)) return { account, algorithm: verdict.algorithm };
    const refusal = verdict.ok ? FORBIDDEN : this.#challenge(request, flow, verdict);
    this.#respond(transaction, refusal.status, refusal.reasonPhrase, refusal.headers);
    return undefined;
  }

  #register(transaction: ServerTransaction): void {
    const identified = this.identify(transaction);
    if (identified === undefined) return;
    const { account, algorithm } = identified;
    // RFC 3261 §10.3 step 4: one may register oneself only.
    if (display(transaction.request.to.uri.user) === account.number)
      return this.#ports.registrar.register(transaction, account, algorithm);
    this.#respond(transaction, FORBIDDEN.status, FORBIDDEN.reasonPhrase, FORBIDDEN.headers);
  }

  /** Outside the dialog that it is meant for (RFC 4538): from who is a party to it. */
  #refer(transaction: ServerTransaction): void {
    const account = this.identify(transaction)?.account.number;
    if (account === undefined) return;
    const named = targetDialogIn(transaction.request);
    if (named === undefined) return this.#respond(transaction, 403, 'Forbidden', []);
    const leg = this.#ports.line().legNamed(named);
    if (leg === undefined) return this.#respond(transaction, 481, 'Call/Transaction Does Not Exist', []);
    if (leg.account !== account) return this.#respond(transaction, 403, 'Forbidden', []);
    this.#ports.line().referred(leg, transaction);
  }

  #challenge(request: Request, flow: Flow, verdict: Verdict & { ok: false }): Admission & { ok: false } {
    if (verdict.reason === 'wrong' || verdict.reason === 'unknown') this.#refused(request, flow, verdict.reason);
    return {
      ok: false,
      status: 401,
      reasonPhrase: 'Unauthorized',
      headers: this.#ports.guard.challenge(verdict, request, flow),
    };
  }

  #refused(request: Request, flow: Flow, why: 'wrong' | 'unknown'): void {
    const account = request.from.uri.user;
    this.#ports.tell({
      event: 'refused',
      method: request.method,
      account,
      source: `${flow.protocol}:${flow.remote.address}:${flow.remote.port}`,
      why: why === 'wrong' ? 'wrong password' : 'unknown user',
    });
  }

  #respond(transaction: ServerTransaction, status: number, reasonPhrase: string, headers: readonly Field[]): void {
    this.#ports.agent().respond(transaction, status, reasonPhrase, { headers });
  }
}

interface Identified {
  readonly account: Account;
  /** By which it showed that it is that account; undefined: its address was enough. */
  readonly algorithm: string | undefined;
}

type Refusal = Admission & { readonly ok: false };

const FORBIDDEN: Refusal = { ok: false, status: 403, reasonPhrase: 'Forbidden', headers: [] };
const BUSY: Refusal = { ok: false, status: CAUSES.busy.status, reasonPhrase: CAUSES.busy.reasonPhrase, headers: [] };

function mayUse({ transports }: Account, { protocol }: Flow): boolean {
  return transports === undefined || transports.includes(protocol);
}
