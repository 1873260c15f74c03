import { ignored, type Machine, type Step } from './machine.ts';

/** What a machine runs for. */
export interface Actor<A extends string, M> {
  /** Does one action. */
  act(action: A, message: M | undefined): void;
  /** Frees everything the transaction holds, before any action of that step. */
  end(): void;
}

/** Runs one machine for one transaction. `M` is the message that comes with an event. */
export class Run<E extends string, A extends string, M> {
  readonly machine: Machine<E, A>;
  #actor: Actor<A, M>;
  #state = 'new';

  constructor(machine: Machine<E, A>, actor: Actor<A, M>) {
    this.machine = machine;
    this.#actor = actor;
  }

  get state(): string {
    return this.#state;
  }

  /** From now on actions are another's to do; the state stays. */
  runFor(actor: Actor<A, M>): void {
    this.#actor = actor;
  }

  start(): void {
    this.#take(this.machine.start, undefined);
  }

  fire(event: E, message?: M): void {
    const step = this.machine.table[this.#state]?.[event];
    if (step !== undefined && step !== ignored) this.#take(step, message);
  }

  /** State first, then what is sent, then what is told: the tables keep telling last. */
  #take(step: Step<string, A>, message: M | undefined): void {
    this.#state = step[0];
    if (this.#state === 'terminated') this.#actor.end();
    for (let at = 1; at < step.length; at += 1) this.#actor.act(step[at] as A, message);
  }
}
