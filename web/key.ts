const PLACE = 'strowger.token';
/** Where the browser keeps nothing for pages: until it is loaded again. */
let held: string | undefined;
const FRAGMENT = /^#token=([^&]+)$/;

/** The token: from the link that was followed, which is taken out of the address, or the one that this tab had. */
export function keptToken(): string | undefined {
  const [, given] = FRAGMENT.exec(location.hash) ?? [];
  if (given !== undefined) {
    history.replaceState(null, '', location.pathname);
    keep(decoded(given));
  }
  return kept((storage) => storage.getItem(PLACE)) ?? held;
}

export function keep(token: string): void {
  held = token;
  kept((storage) => storage.setItem(PLACE, token));
}

export function forget(): void {
  held = undefined;
  kept((storage) => storage.removeItem(PLACE));
}

/** A browser that was told to keep nothing throws at the mere name. */
function kept<T>(what: (storage: Storage) => T): T | undefined {
  try {
    return what(sessionStorage);
  } catch {
    return undefined;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
