import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const DOCS = join(import.meta.dirname, '..', 'docs');
/** Those that are built, as docs/ promises them. */
const NUMBERS = [...range(1, 23), ...range(27, 30)];

function range(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from + 1 }, (_, n) => `UC${String(from + n).padStart(2, '0')}`);
}

test('docs/use-cases.md names every use case once, with wire tests that have it in a title', () => {
  const page = readFileSync(join(DOCS, 'use-cases.md'), 'utf8');
  const rows = [...page.matchAll(/^\| (UC\d\d) \| .* \| (.*) \|$/gm)];
  assert.deepEqual(
    rows.map(([, number]) => number),
    NUMBERS,
  );
  for (const [, number, played = ''] of rows) {
    const files = [...played.matchAll(/\]\((\.\.\/test\/wire\/[\w-]+\.test\.ts)\)/g)];
    assert.ok(files.length > 0, `${number} names no test`);
    for (const [, file = ''] of files) {
      const source = readFileSync(join(DOCS, file), 'utf8');
      assert.match(source, new RegExp(`['\`]${number}[ :]`), `${number} is in no title of ${file}`);
    }
  }
});
