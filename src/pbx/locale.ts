/** Whether it is a language tag as BCP 47 (RFC 5646) writes them. */
export function isLanguage(tag: string): boolean {
  return accepted(() => Intl.getCanonicalLocales(tag));
}

/** Whether the machine knows a time zone of that IANA name. */
export function isTimeZone(name: string): boolean {
  return accepted(() => new Intl.DateTimeFormat('en', { timeZone: name }));
}

/** Intl says no by throwing. */
function accepted(ask: () => unknown): boolean {
  try {
    ask();
    return true;
  } catch {
    return false;
  }
}
