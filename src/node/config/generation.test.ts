import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { StrowgerError } from '../../kernel/index.ts';
import { readSource } from './read.ts';

const home = mkdtempSync(join(tmpdir(), 'strowger-config-'));
after(() => rmSync(home, { recursive: true }));

const write = (name: string, text: string): string => {
  writeFileSync(join(home, name), text);
  return join(home, name);
};
const program = write('program.mjs', 'export const answer = 42;');
const entries = { strowger: pathToFileURL(program).href, 'strowger/testing': pathToFileURL(program).href };
// Nothing that Node itself finds out about the folder may matter.
write('package.json', '{"type":"commonjs"}');

test('strowger means the program that runs, in every file of the configuration', async () => {
  write('part.ts', `import { answer } from 'strowger';\nexport const twice: number = answer * 2;`);
  const file = write(
    'a.config.ts',
    `import { answer } from 'strowger';\nimport { twice } from './part.ts';\nexport default { answer, twice };`,
  );
  assert.deepEqual((await readSource(file, entries)).value, { answer: 42, twice: 84 });
});

test('each reading is a generation of its own, with all files below the folder; old ones stay as they were', async () => {
  mkdirSync(join(home, 'lib'), { recursive: true });
  write('lib/word.ts', `export const word: string = 'old';`);
  const file = write(
    'b.config.ts',
    `import { word } from './lib/word.ts';\nexport default { say: (): string => word, late: () => import('./lib/late.ts') };`,
  );
  type Module = { say: () => string; late: () => Promise<{ seen: string }> };
  const first = (await readSource(file, entries)).value as Module;
  write('lib/word.ts', `export const word: string = 'new';`);
  write('lib/late.ts', `import { word } from './word.ts';\nexport const seen = word;`);
  const second = (await readSource(file, entries)).value as Module;
  assert.deepEqual([first.say(), second.say()], ['old', 'new']);
  assert.equal((await first.late()).seen, 'old', 'a file that an old generation imports late sees its own generation');
  assert.equal((await second.late()).seen, 'new');
});

test('a key is named by its path', async () => {
  const file = write('c.config.ts', 'export default {};');
  assert.equal(
    (await readSource(file, entries)).where(['endpoints', '101', 'codecs', 0]),
    'c.config.ts endpoints.101.codecs.0',
  );
});

test('what cannot be read says why, with the line where the mistake is in it', async () => {
  const told = async (file: string, code: string, message: RegExp): Promise<void> =>
    assert.rejects(readSource(file, entries), (error: unknown) => {
      assert.ok(error instanceof StrowgerError);
      assert.equal(error.code, code);
      assert.match(error.message, message);
      return true;
    });
  await told(join(home, 'nowhere.ts'), 'E_CONFIG_FILE', /it does not exist/);
  await told(join(home, 'nowhere.yaml'), 'E_CONFIG_FILE', /it does not exist/);
  await told(write('a.json', '{}'), 'E_CONFIG_FILE', /its name does not say/);
  await told(write('d.config.ts', 'export const x = 1;'), 'E_CONFIG_FILE', /no default export/);
  await told(
    write('e.config.ts', '\n\nthrow new Error("no luck");\nexport default {};'),
    'E_CONFIG',
    /e\.config\.ts:3:\d+: .*no luck/,
  );
  await told(write('f.config.ts', 'export default {\n  a: ,\n};'), 'E_CONFIG', /f\.config\.ts/);
});
