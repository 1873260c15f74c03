/** Whether it is a language tag as BCP 47 (RFC 5646) writes them. */
export function isLanguage(tag: string): boolean {
  return accepted(() => Intl.getCanonicalLocales(tag));
}

/** Whether the machine knows a time zone of that IANA name. */
export function isTimeZone(name: string): boolean {
  return accepted(() => new Intl.DateTimeFormat('en', { timeZone: name }));
}

/** The same files in a language, where it has them. They lie in folders by language; what is in none is English. */
export function spokenIn(language: string, files: readonly string[]): readonly string[] {
  return language === 'en' ? files : files.map((file) => `${language}:${file}`);
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
