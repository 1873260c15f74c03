import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '..', 'sipp');
const INCLUDE = /<!-- include ([\w-]+)((?: [A-Z]+=\S+)*) -->/g;
const VALUE = /@([A-Z]+)(?:=([^@\n]+))?@/g;

/**
 * A SIPp scenario out of test/wire/sipp: `<!-- include PART NAME=value… -->` stands for parts/PART.xml with its `@NAME@`s
 * filled in; what is left is filled from `values`, and `@NAME=usual@` from itself. Throws when one is missing.
 */
export function scenario(name: string, values: Readonly<Record<string, string>>): string {
  const outer = fill(read(name), values, name);
  return outer.replaceAll(INCLUDE, (_, part: string, given: string) => {
    const own = Object.fromEntries([...given.matchAll(/ ([A-Z]+)=(\S+)/g)].map(([, key, value]) => [key, value]));
    return fill(read(join('parts', part)), own, part).trimEnd();
  });
}

function fill(text: string, values: Readonly<Record<string, string | undefined>>, where: string): string {
  return text.replaceAll(VALUE, (_, name: string, usual: string | undefined) => {
    const value = values[name] ?? usual;
    if (value === undefined) throw new Error(`${where} needs ${name}`);
    return value;
  });
}

function read(name: string): string {
  return readFileSync(join(FOLDER, `${name}.xml`), 'utf8');
}
