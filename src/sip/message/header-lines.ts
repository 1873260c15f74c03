import { trimmed } from './characters.ts';
import { keyOf, lineStart, usualKey } from './header-name.ts';
import { splitInto, valueEnd } from './list.ts';
import { oneLine } from './quote.ts';
import type { Field, Headers } from './types.ts';

/** Header lines as three lists of equal length. Nobody changes the lists once they are in here. */
export class HeaderLines implements Headers {
  readonly #names: readonly string[];
  readonly #keys: readonly string[];
  readonly #values: readonly string[];

  constructor(names: readonly string[], keys: readonly string[], values: readonly string[]) {
    this.#names = names;
    this.#keys = keys;
    this.#values = values;
  }

  /** Lines of our own making: what could break out of a line is made harmless. */
  static of(fields: Iterable<Field>): HeaderLines {
    const names: string[] = [];
    const keys: string[] = [];
    const values: string[] = [];
    for (const [name, value] of fields) {
      const known = usualKey(name);
      names.push(known === undefined ? oneLine(name) : name);
      keys.push(known ?? keyOf(name));
      values.push(fieldValue(value));
    }
    return new HeaderLines(names, keys, values);
  }

  static from(headers: Headers): HeaderLines {
    return headers instanceof HeaderLines ? headers : HeaderLines.of(headers);
  }

  get size(): number {
    return this.#names.length;
  }

  get(name: string): string | undefined {
    const at = this.#keys.indexOf(keyOf(name));
    return at < 0 ? undefined : this.#values[at];
  }

  has(name: string): boolean {
    return this.#keys.includes(keyOf(name));
  }

  lines(name: string): readonly string[] {
    const key = keyOf(name);
    return this.#values.filter((_, at) => this.#keys[at] === key);
  }

  list(name: string): readonly string[] {
    const key = keyOf(name);
    const values: string[] = [];
    for (let at = this.#keys.indexOf(key); at >= 0; at = this.#keys.indexOf(key, at + 1)) {
      splitInto(values, this.#values[at] ?? '');
    }
    return values;
  }

  /** The first line of that name, given long and in lower case. */
  first(key: string): string | undefined {
    const at = this.#keys.indexOf(key);
    return at < 0 ? undefined : this.#values[at];
  }

  *[Symbol.iterator](): Iterator<Field> {
    for (let at = 0; at < this.#names.length; at += 1) yield [this.#names[at] ?? '', this.#values[at] ?? ''];
  }

  /** All that stands between start line and body, with one Content-Length: in the place of the first, or at the end. */
  print(length: number): string {
    let text = '';
    let told = false;
    for (let at = 0; at < this.#names.length; at += 1) {
      const isLength = this.#keys[at] === 'content-length';
      if (isLength && told) continue;
      told ||= isLength;
      text += lineStart(this.#names[at] ?? '') + (isLength ? String(length) : this.#values[at]);
    }
    return `${text}${told ? '' : `\r\nContent-Length: ${length}`}\r\n\r\n`;
  }

  /** One line in the place of the first of that name, the others gone; at the end when there was none. */
  with(name: string, value: string): HeaderLines {
    const key = keyOf(name);
    const at = this.#keys.indexOf(key);
    if (at < 0) return this.#spliced(this.size, 0, name, value);
    return this.#spliced(at, 1, name, value).#dropped(key, at + 1);
  }

  /** The first value of the first line of that name replaced, what follows its comma kept; at the end when there was none. */
  withFirst(name: string, value: string): HeaderLines {
    const at = this.#keys.indexOf(keyOf(name));
    if (at < 0) return this.#spliced(this.size, 0, name, value);
    const line = this.#values[at] ?? '';
    return this.#spliced(at, 1, this.#names[at] ?? name, value + line.slice(valueEnd(line, 0)));
  }

  /** A line before the first of that name; at the top when there was none. */
  prepended(name: string, value: string): HeaderLines {
    return this.#spliced(Math.max(0, this.#keys.indexOf(keyOf(name))), 0, name, value);
  }

  without(name: string): HeaderLines {
    return this.#dropped(keyOf(name), 0);
  }

  /** Without the first value of that name: its line goes when nothing is left of it. */
  withoutFirst(name: string): HeaderLines {
    const at = this.#keys.indexOf(keyOf(name));
    if (at < 0) return this;
    const line = this.#values[at] ?? '';
    const rest = trimmed(line, valueEnd(line, 0) + 1, line.length);
    return rest === '' ? this.#spliced(at, 1) : this.#spliced(at, 1, this.#names[at] ?? name, rest);
  }

  #spliced(at: number, gone: number, name?: string, value?: string): HeaderLines {
    if (name === undefined || value === undefined) {
      return new HeaderLines(
        this.#names.toSpliced(at, gone),
        this.#keys.toSpliced(at, gone),
        this.#values.toSpliced(at, gone),
      );
    }
    return new HeaderLines(
      this.#names.toSpliced(at, gone, oneLine(name)),
      this.#keys.toSpliced(at, gone, keyOf(name)),
      this.#values.toSpliced(at, gone, fieldValue(value)),
    );
  }

  #dropped(key: string, from: number): HeaderLines {
    if (this.#keys.indexOf(key, from) < 0) return this;
    const stays = (_: string, at: number): boolean => at < from || this.#keys[at] !== key;
    return new HeaderLines(this.#names.filter(stays), this.#keys.filter(stays), this.#values.filter(stays));
  }
}

/** Not `trim()`: to that U+00A0 is a space, and here it may be the end of a UTF-8 character. */
function fieldValue(value: string): string {
  const line = oneLine(value);
  return trimmed(line, 0, line.length);
}
