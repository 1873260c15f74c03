import type { Kernel, Timer } from '../kernel/index.ts';
import type { Leg, LegOwner } from './leg.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { CAUSES, type Cause, type Party } from './party.ts';
import type { Switchboard } from './switchboard.ts';

/** One place to ring: places an out leg and sends its INVITE. Undefined: it could not even be tried. */
export type Ringer = () => Leg | undefined;

export interface DialRequest {
  /** Who rings; told the outcome only. */
  readonly caller: Leg | undefined;
  readonly ringers: readonly Ringer[];
  /** Ringing time in milliseconds, over all contacts. */
  readonly for: number;
  /** Who the caller's display names while it rings. */
  readonly shows: Party | undefined;
}

export interface Dial {
  /** Gives up: every ringing leg ends with this cause, and no outcome is told. */
  cancel(cause: Cause): void;
}

/** A contact that says nothing for so long is not waited for when the others have answered (telephony.md, Registration). */
const SILENCE = 4000;

/**
 * Rings several places at once; the first to answer wins, the others are told that it was answered elsewhere. Owns its
 * legs while they ring.
 */
export function dial(kernel: Kernel, board: Switchboard, request: DialRequest, then: (outcome: Outcome) => void): Dial {
  const dialing = new Dialing(kernel, board, request, then);
  dialing.start();
  return dialing;
}

class Dialing implements Dial, LegOwner {
  readonly #kernel: Kernel;
  readonly #board: Switchboard;
  readonly #request: DialRequest;
  readonly #then: (outcome: Outcome) => void;
  readonly #id: string;
  readonly #legs = new Set<Leg>();
  readonly #refusals: Cause[] = [];
  readonly #timers: Timer[] = [];
  #silent = false;
  #over = false;

  constructor(kernel: Kernel, board: Switchboard, request: DialRequest, then: (outcome: Outcome) => void) {
    this.#kernel = kernel;
    this.#board = board;
    this.#request = request;
    this.#then = then;
    this.#id = kernel.token();
  }

  start(): void {
    for (const ringer of this.#request.ringers) this.#ring(ringer);
    this.#timers.push(
      this.#kernel.scene.after(this.#request.for, () =>
        this.#end(CAUSES.noAnswer, { kind: 'noAnswer', ...CAUSES.noAnswer }),
      ),
      this.#kernel.scene.after(SILENCE, () => this.#silenced()),
    );
    if (this.#legs.size === 0) this.#kernel.scene.after(0, () => this.#refused());
  }

  cancel(cause: Cause): void {
    this.#close(cause);
  }

  ringing(): void {
    const { caller, shows } = this.#request;
    if (!this.#over && caller !== undefined && caller.state === 'new') this.#board.ring(caller, shows);
  }

  answered(leg: Leg): void {
    if (this.#over) return;
    this.#legs.delete(leg);
    this.#board.place(leg, { in: 'limbo' }, undefined);
    this.#end(CAUSES.elsewhere, { kind: 'answered', leg });
  }

  digit(): void {}

  played(): void {}

  gone(leg: Leg, cause: Cause): void {
    if (!this.#legs.delete(leg) || this.#over) return;
    this.#refusals.push(cause);
    if (isGlobal(cause) || this.#nobodyLeft()) this.#refused();
  }

  #ring(ringer: Ringer): void {
    const leg = ringer();
    if (leg === undefined) return void this.#refusals.push(CAUSES.unavailable);
    this.#legs.add(leg);
    this.#board.place(leg, { in: 'dial', dial: this.#id }, this);
  }

  #silenced(): void {
    this.#silent = true;
    if (this.#refusals.length > 0 && this.#nobodyLeft()) this.#refused();
  }

  #nobodyLeft(): boolean {
    return [...this.#legs].every((leg) => this.#silent && leg.state === 'new');
  }

  #refused(): void {
    const cause = best(this.#refusals);
    this.#end(cause, outcomeOf(cause));
  }

  #end(rest: Cause, outcome: Outcome): void {
    if (this.#close(rest)) this.#then(outcome);
  }

  #close(rest: Cause): boolean {
    if (this.#over) return false;
    this.#over = true;
    for (const timer of this.#timers) timer.cancel();
    const legs = [...this.#legs];
    this.#legs.clear();
    for (const leg of legs) this.#board.end(leg, rest);
    return true;
  }
}

/** 6xx speaks for all contacts of a user (RFC 3261 §16.7 step 5). */
function isGlobal(cause: Cause): boolean {
  return cause.status >= 600;
}

/** The refusal that is told: a 6xx, then busy, then the lowest class (RFC 3261 §16.7 step 6); 503 is our affair, 500 to others. */
function best(refusals: readonly Cause[]): Cause {
  const [first] = [...refusals].sort((a, b) => rank(a) - rank(b));
  const cause = first ?? CAUSES.unavailable;
  return cause.status === 503 ? { ...cause, status: 500, reasonPhrase: 'Server Internal Error' } : cause;
}

function rank({ status }: Cause): number {
  if (status >= 600) return 0;
  if (status === 486) return 1;
  return status === 408 || status === 503 ? 700 : status;
}
