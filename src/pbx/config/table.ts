import { StrowgerError } from '../../kernel/index.ts';
import { matches } from '../dialplan.ts';
import { ACTIONS, DIALLING } from './extensions.ts';
import { menuMistakes } from './menu.ts';
import { isTable, type Mistake } from './mistakes.ts';

type Table = Readonly<Record<string, unknown>>;

/** What is wrong with a table of extensions as it is written: nothing it names may lead nowhere. */
export function tableMistakes(raw: unknown, built: readonly string[] = []): readonly Mistake[] {
  const endpoints = new Set(tablesAt(raw, 'endpoints').map(([number]) => number));
  const extensions = tablesAt(raw, 'extensions');
  const rooms = new Set(tablesAt(raw, 'conference').map(([number]) => number));
  // What a dialplan in TypeScript answers cannot be told beforehand.
  const open = isTable(raw) && raw['dialplan'] !== undefined;
  const answers = (number: string): boolean =>
    open ||
    endpoints.has(number) ||
    rooms.has(number) ||
    parks(raw, number) ||
    extensions.some(([pattern]) => matches(pattern, number));
  const own = tableNames(raw, 'applications');
  const applications = [...built, ...own];
  return extensions.flatMap(([pattern, extension]) => [
    ...runMistakes(['extensions', pattern], extension, applications),
    // One of its own has that name in the place of everybody's.
    ...(extension['run'] === 'menu' && built.includes('menu') && !own.includes('menu')
      ? menuMistakes(['extensions', pattern, 'options'], extension['options'], answers)
      : []),
    ...actionMistakes(['extensions', pattern], extension),
    ...targetMistakes(['extensions', pattern], extension, answers),
    ...dialMistakes(['extensions', pattern], extension, endpoints),
  ]);
}

function actionMistakes(path: readonly string[], extension: Table): readonly Mistake[] {
  const named = ACTIONS.filter((action) => extension[action] !== undefined);
  if (named.length === 1) return [];
  const why = named.length === 0 ? 'it says nothing to do' : `it says ${named.join(' and ')}`;
  return [value(path, why, `one of ${ACTIONS.join(', ')}`)];
}

function targetMistakes(
  path: readonly string[],
  extension: Table,
  answers: (number: string) => boolean,
): readonly Mistake[] {
  const { dial, otherwise, whenTransferFails: policy } = extension;
  const named: (readonly [readonly PropertyKey[], unknown])[] = [
    ...(Array.isArray(dial)
      ? dial.map((one: unknown, at) => [['dial', at], one] as const)
      : [[['dial'], dial] as const]),
    [['otherwise'], otherwise],
    [['whenTransferFails'], POLICIES.includes(policy) ? undefined : policy],
  ];
  return named.flatMap(([keys, target]) => {
    if ((typeof target !== 'string' && typeof target !== 'number') || answers(String(target))) return [];
    return [{ path: [...path, ...keys], error: new StrowgerError('E_CONFIG_TARGET', { number: target }) }];
  });
}

/** What stands for no number after a transfer in vain. */
const POLICIES: readonly unknown[] = ['recall', 'hangup'];

function runMistakes(path: readonly string[], { run, options }: Table, known: readonly string[]): readonly Mistake[] {
  if (run === undefined && options !== undefined)
    return [value([...path, 'options'], 'no application runs here', "them beside 'run'")];
  if (typeof run !== 'string' || known.includes(run)) return [];
  return [value([...path, 'run'], `no application is named '${run}'`, `one of ${known.join(', ')}`)];
}

/** What belongs to ringing an endpoint means nothing elsewhere. */
function dialMistakes(path: readonly string[], extension: Table, endpoints: ReadonlySet<string>): readonly Mistake[] {
  const { dial } = extension;
  const targets: readonly unknown[] = Array.isArray(dial) ? dial : [dial];
  if (targets.every((target) => endpoints.has(String(target)))) return [];
  const alone = targets.length === 1 ? [] : [value([...path, 'dial'], 'a list names endpoints only', 'endpoints')];
  return [
    ...alone,
    ...DIALLING.filter((key) => extension[key] !== undefined).map((key) =>
      value([...path, key], 'no endpoint is dialled here', "it beside 'dial' with an endpoint's number"),
    ),
  ];
}

function value(path: readonly string[], why: string, wanted: string): Mistake {
  return { path, error: new StrowgerError('E_CONFIG_VALUE', { why, wanted }) };
}

/** The tables at a key of what is written, by their names. */
export function tablesAt(raw: unknown, key: string): readonly [string, Table][] {
  const table = isTable(raw) ? raw[key] : undefined;
  return Object.entries(isTable(table) ? table : {}).filter((entry): entry is [string, Table] => isTable(entry[1]));
}

/** Whether callers are parked there. */
function parks(raw: unknown, number: string): boolean {
  const table = isTable(raw) ? raw['parking'] : undefined;
  if (!isTable(table)) return false;
  const { first, last, entrance } = table;
  const isSpace =
    String(Number(number)) === number && Number(number) >= Number(first) && Number(number) <= Number(last);
  return String(entrance) === number || isSpace;
}

function tableNames(raw: unknown, key: string): readonly string[] {
  const table = isTable(raw) ? raw[key] : undefined;
  return isTable(table) ? Object.keys(table) : [];
}
