import { ignored, type Machine, type Step } from './machine.ts';

/** Runs one machine for one transaction. `M` is the message that comes with an event. */
export class Run<E extends string, A extends string, M> {
  readonly machine: Machine<E, A>;
  readonly #act: (action: A, message: M | undefined) => void;
  readonly #end: () => void;
  #state = 'new';

  /** `act` does one action; `end` frees everything the transaction holds, before any action of that step. */
  constructor(machine: Machine<E, A>, act: (action: A, message: M | undefined) => void, end: () => void) {
    this.machine = machine;
    this.#act = act;
    this.#end = end;
  }

  get state(): string {
    return this.#state;
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
    const [to, ...actions] = step;
    this.#state = to;
    if (to === 'terminated') this.#end();
    for (const action of actions) this.#act(action, message);
  }
}
