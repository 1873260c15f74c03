import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const project = mkdtempSync(join(tmpdir(), 'strowger-build-'));
after(() => rmSync(project, { recursive: true }));

const real = join(import.meta.dirname, '..');
for (const folder of ['src', 'testing', 'tools']) mkdirSync(join(project, folder));
for (const name of ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'tools/build.ts', 'tools/bundle.ts']) {
  copyFileSync(join(real, name), join(project, name));
}
symlinkSync(join(real, 'node_modules'), join(project, 'node_modules'));

function source(name: string, text: string): void {
  writeFileSync(join(project, 'src', name), text);
}

function build(): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(project, 'tools', 'build.ts')], {
    encoding: 'utf8',
  });
  return { status, said: stdout + stderr };
}

function built(name: string): string {
  return readFileSync(join(project, 'dist', 'src', name), 'utf8');
}

/** So that what is written now is newer, however coarse the clock of the disk. */
function age(): void {
  const [past] = [new Date(Date.now() - 60_000)];
  utimesSync(join(project, 'dist', '.built'), past, past);
}

test('sources are compiled, with the endings of their imports; tests are not', () => {
  source('a.ts', "import { b } from './b.ts';\nexport const worker = new URL(`./w${import.meta.url.slice(-3)}`, b);\n");
  source('b.ts', "export const b: string = 'file:///';\n");
  source('a.test.ts', 'export const broken: string = 7;\n');
  assert.deepEqual(build(), { status: 0, said: '' });
  assert.match(built('a.js'), /from '\.\/b\.js'/);
  assert.ok(!existsSync(join(project, 'dist', 'src', 'a.test.js')));
});

test('nothing is done when nothing has changed', () => {
  writeFileSync(join(project, 'dist', 'mark'), '');
  assert.equal(build().status, 0);
  assert.ok(existsSync(join(project, 'dist', 'mark')));
});

test('a change compiles again, and what has no source any more goes', () => {
  age();
  source('a.ts', 'export const a = 2;\n');
  rmSync(join(project, 'src', 'b.ts'));
  assert.equal(build().status, 0);
  assert.match(built('a.js'), /a = 2/);
  assert.ok(!existsSync(join(project, 'dist', 'src', 'b.js')));
  assert.ok(!existsSync(join(project, 'dist', 'mark')));
});

test('the console becomes a page that names one script, one style and one icon by what is in them', () => {
  age();
  mkdirSync(join(project, 'web'));
  const write = (name: string, text: string): void => writeFileSync(join(project, 'web', name), text);
  write(
    'main.tsx',
    "import { render } from 'preact';\nimport { Page } from './page.tsx';\nrender(<Page />, document.body);\n",
  );
  write('page.tsx', 'export const Page = () => <b>weasels</b>;\n');
  write('style.css', 'b { color: red }\n');
  write('icon.svg', '<svg/>\n');
  write('index.html', '<link href="{{icon}}"><link href="{{style}}"><script src="{{script}}"></script>\n');
  assert.deepEqual(build(), { status: 0, said: '' });
  const web = join(project, 'dist', 'web');
  const page = readFileSync(join(web, 'index.html'), 'utf8');
  const [, ...names] =
    /^<link href="\/assets\/(icon-\w{12}\.svg)"><link href="\/assets\/(style-\w{12}\.css)"><script src="\/assets\/(console-\w{12}\.js)">/.exec(
      page,
    ) ?? [];
  assert.deepEqual(readdirSync(join(web, 'assets')), names.toSorted());
  const script = readFileSync(join(web, 'assets', names[2] ?? ''), 'utf8');
  assert.match(script, /weasels/);
  assert.doesNotMatch(script, /\bimport\b|\beval\(|new Function/);
  assert.match(readFileSync(join(web, 'LICENCES.txt'), 'utf8'), /^preact .*\(MIT\)/);

  age();
  write('page.tsx', 'export const Page = () => <b>stoats</b>;\n');
  assert.equal(build().status, 0);
  assert.notEqual(readFileSync(join(web, 'index.html'), 'utf8'), page);
});

test('sources that do not compile are told with their place, and what was built stays', () => {
  age();
  source('a.ts', 'export const a: string = 3;\n');
  const { status, said } = build();
  assert.equal(status, 1);
  assert.match(said, /src\/a\.ts.*TS2322[^]*do not compile/);
  assert.match(built('a.js'), /a = 2/);
  assert.deepEqual(readdirSync(join(project, '.cache')), []);
});
