import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogue } from '../src/kernel/index.ts';
import { pages, written } from './docs.ts';

test('the generated pages are those of the code: run node tools/docs.ts', async () => {
  for (const [name, generate] of Object.entries(pages)) assert.equal(written(name), await generate(), name);
});

test('docs/errors.md has every code of the catalogue and no other', () => {
  const headed = [...written('errors.md').matchAll(/^## (\w+)$/gm)].map(([, code]) => code);
  assert.deepEqual(headed, Object.keys(catalogue).sort());
});
