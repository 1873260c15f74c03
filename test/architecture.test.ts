import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { describe, test } from 'node:test';
import { isTest, violations } from './architecture/layers.ts';
import { importsOf, tokens } from './architecture/scan.ts';

const ROOT = join(import.meta.dirname, '..');
const SOURCES = globSync(['src/**/*.ts', 'web/**/*.{ts,tsx}'], { cwd: ROOT })
  .map((path) => path.split(sep).join('/'))
  .sort();
const FOLDERS = [...new Set(SOURCES.map((path) => dirname(path)))].filter((folder) => folder !== 'src');

describe('who may import whom', () => {
  test('there are sources to look at', () => assert.ok(SOURCES.length > 10, `${SOURCES.length} files`));

  test('every source keeps to its row of the table', () => {
    const broken = SOURCES.filter((path) => !isTest(path)).flatMap((path) => violations(path, read(path)));
    assert.deepEqual(broken, []);
  });

  test('tests beside sources leave the kit alone too', () => {
    const broken = SOURCES.filter(isTest).filter((path) =>
      importsOf(read(path)).some(({ specifier }) => /(^|\/)testing\//.test(specifier)),
    );
    assert.deepEqual(broken, []);
  });

  test('every folder says in at most 30 lines what it is', () => {
    const broken = FOLDERS.flatMap((folder) => {
      const path = join(folder, 'README.md');
      if (!existsSync(join(ROOT, path))) return [`${path} is missing`];
      const lines = read(path).trimEnd().split('\n').length;
      return lines > 30 ? [`${path} has ${lines} lines`] : [];
    });
    assert.deepEqual(broken, []);
  });
});

describe('the table bites', () => {
  const cases: readonly (readonly [path: string, source: string, why: RegExp])[] = [
    ['src/kernel/a.ts', "import { x } from '../sip/message/x.ts';", /may not import/],
    ['src/sdp/a.ts', "import { x } from '../rtp/x.ts';", /may not import/],
    ['src/sip/message/a.ts', "export * from '../transaction/x.ts';", /may not import/],
    ['src/sip/transaction/a.ts', "import type { D } from '../dialog/types.ts';", /may not import/],
    ['src/media/a.ts', "import type { Sdp } from '../sdp/types.ts';", /may not import/],
    ['src/call/a.ts', "import { engine } from '../media/engine.ts';", /but for its types/],
    ['src/call/a.ts', "import { type A, engine } from '../media/engine.ts';", /but for its types/],
    ['src/line/a.ts', "import { d } from '../pbx/dialplan.ts';", /may not import/],
    ['src/pbx/a.ts', "import { f } from '../features/ivr/index.ts';", /may not import/],
    ['src/features/ivr/a.ts', "import { f } from '../voicemail/index.ts';", /no other feature/],
    ['src/features/fax/a.ts', "import { f } from '../../t38/ifp.ts';", /may not import/],
    ['src/api/a.ts', "import { f } from '../node/http.ts';", /may not import/],
    ['src/api/a.ts', "import fastify from 'fastify';", /no such package/],
    ['src/sip/message/a.ts', "import { readFileSync } from 'node:fs';", /node: belongs/],
    ['src/pbx/a.ts', "const fs = await import('node:fs');", /node: belongs/],
    ['src/exchange.ts', "import { World } from '../testing/index.ts';", /never imports test code/],
    ['src/main.ts', "import { x } from './sip/message/x.test.ts';", /never imports test code/],
    ['src/node/a.ts', "import { createExchange } from '../exchange.ts';", /may not import/],
    ['src/call/a.ts', 'export async function f() {}', /uses async/],
    ['src/line/a.ts', 'let p: Promise<void>;', /uses Promise/],
    ['src/rtp/a.ts', 'const b = Buffer.alloc(3);', /uses Buffer/],
    ['src/pbx/a.ts', 'const d = new Date();', /uses Date/],
    ['src/pbx/a.ts', 'const d = `${Date.now()}`;', /uses Date/],
    ['src/features/ivr/a.ts', 'setTimeout(f, 3);', /uses setTimeout/],
    ['src/api/a.ts', 'const x = yes ? process.env : 3;', /uses process/],
    ['src/codec/a.ts', 'const x = 8 / Math.random() / 2;', /uses Math\.random/],
    ['src/pbx/a.ts', 'const x = 3 / 4; fetch("x");', /uses fetch/],
    ['web/a.tsx', "import { operations } from '../src/api/table.ts';", /may not import/],
    ['web/a.tsx', "import { call } from '../src/api/contract.ts';", /but for its types/],
    ['web/a.tsx', "import { join } from 'node:path';", /node: belongs/],
    ['web/a.tsx', "import { z } from 'zod';", /no such package/],
    ['src/api/a.ts', "import { shown } from '../../web/words.ts';", /may not import/],
    ['src/elsewhere/a.ts', 'const x = 3;', /no layer/],
  ];
  for (const [path, source, why] of cases) {
    test(`${path}: ${source}`, () => {
      const found = violations(path, source);
      assert.equal(found.length, 1, found.join('\n'));
      assert.match(found.join(''), why);
    });
  }
});

describe('the table lets through', () => {
  const cases: readonly (readonly [path: string, source: string])[] = [
    ['src/kernel/kernel.ts', 'const p = new Promise<void>(() => undefined);'],
    ['src/sip/dialog/a.ts', "import { t } from '../transaction/index.ts'; import { k } from '../../kernel/index.ts';"],
    ['src/call/a.ts', "import type { MediaSession } from '../media/engine.ts';"],
    ['src/call/a.ts', "import { type A, type B } from '../media/engine.ts';"],
    ['src/call/a.ts', "export type { A } from '../media/engine.ts';"],
    [
      'src/sip/message/a.ts',
      '// async Promise Date\n/* Buffer setTimeout */ const x = "Date, process"; const r = /fetch(Date)/;',
    ],
    ['src/sip/message/a.ts', 'const template = `Date: ${value} process`; const d = headers.Date;'],
    ['src/media/a.ts', 'interface Packet { process: number; } packet.process = 3; this.#process();'],
    ['src/features/index.ts', "import { ivr } from './ivr/index.ts'; import { fax } from './fax/index.ts';"],
    ['src/node/udp.ts', "import { createSocket } from 'node:dgram'; setTimeout(() => Date.now(), 3);"],
    ['src/pbx/a.ts', 'export async function f(): Promise<void> {}'],
    ['web/a.tsx', "import type { Call } from '../src/api/contract.ts'; import { h } from 'preact'; fetch('/api');"],
    ['src/main.ts', "import { x } from './node/http.ts'; import { y } from './exchange.ts'; process.exit();"],
  ];
  for (const [path, source] of cases) {
    test(`${path}: ${source}`, () => assert.deepEqual(violations(path, source), []));
  }
});

describe('the scanner', () => {
  test('sees past strings, templates, comments and regular expressions', () => {
    const source = 'a `x ${ {b: `${c}`}.d } y` /* e */ 6 / f / 2; g = /[/`]h/.test(i) // j\n "k" l';
    assert.deepEqual(
      tokens(source)
        .filter(({ kind }) => kind === 'word')
        .map(({ value }) => value),
      ['a', 'b', 'c', 'd', '6', 'f', '2', 'g', 'test', 'i', 'l'],
    );
  });

  test('counts lines', () => {
    assert.deepEqual(importsOf("\n/*\n*/import a, {\n b } from 'x';\nexport * from \"y\";\nimport 'z';"), [
      { specifier: 'x', typeOnly: false, line: 3 },
      { specifier: 'y', typeOnly: false, line: 5 },
      { specifier: 'z', typeOnly: false, line: 6 },
    ]);
  });

  test('an export that is no re-export imports nothing', () => {
    assert.deepEqual(
      importsOf("export const from = 'x'; export { a }; const b = { from: 'y' }; export type T = { a: 'from' };"),
      [],
    );
  });
});

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}
