import type { Kernel } from '../kernel/index.ts';
import type { Leg } from '../call/index.ts';
import type { Brought } from './diverted.ts';
import type { Directory } from './directory.ts';
import { matches } from './dialplan.ts';
import type { Change, Committed, DiversionRow, SettingRow, Store } from './store.ts';

/** When calls of an account go elsewhere. */
export const OCCASIONS = ['always', 'busy', 'noAnswer', 'unregistered'] as const;
export type Occasion = (typeof OCCASIONS)[number];

/** Where an account's calls go, and whether it is to be left alone. */
export interface Diversion {
  /** A number; undefined: they do not. */
  readonly always: string | undefined;
  readonly busy: string | undefined;
  readonly noAnswer: string | undefined;
  /** None of its phones can be reached. */
  readonly unregistered: string | undefined;
  /** How long it rings before `noAnswer`, milliseconds. */
  readonly after: number;
  readonly doNotDisturb: boolean;
}

export type DiversionKey = keyof Diversion;

/** Why something was not set: another number of the same name in the file, a number that it may not send to, or the disk. */
export type DiversionRefusal =
  | { readonly ok: false; readonly why: 'account' | 'locked' | 'number' }
  | { readonly ok: false; readonly why: 'disk'; readonly said: string };

/** How long a phone rings before its call goes on, unless it is said. */
const AFTER = 15_000;
/** Who called an account last is kept among the settings, under this and its number. */
const LAST_CALLER = 'last caller ';
/** Nobody waits for it: it is written with what else there is to write (ms). */
const PATIENCE = 5000;

/** The forwards of accounts: what the configuration says, which nothing else may change, and what users set, in the Store. */
export class Diversions {
  readonly #kernel: Kernel;
  readonly #store: Store;
  readonly #directory: Directory;
  /** Whether the dialplan knows a number. */
  readonly #knows: (number: string) => boolean;
  readonly #rows = new Map<string, DiversionRow>();
  readonly #callers = new Map<string, string>();
  readonly #brought = new WeakMap<Leg, Brought>();

  constructor(kernel: Kernel, store: Store, directory: Directory, knows: (number: string) => boolean) {
    this.#knows = knows;
    this.#kernel = kernel;
    this.#store = store;
    this.#directory = directory;
  }

  restore(rows: readonly DiversionRow[]): void {
    for (const row of rows) this.#rows.set(row.id, row);
  }

  /** Who called before this start. */
  recall(settings: readonly SettingRow[]): void {
    for (const { id, value } of settings)
      if (id.startsWith(LAST_CALLER)) this.#callers.set(id.slice(LAST_CALLER.length), value);
  }

  of(account: string): Diversion {
    const { always, busy, noAnswer, unregistered, after, doNotDisturb } = this.#rows.get(account) ?? empty(account);
    const stored = {
      always: always || undefined,
      busy: busy || undefined,
      noAnswer: noAnswer || undefined,
      unregistered: unregistered || undefined,
      after: after || AFTER,
      doNotDisturb: doNotDisturb === 1,
    };
    return { ...stored, ...this.#fixed(account) };
  }

  /** What the configuration says, and nobody else may. */
  locked(account: string): readonly DiversionKey[] {
    return Object.keys(this.#fixed(account)) as DiversionKey[];
  }

  /** Answers when it is on disk; until then calls go where they went. */
  set(
    account: string,
    change: Partial<Diversion>,
    then: (result: Extract<Committed, { ok: true }> | DiversionRefusal) => void,
  ): void {
    const against = this.#against(account, change);
    if (against !== undefined) return this.#kernel.input('diversion', () => then(against));
    const row = rowOf(account, { ...this.#stored(account), ...change });
    this.#store.commit([{ put: 'diversion', row }], (result) => {
      if (!result.ok) return then({ ok: false, why: 'disk', said: result.why });
      // Two changes may have been under way at once: each is made to what is known when it is durable.
      this.#rows.set(account, rowOf(account, { ...this.#stored(account), ...change }));
      then(result);
    });
  }

  /** Whether an account's calls may go there. A star code would do something for a caller that he has not asked for. */
  allows(account: string, number: string): boolean {
    if (number === account || /^[*#]/.test(number)) return false;
    return this.#directory.accounts.get(account)?.forward?.to?.some((pattern) => matches(pattern, number)) !== false;
  }

  /** Who called an account last, if he let himself be known. */
  lastCaller(account: string): string | undefined {
    return this.#callers.get(account);
  }

  called(account: string, by: string | undefined): void {
    if (this.#callers.get(account) === by) return;
    const id = `${LAST_CALLER}${account}`;
    if (by === undefined) this.#callers.delete(account);
    else this.#callers.set(account, by);
    const change = by === undefined ? ({ remove: 'setting', id } as const) : lastCallerRow(id, by);
    // What the disk does not take is known until the next start.
    this.#store.commit([change], () => undefined, PATIENCE);
  }

  /** What a trusted peer says of those who sent that caller's call on. */
  broughtBy(caller: Leg): Brought | undefined {
    return this.#brought.get(caller);
  }

  bring(caller: Leg, brought: Brought): void {
    this.#brought.set(caller, brought);
  }

  #against(account: string, change: Partial<Diversion>): DiversionRefusal | undefined {
    if (!this.#directory.accounts.has(account)) return { ok: false, why: 'account' };
    if (this.locked(account).some((key) => key in change)) return { ok: false, why: 'locked' };
    const numbers = OCCASIONS.flatMap((occasion) => change[occasion] ?? []);
    const known = (number: string): boolean => this.#directory.accounts.has(number) || this.#knows(number);
    const goes = numbers.every((number) => this.allows(account, number) && known(number));
    return goes ? undefined : { ok: false, why: 'number' };
  }

  #fixed(account: string): Partial<Diversion> {
    const { to: _to, ...fixed } = this.#directory.accounts.get(account)?.forward ?? {};
    return fixed;
  }

  #stored(account: string): Partial<Diversion> {
    const row = this.#rows.get(account) ?? empty(account);
    return { ...row, doNotDisturb: row.doNotDisturb === 1 };
  }
}

function lastCallerRow(id: string, value: string): Change {
  return { put: 'setting', row: { id, value } };
}

function empty(id: string): DiversionRow {
  return { id, always: '', busy: '', noAnswer: '', unregistered: '', after: 0, doNotDisturb: 0 };
}

function rowOf(id: string, diversion: Partial<Diversion>): DiversionRow {
  const { always = '', busy = '', noAnswer = '', unregistered = '', after = 0, doNotDisturb = false } = diversion;
  return { id, always, busy, noAnswer, unregistered, after, doNotDisturb: doNotDisturb ? 1 : 0 };
}
