import { APPLICATIONS } from './features/index.ts';
import { type Crypto, StrowgerError } from './kernel/index.ts';
import { existsBeside, readSource, type Source, textBeside } from './node/config/index.ts';
import { type Mistake, type Settings, settingsFrom } from './pbx/index.ts';

/** A configuration that can be followed. */
export interface Configured {
  readonly file: string;
  readonly settings: Settings;
  /** Throws E_CONFIG for these numbers, which the Store has too: each name has one owner. */
  readonly refuse: (stored: readonly string[], folder: string) => void;
}

/** What a file says, not checked yet. Throws E_CONFIG where it is not well-formed, or E_CONFIG_FILE. */
export function read(file: string): Promise<Source> {
  return readSource(file, ENTRIES);
}

/** Reads and checks a file. Throws E_CONFIG with everything that is wrong with it, or E_CONFIG_FILE. */
export async function configure(file: string, crypto: Crypto): Promise<Configured> {
  const source = await read(file);
  const checked = settingsFrom(source.value, {
    crypto,
    text: (named) => textBeside(file, named),
    exists: (named) => existsBeside(file, named),
    applications: Object.keys(APPLICATIONS),
  });
  if (!checked.ok) throw wrong(checked.mistakes, source.where);
  const { settings } = checked;
  return {
    file,
    settings,
    refuse: (stored, folder) => {
      const twice = settings.exchange.accounts.filter(({ number }) => stored.includes(number));
      const mistakes = twice.map(
        ({ number }): Mistake => ({
          path: ['endpoints', number],
          error: new StrowgerError('E_CONFIG_TWICE', { number, folder }),
        }),
      );
      if (mistakes.length > 0) throw wrong(mistakes, source.where);
    },
  };
}

/** What can be dialled besides endpoints, for those who ask what to try. */
export function numbersOf({ settings }: Configured): readonly { readonly number: string; readonly what: string }[] {
  const rooms = Object.keys(settings.rooms).map((number) => ({ number, what: 'a conference' }));
  const extensions = Object.entries(settings.written.extensions).map(
    ([number, { dial, play, echo, connect, run, hangup }]) => {
      if (dial !== undefined) return { number, what: `rings ${dial.join(', ')}` };
      if (play !== undefined) return { number, what: `plays ${play.join(', ')}` };
      if (connect !== undefined) return { number, what: 'a program' };
      if (run !== undefined) return { number, what: `runs ${run}` };
      return { number, what: echo ? 'echo' : hangup ? `refuses with ${hangup}` : 'music' };
    },
  );
  return [...extensions, ...rooms];
}

const SELF = import.meta.url.slice(-3);
const ENTRIES = {
  strowger: new URL(`./index${SELF}`, import.meta.url).href,
  'strowger/testing': new URL(`../testing/index${SELF}`, import.meta.url).href,
};

function wrong(mistakes: readonly Mistake[], where: (path: readonly PropertyKey[]) => string): StrowgerError {
  const lines = mistakes.map(({ path, error }) => `${where(path)}: ${error.message} ${error.remedy}`);
  return new StrowgerError('E_CONFIG', { mistakes: lines.join('\n') });
}
