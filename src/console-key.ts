import type { ExchangeView, Store } from './pbx/index.ts';

const SETTING = 'console.key';

/** The key in a link that signs a browser in. */
export interface ConsoleKey {
  readonly token: string;
  /** Just now: it is shown to programs this once. */
  readonly made: boolean;
}

/**
 * The demo exchange's own key to its console: the same at each start, so that a browser that has it goes on. One that was
 * revoked is followed by another. undefined: it could not be written.
 */
export function consoleKey(
  store: Store,
  { tokens }: Pick<ExchangeView, 'tokens'>,
  then: (key: ConsoleKey | undefined) => void,
): void {
  store.load('setting', (rows) => {
    const kept = rows.find(({ id }) => id === SETTING)?.value;
    if (kept !== undefined && tokens.verify(kept) !== undefined) return then({ token: kept, made: false });
    tokens.create({ name: 'console of the demo', scopes: ['read', 'calls'], lasts: undefined }, (created) => {
      if (!created.ok) return then(undefined);
      const { token } = created.token;
      store.commit([{ put: 'setting', row: { id: SETTING, value: token } }], ({ ok }) =>
        then(ok ? { token, made: true } : undefined),
      );
    });
  });
}

/** Where that key signs in at once: a fragment is sent to no server. */
export function consoleLink(http: string, { token }: ConsoleKey): string {
  return `${http}/#token=${token}`;
}
