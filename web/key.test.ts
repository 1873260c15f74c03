import assert from 'node:assert/strict';
import { test } from 'node:test';

/** Of a browser, whose names are not known where this is checked. */
const { forget, keep, keptToken }: Key = await import(new URL('key.ts', import.meta.url).href);

interface Key {
  readonly keptToken: () => string | undefined;
  readonly keep: (token: string) => void;
  readonly forget: () => void;
}

/** A browser at that fragment, whose storage is this; none: it keeps nothing for pages, and says so by an exception. */
function browser(hash: string, storage?: Map<string, string>): { readonly shown: () => string } {
  const location = { hash, pathname: '/' };
  const replaceState = (_state: unknown, _title: string, url: string): void => void (location.hash = url.slice(1));
  Object.defineProperty(globalThis, 'sessionStorage', {
    configurable: true,
    get: () => {
      if (storage === undefined) throw new Error('SecurityError');
      return {
        getItem: (key: string) => storage.get(key) ?? null,
        setItem: (key: string, value: string) => void storage.set(key, value),
        removeItem: (key: string) => void storage.delete(key),
      };
    },
  });
  Object.assign(globalThis, { location, history: { replaceState } });
  return { shown: () => location.hash };
}

test('the token of the link is taken out of the address, and the tab has it until it is forgotten', () => {
  const storage = new Map<string, string>();
  const { shown } = browser('#token=stw_1', storage);
  assert.equal(keptToken(), 'stw_1');
  assert.equal(shown(), '');
  browser('', storage);
  assert.equal(keptToken(), 'stw_1');
  forget();
  assert.equal(keptToken(), undefined);
  assert.equal(storage.size, 0);
});

test('where the browser keeps nothing for pages one is signed in all the same, until the page is loaded again', () => {
  browser('#token=stw_2');
  assert.equal(keptToken(), 'stw_2');
  browser('');
  assert.equal(keptToken(), 'stw_2');
  forget();
  assert.equal(keptToken(), undefined);
  keep('stw_3');
  assert.equal(keptToken(), 'stw_3');
});
