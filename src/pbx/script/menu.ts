import type { Call } from './call.ts';
import type { DigitsOptions } from './digits.ts';
import { type Playable, several } from './playing.ts';

export interface MenuOptions<T> extends Pick<DigitsOptions, 'first' | 'within' | 'bargeIn'> {
  readonly prompt: Playable | readonly Playable[];
  /** What each key, or row of keys, stands for. */
  readonly choices: Readonly<Record<string, T>>;
  /** Played after keys that are no choice. */
  readonly invalid?: Playable | readonly Playable[];
  /** Played after no key at all. */
  readonly timeout?: Playable | readonly Playable[];
  /** How often the prompt is played: three times unless said. */
  readonly tries?: number;
}

/** Offers choices until one is made, or the last try has come to nothing. */
export async function menu<T>(call: Call, options: MenuOptions<T>): Promise<T | undefined> {
  const { choices, prompt, tries = 3, invalid = 'menu/bad-choice', timeout = 'menu/no-choice' } = options;
  const { first = '5s', within = '2s', bargeIn = true } = options;
  const keys = Object.keys(choices);
  if (keys.length === 0) throw new RangeError('a menu without choices');
  const isWhole = (typed: string): boolean => !keys.some((key) => key !== typed && key.startsWith(typed));
  let before: readonly Playable[] = [];
  for (let left = tries; left > 0; left -= 1) {
    const heard = [...before, ...several(prompt)];
    const { digits } = await call.digits({ prompt: heard, first, within, bargeIn, terminators: '', enough: isWhole });
    if (Object.hasOwn(choices, digits)) return choices[digits];
    before = several(digits === '' ? timeout : invalid);
  }
  await call.play(...before);
  return undefined;
}
