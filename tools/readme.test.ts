import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { DEMO_NUMBERS } from '../src/demo.ts';

const ROOT = join(import.meta.dirname, '..');
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

test('the dialplan and the test that the README shows run as they stand', () => {
  const cache = join(ROOT, '.cache');
  mkdirSync(cache, { recursive: true });
  // Inside the package: there the types are stripped, and modules are found.
  const folder = mkdtempSync(join(cache, 'readme-'));
  try {
    const blocks = [...readme.matchAll(/^```ts\n\/\/ (\S+)\n([^]*?)^```$/gm)];
    assert.deepEqual(
      blocks.map(([, name]) => name),
      ['dialplan.ts', 'dialplan.test.ts'],
    );
    for (const [, name = '', code = ''] of blocks) writeFileSync(join(folder, name), fromSources(code));
    const { status, stdout } = spawnSync(
      process.execPath,
      ['--test', '--test-isolation=none', '--test-reporter=tap', 'dialplan.test.ts'],
      {
        encoding: 'utf8',
        cwd: folder,
        env: { ...process.env, STROWGER_SEEDS: '', NODE_TEST_CONTEXT: '' },
      },
    );
    assert.equal(status, 0, stdout);
    assert.match(stdout, /^# pass 6$/m);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function fromSources(code: string): string {
  return code
    .replaceAll("'strowger/testing'", `'${join(ROOT, 'testing', 'index.ts')}'`)
    .replaceAll("'strowger'", `'${join(ROOT, 'src', 'index.ts')}'`);
}

test('the README names every number that the demo exchange tells of', () => {
  const told = readme.split('\n').flatMap((line) => /^\| (.*?) \|/.exec(line)?.slice(1) ?? []);
  for (const { number } of DEMO_NUMBERS) assert.ok(told.includes(number), number);
});

test('no link in a page leads nowhere, and no picture is heavy', () => {
  const pages = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md', { cwd: ROOT })];
  for (const page of pages) {
    const text = readFileSync(join(ROOT, page), 'utf8');
    for (const [, inLink, inPicture] of text.matchAll(/\]\(([^)#]+)[^)]*\)|(?:src|srcset)="([^"]+)"/g)) {
      const target = inLink ?? inPicture ?? '';
      if (!/^[a-z]+:/.test(target)) assert.ok(existsSync(join(ROOT, dirname(page), target)), `${page}: ${target}`);
    }
  }
  for (const picture of globSync('docs/pictures/*', { cwd: ROOT })) {
    assert.ok(statSync(join(ROOT, picture)).size < 200_000, picture);
  }
});

test('every page of docs/ stands in its index', () => {
  const index = readFileSync(join(ROOT, 'docs', 'README.md'), 'utf8');
  const pages = globSync('*.md', { cwd: join(ROOT, 'docs') }).filter((name) => name !== 'README.md');
  for (const page of pages) assert.ok(index.includes(`](${page})`), page);
});

test('NOTICE names every folder of test vectors and where the sounds come from', () => {
  const notice = readFileSync(join(ROOT, 'NOTICE'), 'utf8');
  const vectors = globSync('*/', { cwd: join(ROOT, 'test', 'vectors') });
  assert.ok(vectors.length > 3);
  for (const folder of vectors) assert.match(notice, new RegExp(`^- ${folder.replace(/\/$/, '')}/ `, 'm'), folder);
  assert.match(notice, /^Sounds \(sounds\/\)$/m);
});
