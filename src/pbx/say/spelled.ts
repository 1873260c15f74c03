const SIGNS: Readonly<Record<string, string>> = {
  ' ': 'letters/space',
  '-': 'letters/dash',
  '.': 'letters/dot',
  '+': 'letters/plus',
  '/': 'letters/slash',
  '=': 'letters/equals',
  '@': 'letters/at',
  '*': 'digits/star',
  '#': 'digits/pound',
};

/** Each character by its name. Throws a RangeError for one that has none. */
export function spelledFiles(text: string): readonly string[] {
  return Array.from(text.toLowerCase(), (character) => {
    if (/^\d$/.test(character)) return `digits/${character}`;
    const name = /^[a-z]$/.test(character) ? `letters/${character}` : SIGNS[character];
    if (name === undefined) throw new RangeError(`'${character}' cannot be spelled`);
    return name;
  });
}
