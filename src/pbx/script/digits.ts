import type { Kernel, Timer } from '../../kernel/index.ts';
import { type Duration, milliseconds } from '../duration.ts';
import { type Playable, several, sound } from './playing.ts';
import type { Running } from './running.ts';

export interface DigitsOptions {
  /** So many are enough. */
  readonly max?: number;
  /** Keys that end it and are no part of it: `#` unless said. */
  readonly terminators?: string;
  /** How long is waited for the first key, from the end of the prompt: 5 s unless said. */
  readonly first?: Duration;
  /** How long is waited for each one after it: 3 s unless said. */
  readonly within?: Duration;
  /** What is played before. */
  readonly prompt?: Playable | readonly Playable[];
  /** Whether a key ends the prompt (true unless said); false: it is played to its end, and keys pressed meanwhile do not count. */
  readonly bargeIn?: boolean;
  /** No more keys are waited for when it says so of those there are. */
  readonly enough?: (digits: string) => boolean;
}

/** What was pressed. */
export interface Typed {
  readonly digits: string;
  /** What ended it: enough of them, a terminator, or nothing more in time. */
  readonly by: 'max' | 'terminator' | 'timeout';
  readonly terminator?: string;
}

/** The same with everything filled in; times in milliseconds. */
interface KeyRules {
  readonly max: number;
  readonly terminators: string;
  readonly first: number;
  readonly within: number;
  readonly prompt: readonly Playable[];
  readonly bargeIn: boolean;
  readonly enough: (digits: string) => boolean;
}

/** The `digits` of a script. */
export function digits(at: Running, options: DigitsOptions = {}): Promise<Typed> {
  return at.verb<Typed>((done) => {
    const rules = keyRules(options);
    at.answered();
    if (at.keyboard.ask(at.around.kernel, rules, () => at.hush(), done)) sound(at, rules.prompt);
  });
}

/** Throws a RangeError for what the dialplan's author cannot mean. */
function keyRules(options: DigitsOptions): KeyRules {
  const { max = Number.POSITIVE_INFINITY, terminators = '#', first = '5s', within = '3s' } = options;
  const { prompt = [], bargeIn = true, enough = () => false } = options;
  if (!(max >= 1)) throw new RangeError(`${max} digits are none`);
  return {
    max,
    terminators,
    first: milliseconds(first),
    within: milliseconds(within),
    prompt: several(prompt),
    bargeIn,
    enough,
  };
}

/** Keys as they come in, from the prompt to the last of them. */
class Collecting {
  readonly #kernel: Kernel;
  readonly #rules: KeyRules;
  /** A key ended the prompt. */
  readonly #hush: () => void;
  readonly #then: (typed: Typed) => void;
  #digits = '';
  #prompting: boolean;
  #timer: Timer | undefined;
  #over = false;

  constructor(kernel: Kernel, rules: KeyRules, hush: () => void, then: (typed: Typed) => void) {
    this.#kernel = kernel;
    this.#rules = rules;
    this.#hush = hush;
    this.#then = then;
    this.#prompting = rules.prompt.length > 0;
  }

  /** The prompt is still to be heard. */
  get prompting(): boolean {
    return this.#prompting && !this.#over;
  }

  /** Whether it has ended. */
  get over(): boolean {
    return this.#over;
  }

  /** The prompt has ended, or there is none: the time for the first key begins. */
  prompted(): void {
    if (this.#over) return;
    this.#prompting = false;
    if (this.#digits === '') this.#wait(this.#rules.first);
  }

  digit(digit: string): void {
    const { bargeIn, terminators, max, enough, within } = this.#rules;
    if (this.#over || (this.#prompting && !bargeIn)) return;
    if (this.#prompting) {
      this.#prompting = false;
      this.#hush();
    }
    if (terminators.includes(digit)) return this.#end({ digits: this.#digits, by: 'terminator', terminator: digit });
    this.#digits += digit;
    if (this.#digits.length >= max || enough(this.#digits)) return this.#end({ digits: this.#digits, by: 'max' });
    this.#wait(within);
  }

  cancel(): void {
    this.#over = true;
    this.#timer?.cancel();
  }

  #wait(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#kernel.scene.after(ms, () => this.#end({ digits: this.#digits, by: 'timeout' }));
  }

  #end(typed: Typed): void {
    this.cancel();
    this.#then(typed);
  }
}

/** Keys that are kept for a verb that asks for them. */
const MOST_AHEAD = 32;

/** The keys of a script's leg: for the verb that asks for them, or kept for the next one. */
export class Keyboard {
  #asking: Collecting | undefined;
  /** Pressed while nobody asked. */
  #ahead = '';

  /** Begins to collect, with what was pressed ahead. True: the prompt is to be played. */
  ask(kernel: Kernel, rules: KeyRules, hush: () => void, then: (typed: Typed) => void): boolean {
    const asking = new Collecting(kernel, rules, hush, (typed) => {
      this.#asking = undefined;
      then(typed);
    });
    this.#asking = asking;
    const ahead = this.#ahead;
    this.#ahead = '';
    for (const digit of ahead) this.pressed(digit);
    if (asking.over || asking.prompting) return !asking.over;
    asking.prompted();
    return false;
  }

  pressed(digit: string): void {
    if (this.#asking !== undefined) this.#asking.digit(digit);
    else if (this.#ahead.length < MOST_AHEAD) this.#ahead += digit;
  }

  /** A prompt has ended; false: it was not that of a question for keys. */
  prompted(): boolean {
    this.#asking?.prompted();
    return this.#asking !== undefined;
  }

  /** What was pressed ahead does not count. */
  forget(): void {
    this.#ahead = '';
  }

  cancel(): void {
    this.#asking?.cancel();
  }
}
