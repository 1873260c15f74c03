import { type Cause, CAUSES, type Dial, type Leg, type Outcome, outcomeOf } from '../call/index.ts';
import type { Timer } from '../kernel/index.ts';
import { type Diverted, type DivertedFor, numbersBrought } from './diverted.ts';
import type { Occasion } from './diversions.ts';
import { type Journey, onward } from './onward.ts';
import { type Caller, ringAccounts, type RingingOptions, type RingingPorts, type Wanted } from './ringing.ts';

/**
 * Rings accounts, and where the only one that is wanted has sent its calls when it is busy, does not answer or cannot be
 * reached. A group's members are rung as they are: somebody else of it answers.
 */
export function ringForwarding(
  ports: RingingPorts,
  caller: Caller,
  wanted: readonly Wanted[],
  options: RingingOptions,
  then: (outcome: Outcome) => void,
): Dial {
  const [first, ...others] = wanted;
  const follows = first !== undefined && others.length === 0 && first.instance === undefined && options.direct !== true;
  if (!follows) return ringAccounts(ports, caller, wanted, { ...options, reroute: undefined }, then);
  return new Pursuit(ports, caller, options, then, first);
}

/** On which occasion an outcome sends a call on, and how that is told. */
const OCCASION: Readonly<Partial<Record<Outcome['kind'], readonly [Exclude<Occasion, 'always'>, DivertedFor]>>> = {
  busy: ['busy', 'user-busy'],
  noAnswer: ['noAnswer', 'no-answer'],
  unavailable: ['unregistered', 'unavailable'],
};

/** One call that follows forwards from account to account: a dial for each. */
class Pursuit implements Dial {
  readonly #ports: RingingPorts;
  readonly #options: RingingOptions;
  readonly #then: (outcome: Outcome) => void;
  readonly #journey: Journey;
  #caller: Caller;
  #dial: Dial | undefined;
  #at: string | undefined;
  #path: readonly Diverted[];
  #timer: Timer | undefined;
  #over = false;

  constructor(
    ports: RingingPorts,
    caller: Caller,
    options: RingingOptions,
    then: (outcome: Outcome) => void,
    first: Wanted,
  ) {
    this.#ports = ports;
    this.#caller = caller;
    this.#options = options;
    this.#then = then;
    this.#path = options.path ?? [];
    const brought = numbersBrought('id' in caller ? ports.diversions.broughtBy(caller) : undefined);
    this.#journey = {
      call: caller.call,
      rung: new Set([first.number, ...brought, ...this.#path.map(({ number }) => number)]),
      before: brought.length,
      at: (number, path) => this.#isAt(number, path),
    };
    this.#ring(first);
  }

  cancel(cause: Cause): void {
    this.#end();
    this.#dial?.cancel(cause);
  }

  handOver(caller: Leg): void {
    this.#caller = caller;
    this.#dial?.handOver(caller);
  }

  #ring(wanted: Wanted): void {
    const options = { ...this.#options, path: this.#path };
    this.#dial = ringAccounts(
      this.#ports,
      this.#caller,
      [wanted],
      options,
      (outcome) => this.#came(outcome),
      this.#journey,
    );
  }

  /** Its own patience counts from when its phones are rung. */
  #isAt(number: string, path: readonly Diverted[]): void {
    this.#timer?.cancel();
    this.#at = number;
    this.#path = path;
    const { noAnswer, after } = this.#ports.diversions.of(number);
    if (noAnswer !== undefined && !this.#over)
      this.#timer = this.#ports.kernel.scene.after(after, () => this.#unanswered());
  }

  #unanswered(): void {
    this.#dial?.cancel(CAUSES.noAnswer);
    this.#came({ kind: 'noAnswer', ...CAUSES.noAnswer });
  }

  #came(outcome: Outcome): void {
    this.#timer?.cancel();
    const next = outcome.kind === 'answered' ? undefined : this.#next(outcome.kind);
    if (this.#over) return;
    if (next === undefined) return this.#tell(outcome);
    const path = onward(this.#ports, this.#journey, this.#path, next.from, next.to);
    if ('status' in path) return this.#tell(outcomeOf(path));
    this.#goOn(next.to, path);
  }

  #next(kind: Outcome['kind']): { readonly from: Diverted; readonly to: string } | undefined {
    const [occasion, reason] = OCCASION[kind] ?? [];
    if (this.#at === undefined || occasion === undefined || reason === undefined) return undefined;
    const wishes = this.#ports.diversions.of(this.#at);
    const to = wishes[occasion];
    const why = kind === 'busy' && wishes.doNotDisturb ? 'do-not-disturb' : reason;
    return to === undefined ? undefined : { from: { number: this.#at, reason: why }, to };
  }

  #goOn(to: string, path: readonly Diverted[]): void {
    const { board, directory } = this.#ports;
    const { reroute } = this.#options;
    if ('id' in this.#caller) board.progress(this.#caller, 181);
    this.#path = path;
    this.#at = undefined;
    if (directory.accounts.has(to)) return this.#ring({ number: to, instance: undefined, after: 0, for: undefined });
    if (reroute === undefined) return this.#tell(outcomeOf(CAUSES.unavailable));
    this.#end();
    reroute(to, path);
  }

  #tell(outcome: Outcome): void {
    this.#end();
    this.#then(outcome);
  }

  #end(): void {
    this.#over = true;
    this.#timer?.cancel();
  }
}
