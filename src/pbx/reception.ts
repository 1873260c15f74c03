import { CAUSES, type Leg } from '../call/index.ts';
import type { Kernel } from '../kernel/index.ts';
import type { Admission, LineUser } from '../line/index.ts';
import type { Field, Request } from '../sip/message/index.ts';
import type { ServerTransaction } from '../sip/transaction/types.ts';
import type { Flow } from '../sip/transport/types.ts';
import type { UserAgent } from '../sip/usage/types.ts';
import type { Calls } from './calls.ts';
import type { Dialplan } from './dialplan.ts';
import type { Directory } from './directory.ts';
import type { PbxEvent } from './events.ts';
import type { Guard, Verdict } from './guard.ts';
import type { Registrar } from './registrar.ts';
import { runScript, type Surroundings } from './script.ts';

export interface ReceptionPorts {
  readonly kernel: Kernel;
  readonly directory: Directory;
  readonly guard: Guard;
  readonly registrar: Registrar;
  readonly calls: Calls;
  readonly plan: Dialplan;
  readonly scripts: Surroundings;
  readonly agent: () => UserAgent;
  readonly tell: (event: PbxEvent) => void;
  /** New calls are refused while the exchange drains. */
  readonly draining: () => boolean;
}

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
    const party = this.#ports.directory.partyOf(verdict.user);
    if (party === undefined) return { ok: false, status: 403, reasonPhrase: 'Forbidden', headers: [] };
    return { ok: true, account: verdict.user, party };
  }

  arrived(leg: Leg, dialed: string): void {
    const { calls, plan, scripts } = this.#ports;
    calls.start(leg.call, leg.party, dialed);
    const script = plan.route(dialed);
    if (script === undefined) return scripts.board.end(leg, CAUSES.noSuchNumber);
    runScript(scripts, leg, dialed, script);
  }

  soundMissing(leg: Leg, file: string): void {
    this.#ports.tell({ event: 'sound.missing', call: leg.call, file });
  }

  requested(transaction: ServerTransaction): void {
    switch (transaction.request.method) {
      case 'REGISTER':
        return this.#register(transaction);
      case 'OPTIONS':
        return this.#respond(transaction, 200, 'OK', [['Accept', 'application/sdp']]);
      default:
        return this.#respond(transaction, 501, 'Not Implemented', []);
    }
  }

  #register(transaction: ServerTransaction): void {
    const { request, flow } = transaction;
    const verdict = this.#ports.guard.verify(request, flow);
    if (!verdict.ok) {
      const { status, reasonPhrase, headers } = this.#challenge(request, flow, verdict);
      return this.#respond(transaction, status, reasonPhrase, headers);
    }
    // RFC 3261 §10.3 step 4: one may register oneself only.
    if (request.to.uri.user !== verdict.user) return this.#respond(transaction, 403, 'Forbidden', []);
    this.#ports.registrar.register(transaction, verdict.user, verdict.algorithm);
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
