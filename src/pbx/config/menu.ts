import { StrowgerError } from '../../kernel/index.ts';
import type { MenuOptions } from '../script.ts';
import { isTable, type Mistake } from './mistakes.ts';
import { count, flag, lasting } from './values.ts';

const SOUNDS = 'the name of a sound, or a list of them';

/** What each option of the application `menu` may be; sounds may be made by a program, too. */
const OPTIONS: Readonly<Record<keyof MenuOptions<unknown>, readonly [is: (value: unknown) => boolean, takes: string]>> =
  {
    prompt: [isSound, SOUNDS],
    choices: [(value) => isTable(value) && Object.keys(value).length > 0, 'a table of keys and numbers'],
    invalid: [isSound, SOUNDS],
    timeout: [isSound, SOUNDS],
    tries: [(value) => count.safeParse(value).success, 'a whole number from 1'],
    first: [(value) => lasting.safeParse(value).success, "a duration such as '5s'"],
    within: [(value) => lasting.safeParse(value).success, "a duration such as '2s'"],
    bargeIn: [(value) => flag.safeParse(value).success, 'true or false'],
  };

/** What is wrong with a menu as it is written: its keys can be pressed, and lead somewhere. */
export function menuMistakes(
  path: readonly PropertyKey[],
  options: unknown,
  answers: (number: string) => boolean,
): readonly Mistake[] {
  const written = isTable(options) ? options : {};
  const strange = Object.keys(written).filter((key) => !Object.hasOwn(OPTIONS, key));
  return [
    ...strange.map((key) => {
      const facts = { key: JSON.stringify(key), known: Object.keys(OPTIONS).join(', ') };
      return { path: [...path, key], error: new StrowgerError('E_CONFIG_KEY', facts) };
    }),
    ...Object.entries(OPTIONS).flatMap(([key, [is, takes]]) => {
      const left = written[key] === undefined;
      if (left ? key !== 'prompt' && key !== 'choices' : is(written[key])) return [];
      return [wrong([...path, key], left ? 'a menu has it' : 'it is something else', takes)];
    }),
    ...choiceMistakes([...path, 'choices'], written['choices'], answers),
  ];
}

function choiceMistakes(
  path: readonly PropertyKey[],
  choices: unknown,
  answers: (number: string) => boolean,
): readonly Mistake[] {
  if (!isTable(choices)) return [];
  return Object.entries(choices).flatMap(([keys, number]) => {
    const at = [...path, keys];
    if (!/^[\dA-D*#]+$/.test(keys)) return [wrong(at, 'nobody can press it', 'digits, * and #')];
    if (typeof number !== 'string' && typeof number !== 'number')
      return [wrong(at, 'it is something else', 'the number of an extension')];
    return answers(String(number)) ? [] : [{ path: at, error: new StrowgerError('E_CONFIG_TARGET', { number }) }];
  });
}

function isSound(value: unknown): boolean {
  return (typeof value === 'string' && value !== '') || (isTable(value) && Object.keys(value).length > 0);
}

function wrong(path: readonly PropertyKey[], why: string, wanted: string): Mistake {
  return { path, error: new StrowgerError('E_CONFIG_VALUE', { why, wanted }) };
}
